"""What was written since the last clean pass, by both logs: looked at again and again, so that little is left to prove.

The witness slots, of one name on both sides, hold the logs. Rows that never come to rest are kept beside them as the
residue, so that they do not hold the slots back; they are compared again by every later pass. A table is compared as a
whole where the log does not name its rows, and where its shape or the files it lies in are others than at the last
pass. A table without a key has no rows that could be named: it is compared by a pass at rest alone, always as a whole.

Invariant: the slots move only when every row they held is equal on both sides, or in the residue, stored before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from checks.facts import TableName
from migrate.clock import Clock
from migrate.events import Emit
from migrate.model.validation import Changes, Key, TableResult, TableShape, ValidationReport, Verdict
from migrate.model.witnessed import Witnessed
from migrate.ports.database import Database
from migrate.ports.witnessed import WitnessedTables
from migrate.stages.validate.delta import prove_delta
from migrate.stages.validate.planning import digest

RESIDUE_MAX = 10_000
"""Most keys of one table that are taken for restless. More than that is no hot row, but a feed that lags."""

_Touched = dict[TableName, set[Key] | None]
_Looked = tuple[Changes, dict[TableName, TableShape]]


@dataclass(frozen=True, kw_only=True)
class Witness:
    """Both sides, and the slot that holds what was written since the last clean pass."""

    source: Database
    target: Database
    slot: str
    tables: Sequence[TableName]
    kept: WitnessedTables
    emit: Emit
    clock: Clock
    workers: int = 4

    def keyless(self) -> list[TableName]:
        """Tables that only a pass at rest can compare."""
        shapes = self.source.rows.shapes(self.tables)
        return [table for table in self.tables if table in shapes and not shapes[table].key]

    def pass_at_rest(self, keyless: Iterable[TableName]) -> ValidationReport:
        """Compare all that was written, and the `keyless` tables. Nothing may write meanwhile."""
        return self._compare(None, whole=keyless)

    def pass_alive(self, settle: Callable[[], None], keyless: Collection[TableName]) -> ValidationReport:
        """The same while applications write, without the `keyless` tables. `settle` returns once what was written
        before has arrived. Rows that kept changing make their table unknown, and are kept as residue."""
        return self._compare(settle, left_out=keyless)

    def behind(self) -> int:
        """Bytes of both sides' logs that the next pass has to read."""
        return sum(side.log.behind(self.slot) for side in (self.source, self.target))

    def residue(self) -> int:
        """Rows that the next pass has to compare whatever the logs hold."""
        return sum(len(known.residue) for known in self.kept.load(self.slot).values())

    def _compare(
        self,
        settle: Callable[[], None] | None,
        *,
        whole: Iterable[TableName] = (),
        left_out: Collection[TableName] = (),
    ) -> ValidationReport:
        """When nothing differs the slots move up to where the logs ended before they were read: a later change of a
        row is behind that place, and will be looked at next time."""
        with ThreadPoolExecutor(2) as pool:
            here, there = pool.map(self._look, (self.source, self.target))
        shapes = {
            table: digest(here[1][table], there[1][table])
            for table in self.tables
            if table in here[1] and table in there[1]
        }
        touched = self._touched((here[0], there[0]), shapes) | dict.fromkeys(whole)
        named = {table: keys for table, keys in touched.items() if table not in left_out}
        waiting = {"settle": settle} if settle is not None else {}
        report = prove_delta(
            self.source, self.target, named, emit=self.emit, clock=self.clock, workers=self.workers, **waiting
        )
        if all(_decided(table) for table in report.tables):
            restless = {table.table: frozenset(table.undecided) for table in report.tables}
            none = frozenset[Key]()
            self.kept.save(
                self.slot, {table: Witnessed(now, restless.get(table, none)) for table, now in shapes.items()}
            )
            for side, (changes, _) in ((self.source, here), (self.target, there)):
                side.log.advance_slot(self.slot, changes.through)
        return report

    def _look(self, side: Database) -> _Looked:
        """Shapes are looked at after the log: a table that is made anew between the two is compared as a whole."""
        return side.log.changes(self.slot, self.tables), side.rows.shapes(self.tables)

    def _touched(self, logs: Sequence[Changes], shapes: Mapping[TableName, str]) -> _Touched:
        known = self.kept.load(self.slot)
        touched: _Touched = {}
        for table in self.tables:
            before = known.get(table)
            if before is None or before.shapes != shapes.get(table):
                touched[table] = None
                continue
            keys = set(before.residue)
            whole = False
            for log in logs:
                found = log.keys.get(table, frozenset())
                whole = whole or found is None
                keys |= found or frozenset()
            if whole or keys:
                touched[table] = None if whole else keys
        return touched


def _decided(table: TableResult) -> bool:
    """Whether the table is equal, but for few rows that never came to rest."""
    return table.verdict is Verdict.MATCH or 0 < len(table.undecided) <= RESIDUE_MAX
