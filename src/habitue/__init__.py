"""Habitué."""
