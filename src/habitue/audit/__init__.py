"""The ledger: append-only, hash-chained, of everything that people and programs did."""
