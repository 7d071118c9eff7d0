"""The ledger: what was done, by whom, and that nobody changed it afterwards."""
