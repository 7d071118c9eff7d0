"""SQL: questions of analysts to the lake, read-only and masked."""
