"""The witness slots: on both sides they hold the log since the last clean pass, so that a proof costs by changes.

Where a side holds no log for the toolkit there is no slot (`Witness.slot` is empty): nobody can tell then what was
touched, and every table is compared whole, at rest. What DMS counts by table is no substitute (docs/validation.md).

A look at both logs, a comparison of what they touched, and the leftovers kept: then the slots move on. What may differ
is at any time within the leftovers and what the logs hold from the slots on, so that a kill between any two acts loses
nothing. A table without a key has no rows that could be named: it is compared as a whole, and only at rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TypeVar

from checks.facts import TableName
from migrate.clock import Clock
from migrate.errors import MigrateError
from migrate.events import Emit
from migrate.model.database import Position
from migrate.model.residue import Remains
from migrate.model.validation import KEYS_MAX, Key, TableResult, TableShape, ValidationReport, Verdict
from migrate.ports.database import Database
from migrate.ports.residue import Residue
from migrate.stages.validate.delta import at_rest, prove_delta
from migrate.stages.validate.planning import digest
from migrate.stages.validate.recheck import Settle
from migrate.stages.validate.threads import Threads

WORKERS = 4
T = TypeVar("T")
Wanted = Mapping[TableName, frozenset[Key] | None]
"""Keys of rows by table; None for the whole table."""


@dataclass(frozen=True)
class Look:
    """What both logs and the leftovers of earlier proofs say is to be compared."""

    wanted: Wanted
    keyless: frozenset[TableName]
    stood: tuple[Position | None, Position | None]
    """Where the slots were on the source and on the target before their logs were read."""
    through: tuple[Position, Position]
    """How far the logs were read on the source and on the target."""
    before: Mapping[TableName, Remains]
    identity: Mapping[TableName, tuple[str, str]]
    """By table, of both sides, before the first row is read."""


@dataclass(frozen=True)
class Proven:
    """What a comparison gave, and what it left over."""

    look: Look
    report: ValidationReport
    remains: Mapping[TableName, Remains]

    @property
    def keys(self) -> int:
        """Rows that were looked at by their key."""
        return sum(len(keys) for keys in self.look.wanted.values() if keys)

    @cached_property
    def left_keys(self) -> int:
        return sum(len(one.keys) for one in self.remains.values() if one.keys)

    @cached_property
    def left_whole(self) -> tuple[TableName, ...]:
        return tuple(sorted(table for table, one in self.remains.items() if one.keys is None))

    @cached_property
    def compared_whole(self) -> tuple[TableName, ...]:
        """Truncated, made anew, altered or rewritten since, changed by a cascade that cannot be followed, or in more
        rows than are named."""
        return tuple(table for table in (one.table for one in self.report.tables) if self.look.wanted[table] is None)

    @property
    def verdict(self) -> Verdict:
        """A match leaves nothing over."""
        if self.report.verdict is Verdict.MATCH and (self.left_keys or self.left_whole):
            return Verdict.UNKNOWN
        return self.report.verdict


def withheld(error: MigrateError) -> bool:
    """Whether a side holds no log for the toolkit: it may not, none is written, or no slot is left. See `ChangeLog`."""
    return error.code[-4:] in ("-110", "-132", "-135")


@dataclass(frozen=True)
class Witness:
    source: Database
    target: Database
    slot: str
    """Empty where no log is held since the last clean pass."""
    tables: Sequence[TableName]
    residue: Residue
    workers: int = field(default=WORKERS)

    def look(self) -> Look:
        """Read both logs from the slots on, and what is left over from before. Changes nothing."""
        if not self.slot:
            return self._blind()
        stood = self._stand()
        before = self.residue.load()
        here, there = self._both(lambda side: side.log.changes(self.slot, self.tables))
        # After the logs: what made a table anew without a trace in them is seen now, or as another identity next time.
        shapes = self._both(lambda side: side.rows.shapes(self.tables))
        identity = identities(self.tables, *shapes)
        wanted: dict[TableName, frozenset[Key] | None] = {}
        for table in self.tables:
            left = before.get(table, Remains(keys=None))
            known = left.keys if left.identity == identity[table] else None
            keys = _union(known, *(found.keys.get(table, frozenset()) for found in (here, there)))
            if keys is None or keys:
                wanted[table] = keys
        keyless = frozenset(table for table, shape in shapes[0].items() if not shape.key)
        return Look(wanted, keyless, stood, (here.through, there.through), before, identity)

    def _blind(self) -> Look:
        shapes = self._both(lambda side: side.rows.shapes(self.tables))
        keyless = frozenset(table for table, shape in shapes[0].items() if not shape.key)
        nowhere = Position("")
        return Look(
            wanted=dict.fromkeys(self.tables),
            keyless=keyless,
            stood=(None, None),
            through=(nowhere, nowhere),
            before={},
            identity=identities(self.tables, *shapes),
        )

    def prove(self, look: Look, *, emit: Emit, clock: Clock, settle: Settle | None = None) -> Proven:
        """Compare what the look says. With `settle` applications go on meanwhile, and tables without a key are left
        over; without it nothing writes."""
        live = settle is not None
        compared = {table: keys for table, keys in look.wanted.items() if not (live and table in look.keyless)}
        report = prove_delta(
            self.source,
            self.target,
            compared,
            emit=emit,
            clock=clock,
            workers=self.workers,
            settle=settle or at_rest,
        )
        results = {result.table: result for result in report.tables}
        remains = {
            table: Remains(_left(look.wanted.get(table, frozenset()), results.get(table)), look.identity[table])
            for table in self.tables
        }
        return Proven(look, report, remains)

    def keep(self, proven: Proven) -> None:
        """Keep the leftovers, and only then move the slots on."""
        before = proven.look.before
        self.residue.save({table: one for table, one in proven.remains.items() if one != before.get(table)})
        for side, through in zip((self.source, self.target), proven.look.through, strict=True):
            side.log.advance_slot(self.slot, through)

    def unmoved(self, look: Look) -> bool:
        """Whether nobody else kept leftovers or moved a slot since the look; only then may it be kept.

        Both have to be asked: leftovers may come to be the same again while a slot passes over a change.
        """
        return self._stand() == look.stood and self.residue.load() == look.before

    def _stand(self) -> tuple[Position | None, Position | None]:
        return self._both(lambda side: side.log.slots().get(self.slot))

    def behind(self) -> tuple[int, int]:
        """Bytes of log behind the slots on the source and on the target."""
        if not self.slot:
            return 0, 0
        return self._both(lambda side: side.log.behind(self.slot))

    def _both(self, ask: Callable[[Database], T]) -> tuple[T, T]:
        threads = Threads(1, "target log")
        there = threads.submit(partial(ask, self.target))
        try:
            return ask(self.source), there.result()
        finally:
            threads.close(0)


def identities(
    tables: Iterable[TableName], here: Mapping[TableName, TableShape], there: Mapping[TableName, TableShape]
) -> dict[TableName, tuple[str, str]]:
    """By table, its identity on both sides; of one that is not there, one that no table has."""
    return {table: (_identity(here.get(table)), _identity(there.get(table))) for table in tables}


def _identity(shape: TableShape | None) -> str:
    """With the columns: one that is added with a default fills every row without a trace in the log."""
    return digest(shape) if shape else "absent"


def _union(*parts: frozenset[Key] | None) -> frozenset[Key] | None:
    known = [part for part in parts if part is not None]
    keys = frozenset[Key]().union(*known)
    return keys if len(known) == len(parts) and len(keys) <= KEYS_MAX else None


def _left(wanted: frozenset[Key] | None, result: TableResult | None) -> frozenset[Key] | None:
    """What is still to be proven of a table. One that was not compared, or is in doubt, stays as it was."""
    if result is None:
        return wanted
    if result.verdict is Verdict.MATCH:
        return frozenset()
    return wanted if result.undecided is None else frozenset(result.undecided)
