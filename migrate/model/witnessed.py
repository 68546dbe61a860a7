"""What is known of a table since the last pass that proved it equal: what a delta proof begins with."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.model.validation import Key


@dataclass(frozen=True)
class Witnessed:
    """One table, as of the place that the witness slots hold."""

    shapes: str
    """Digest of both sides' shapes and identities: where it is another one now, rows may have changed without a trace
    in the log, and the whole table has to be compared."""
    residue: frozenset[Key] = frozenset()
    """Keys that kept changing while they were compared. The slots have moved past them, so they are compared again."""
