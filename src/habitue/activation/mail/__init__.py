"""Mail to those who work here: a sender that says honestly what became of a message, and subscriptions to reports."""
