"""Changes of the tables of the pages, in order."""
