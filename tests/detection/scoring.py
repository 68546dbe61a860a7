"""Compares what somebody found with what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrate.model.validation import ValidationReport
from tests.detection.damage import Damage, Found

Findings = Mapping[str, Sequence[Found]]
"""By table, what was found."""


@dataclass(frozen=True)
class Score:
    """How one kind of damage was found."""

    damaged: int
    found: int
    false_alarms: int
    """Rows that were named and are equal; or tables, where rows are not named."""
    missed: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    refused: str = ""
    """Why nothing could be compared."""


def findings(report: ValidationReport, keyless: Iterable[str]) -> Findings:
    """The toolkit's report, without the hashes that stand for the key of a table without one."""
    without = set(keyless)
    return {
        table.table.name: [
            ("" if table.table.name in without else "|".join(map(str, d.key)), d.kind.value, tuple(sorted(d.columns)))
            for d in table.differences
        ]
        for table in report.tables
    }


def score(damages: Sequence[Damage], found: Findings) -> Score:
    """A damage is found when every row of it is named with the right kind and columns; what is named beside is wrong."""
    left = {table: Counter(rows) for table, rows in found.items()}
    missed: list[str] = []
    for damage in damages:
        rows = left.get(damage.table, Counter())
        if not damage.expected or all(rows[row] for row in damage.expected):
            rows.subtract(damage.expected)
            continue
        missed.append(f"{damage.table}/{damage.seed} on the {damage.side}: {damage.statement}")
        rows.subtract({row: 1 for row in damage.expected if rows[row]})
    tables = {damage.table for damage in damages}
    wrong = [f"{table}: {row}" for table in sorted(tables) for row in (+left.get(table, Counter())).elements()]
    return Score(len(damages), len(damages) - len(missed), len(wrong), tuple(missed), tuple(wrong))
