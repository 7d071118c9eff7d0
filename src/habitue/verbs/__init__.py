"""The verbs of a workspace by subject: thin, so that every room stays usable on its own."""
