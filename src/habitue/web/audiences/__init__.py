"""Audiences: the list, the builder, and the people behind a rule."""
