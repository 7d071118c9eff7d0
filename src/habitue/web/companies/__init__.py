"""The companies: list, and one company with its contacts and what happened."""
