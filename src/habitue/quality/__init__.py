"""Clean, lawful values: the dictionary of fields and events, one normaliser a kind, the gate and the quarantine."""
