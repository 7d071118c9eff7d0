"""Who may do what: actors, roles and verbs, decided by pure policy."""
