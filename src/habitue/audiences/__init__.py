"""Audiences: a rule about people as a typed tree, as one sentence, and as one expression on the lake."""
