"""Doctor: everything that a migration needs, asked at once, before anything depends on it."""
