"""The processes beside the pages: the projector, the follower and the worker."""
