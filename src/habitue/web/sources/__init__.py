"""Sources: where data comes from, their keys, what arrives, and what waits in quarantine."""
