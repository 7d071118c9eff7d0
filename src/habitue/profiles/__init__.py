"""One profile: values and which of them won, what happened when, search, and the replica for analysis."""
