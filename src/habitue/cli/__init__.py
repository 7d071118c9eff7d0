"""The command line: the verbs of a workspace, one file a subject."""
