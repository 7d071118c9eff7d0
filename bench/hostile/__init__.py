"""Bodies that nobody should send: made, sent, and what came back."""
