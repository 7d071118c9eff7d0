"""Acting on audiences: lists as files, with a purpose, a lawful basis and a trace."""
