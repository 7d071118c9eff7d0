"""The doctor: looks whether a workspace is well, one subject a file, and says what to do where it is not."""
