"""Judges a ledger against the database that owns the data at the end. Knows nothing of the migration."""
