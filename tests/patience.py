"""How long a test waits for what must come. Never a measure: what comes sooner costs nothing."""

PATIENCE = 300.0
"""Seconds; a busy machine with two cores may take ten times as long as an idle one."""
