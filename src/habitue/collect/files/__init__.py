"""Reads customer files of any common kind: sniffs the format, guesses the columns, turns rows into messages."""
