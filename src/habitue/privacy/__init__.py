"""Why data may be used: purposes with their basis, and what people agreed to."""
