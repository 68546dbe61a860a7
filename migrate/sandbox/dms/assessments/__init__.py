"""Premigration assessment runs: what DMS asks both servers before a task is started (dms.md §17)."""
