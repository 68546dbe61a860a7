"""Builds the tables of what changes no row, and lets it happen to the target's."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.model.database import Side
from tests.detection.damage import insert
from tests.detection.kinds import Harmless
from tests.detection.stage import NAME, SIDES, Stage

ROWS = 200
_COLUMNS = ("id", "n", "at", "v")


def build_harmless(stage: Stage, kinds: Sequence[Harmless]) -> None:
    """A table with equal rows on both sides for each of these kinds, and what happens to the target's."""
    for kind in kinds:
        stage.run(Side.SOURCE, f"CREATE TABLE {kind.table} ({kind.columns})")
        stage.run(Side.TARGET, f"CREATE TABLE {kind.table} ({kind.target_columns or kind.columns}) {kind.options}")
        if kind.only_one_side:
            stage.run(Side.TARGET, *_partitions(kind))
        for side in SIDES:
            late = side is Side.TARGET and "gone" in kind.target_columns
            columns = _COLUMNS[:3] if late else _COLUMNS
            rows = [_row(number, columns) for number in range(1, ROWS + 1)]
            backwards = kind.backwards and side is Side.TARGET
            insert(stage, kind.table, rows[::-1] if backwards else rows, [side], f"({', '.join(columns)})")
        stage.run(Side.TARGET, *(s.format(table=kind.table, database=NAME) for s in kind.statements))


def _partitions(kind: Harmless) -> list[str]:
    return [
        f"CREATE TABLE {kind.table}_{n} PARTITION OF {kind.table} FOR VALUES WITH (MODULUS 2, REMAINDER {n})"
        for n in range(2)
    ]


def _row(number: int, columns: Sequence[str]) -> str:
    values = {
        "id": str(number),
        "n": f"{number}.125",
        "at": f"'2024-01-{number % 28 + 1:02} 10:00:00.25'",
        "v": f"'Straße {number}'",
    }
    return f"({', '.join(values[column] for column in columns)})"
