"""The workspace's settings and the people who work in it."""
