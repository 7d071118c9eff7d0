"""Questions in SQL to the lake: the tables that are offered, how they are asked, and results as files."""
