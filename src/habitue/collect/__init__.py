"""What comes in: the envelope of a message, the journal, and the sources."""
