"""Compares what somebody found with what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrate.model.validation import ValidationReport
from tests.detection.damage import Damage, Found, block_of

Findings = Mapping[str, Sequence[Found]]
"""By table, what was found."""


@dataclass(frozen=True)
class Score:
    """How one kind of damage was found."""

    damaged: int = 0
    found: int = 0
    false_alarms: int = 0
    """What was pointed at and is equal."""
    missed: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    refused: str = ""
    """Why nothing could be compared."""

    @property
    def perfect(self) -> bool:
        return self.found == self.damaged and not self.false_alarms and not self.refused


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


def named(damages: Sequence[Damage], found: Findings) -> Score:
    """A damage is found when every row of it is named with the right kind and columns; what is named beside, wrong."""
    left = {table: Counter(rows) for table, rows in found.items()}
    missed: list[str] = []
    for damage in damages:
        rows = left.get(damage.table, Counter())
        there = {row: 1 for row in damage.expected if rows[row]}
        if len(there) < len(damage.expected):
            missed.append(f"{damage.table}/{damage.seed} on the {damage.side}: {damage.statement[:300]}")
        rows.subtract(there)
    tables = {damage.table for damage in damages}
    wrong = [f"{table}: {row}" for table in sorted(tables) for row in (+left.get(table, Counter())).elements()]
    return Score(len(damages), len(damages) - len(missed), len(wrong), tuple(missed), tuple(wrong))


def pointed(damages: Sequence[Damage], keys: Mapping[str, Collection[str]]) -> Score:
    """For who names rows, but neither kinds nor columns: by table, the keys pointed at."""
    found = sum(_keys(damage) <= set(keys.get(damage.table, ())) for damage in damages if damage.expected)
    rightly: dict[str, set[str]] = {damage.table: set() for damage in damages}
    for damage in damages:
        rightly[damage.table] |= _keys(damage)
    wrong = sum(len(set(keys.get(table, ())) - right) for table, right in rightly.items())
    return Score(sum(bool(damage.expected) for damage in damages), found, wrong)


def flagged(damages: Sequence[Damage], blocks: Mapping[str, Collection[int]]) -> Score:
    """For who only tells that a table differs: by table, the blocks that would do so as a table of their own."""
    found = sum(block_of(damage) in blocks.get(damage.table, ()) for damage in damages if damage.expected)
    rightly = {(damage.table, block_of(damage)) for damage in damages if damage.expected}
    tables = {damage.table for damage in damages}
    wrong = sum((table, block) not in rightly for table in tables for block in blocks.get(table, ()))
    return Score(sum(bool(damage.expected) for damage in damages), found, wrong)


def _keys(damage: Damage) -> set[str]:
    return {key for key, _, _ in damage.expected}
