"""The ground everything stands on: register, lake, journal-free state, jobs, settings; it knows no business word."""
