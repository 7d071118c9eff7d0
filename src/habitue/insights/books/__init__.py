"""Any table of orders, from a file or from memory, as purchases that the models understand."""
