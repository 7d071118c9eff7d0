"""Who is who: pairs to decide, matching runs, shared values, and the rules of identity."""
