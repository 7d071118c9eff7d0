"""The lake in the layout of Segment's warehouses: one table a kind of message, one typed table an event."""
