"""The reader's own account: set-up of the first owner, signing in and out, password, look and language."""
