"""Reads tables back by plain SQL: what a change really did, whatever a validator says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from migrate.model.database import Side
from tests.detection.damage import Damage, tables_of
from tests.detection.kinds import Act, Kind
from tests.detection.stage import SIDES, Stage

Content = dict[str, tuple[str | None, ...]]
"""By key, the printed values. Without a key: by the printed row, how many there are."""
Contents = dict[tuple[str, Side], Content]


class UnchangedError(AssertionError):
    """A change that was to damage a row did not, or damaged others."""


def read(stage: Stage, kinds: Sequence[Kind], seeds: int) -> Contents:
    """Every table of these kinds on both sides."""
    return {
        (table, side): _content(stage, kind, table, side)
        for kind in kinds
        for table in tables_of(kind, seeds)
        for side in SIDES
    }


def _content(stage: Stage, kind: Kind, table: str, side: Side) -> Content:
    columns = ("v", "w") if kind.act is Act.SWAP_COLUMNS else ("v",)
    printed = [_printed(stage, kind, column) for column in columns]
    if kind.act.keyless:
        rows = stage.ask(side, f"SELECT {', '.join(printed)}, note FROM {table}")
        return {repr(row): (str(count),) for row, count in Counter(rows).items()}
    rows = stage.ask(side, f"SELECT id, {', '.join(printed)} FROM {table}")
    return {str(key): tuple(values) for key, *values in rows}


def _printed(stage: Stage, kind: Kind, column: str) -> str:
    if kind.printed != "{}":
        return kind.printed.format(column)
    return f"{column}::text" if stage.route.postgres else f"CAST({column} AS CHAR)"


def prove(damages: Sequence[Damage], before: Contents, after: Contents) -> None:
    """Raises UnchangedError unless both sides were equal, and exactly the rows that were to change have changed.

    What is equal by definition is left out: it may print alike, or not.
    """
    meant: dict[tuple[str, Side], set[str]] = {}
    for damage in damages:
        if damage.expected:
            for side in SIDES:
                meant.setdefault((damage.table, side), set())
            meant[damage.table, damage.side] |= {key for key, _, _ in damage.expected}
    for (table, side), keys in meant.items():
        old, new = before[table, side], after[table, side]
        if old != before[table, Side.SOURCE]:
            raise UnchangedError(f"{table}: the sides were not equal")
        changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        if changed != keys and not (keys == {""} and changed):
            raise UnchangedError(f"{table} on the {side}: not changed as meant: {sorted(changed ^ keys)[:5]}")
