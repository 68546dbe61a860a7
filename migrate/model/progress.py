"""How far a full validation has come, table by table: what a killed run needs to go on where it was."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.model.database import Position
from migrate.model.validation import Key, KeyOrder


@dataclass(frozen=True, kw_only=True)
class TableProgress:
    """One table. Figures hold for the rows up to `through` alone: ranges beyond it are compared again."""

    shapes: str
    """Digest of both sides' shapes when the table was begun: where it is another one now, the table begins again."""
    order: KeyOrder = KeyOrder.NATIVE
    through: Key | None = None
    """Every row whose key is at or below it, in `order`, was compared; None when no row is yet."""
    finished: bool = False
    """Every row was compared; `through` says nothing then."""
    source_rows: int = 0
    target_rows: int = 0
    chunks: int = 0
    """Ranges of rows that were compared, and how many of them differed."""
    differing: int = 0
    seconds: float = 0.0
    """See `TableResult.seconds`."""
    candidates: tuple[Key, ...] = ()
    """Keys that seemed to differ and are still to be looked at again."""
    complete: bool = True
    """False when more rows seemed to differ than are kept as candidates."""
    reason: str = ""
    """What kept the rest of the table from being compared; a later run tries again from `through`."""
    position: Position | None = None
    """See `TableResult.position`."""
