"""The processes beside the pages: the projector and the worker."""
