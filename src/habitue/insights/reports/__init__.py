"""Reports for decisions, one file a report: tables in, a sentence and its tables out."""
