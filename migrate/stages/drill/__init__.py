"""Drills: what the target does when something is taken from it, tried before an application depends on it."""
