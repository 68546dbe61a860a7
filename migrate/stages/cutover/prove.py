"""Steps 3 and 4: nobody wrote under the freeze, both sides are equal in what was touched, sequences stand ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.model.database import Position
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.model.validation import Verdict
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.world import HandoverWorld


@dataclass(frozen=True)
class ProveQuiet(HandoverStep):
    """The log itself says so: from the proven fence to now it holds no change of a mapped table.

    A position that stands still would prove nothing: vacuum, heartbeats and other databases move it.
    """

    name: ClassVar[str] = "prove/quiet"
    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"prove from the {self.leaving}'s log that nothing was written since the fence"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        request, log = world.request, world.leaving.log
        log.advance_slot(request.freeze_slot, Position(world.recall("freeze/prove-fenced", "frozen_at")))
        touched = log.changes(request.freeze_slot, request.tables).keys
        if touched:
            tables = ", ".join(str(table) for table in sorted(touched)[:5])
            raise SaysNo(
                f"rows were written on the {self.leaving} under the freeze: {tables}",
                code="CUT-050",
                hint="Somebody passed the fence. Find the writer in the server's log before you try again.",
            )
        return {}


@dataclass(frozen=True)
class ProveStillQuiet(ProveQuiet):
    """The last look before the switch: the proof took its time, and triggers may have waited for somebody to wake.

    The fence does not bar everybody: a superuser's job comes in, writes and leaves.
    """

    name: ClassVar[str] = "verify/quiet"

    @property
    def title(self) -> str:
        return f"prove once more that nothing was written on the {self.leaving} since the fence"


@dataclass(frozen=True)
class ProveEqual(HandoverStep):
    """Compares, row by row, what either side touched since the last clean pass: what earlier proofs left over, and
    what both logs hold since. Cost by changes, not by size. The slots stay where they are: nothing is done under the
    freeze that can wait."""

    name: ClassVar[str] = "prove/equal"
    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return "prove that both sides are equal in every row touched since the last clean pass"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        witness = world.witness
        look = witness.look()
        report = witness.prove(look, emit=world.emit, clock=world.clock).report
        if report.verdict is not Verdict.MATCH:
            wrong = [
                f"{table.table} {table.verdict.value} ({table.reason or len(table.differences)})"
                for table in report.tables
                if table.verdict is not Verdict.MATCH
            ]
            raise SaysNo(
                f"the sides differ: {'; '.join(wrong[:5])}",
                code="CUT-051",
                hint="Nothing was switched. Run: aurora-migrate validate, reload what it names, then try again.",
            )
        rows = sum(table.source_rows for table in report.tables)
        return {
            "verdict": report.verdict.value,
            "tables": len(report.tables),
            "rows": rows,
            "left_before": sum(len(one.keys or ()) for one in look.before.values()),
            "seconds": report.seconds,
        }


@dataclass(frozen=True)
class VerifySequences(HandoverStep):
    """The arriving side must not hand out a number that the leaving side has given to a row already."""

    name: ClassVar[str] = "verify/sequences"
    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"verify that the {self.arriving}'s sequences and counters stand ahead"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        behind = world.arriving.sequences.behind(world.leaving.sequences.values(world.request.schemas))
        if behind:
            raise SaysNo(
                f"sequences or counters of the {self.arriving} stand behind: {', '.join(behind[:5])}",
                code="CUT-060",
                hint="Raise [limits] sequence_headroom: the application used it up since the prepare section ran.",
                retryable=True,
            )
        return {}
