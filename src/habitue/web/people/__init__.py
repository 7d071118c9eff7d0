"""The people: list, search, one person with everything that is known, and why."""
