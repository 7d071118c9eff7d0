"""Insights: whom to care about, and why."""
