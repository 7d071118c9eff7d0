"""Computed traits, one file an insight: which customers to care about, with plain definitions."""
