"""Exports: lists of people as files, each with a purpose and a trace."""
