"""What we claim, reproducible: python -m bench NAME [--small]."""
