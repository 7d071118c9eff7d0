"""Home: how the shop stands, and what to do today."""
