"""What proofs of changes have left over, so that the logs they read need not be kept."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.model.validation import Key


@dataclass(frozen=True)
class Remains:
    """What is still to be proven of one table, beside what both logs hold since."""

    keys: frozenset[Key] | None = frozenset()
    """Rows that were touched and not yet seen equal; None: the whole table."""
    identity: tuple[str, str] = ("", "")
    """`TableShape.identity` on the source and on the target before the table was last compared as a whole: where it is
    another one now, the logs do not tell all that happened since."""
