"""Bringing files in: choose, look at the reading, run, see what became of every row, take it back."""
