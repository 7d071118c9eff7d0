"""What must hold when processes, disks and databases fail: one experiment a file."""
