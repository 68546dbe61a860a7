"""What the journal and the ledger say of a rehearsal: handovers, gates, marks, invariants."""

from __future__ import annotations

from datetime import datetime

from migrate.model.gate import Answer, GateResult, Moment
from migrate.model.journal import Kind
from migrate.model.rehearsal import AskedGate, HandoverResult, Invariant, LedgerResult, Mark, MarkKind
from migrate.operations import history
from migrate.operations.expected import step_seconds
from migrate.operations.rehearsal.timeline import Timeline
from migrate.ports.journal import Journal


def handovers(journal: Journal, ledger: LedgerResult | None, timeline: Timeline) -> tuple[HandoverResult, ...]:
    """Those that were completed. The write gap is the ledger's, found by the time the handover took."""
    spans = {stage.name: (stage.began, stage.began + stage.seconds) for stage in timeline.stages}
    write_gaps = ledger.write_gaps if ledger is not None else ()
    found = []
    for run in history.runs(journal, *history.HANDOVERS):
        frozen = history.freeze_seconds(journal, run.run)
        if run.outcome != "done" or frozen is None:
            continue
        first, last = spans.get(run.run, (0.0, 0.0))
        gaps = [gap.seconds for gap in write_gaps if first <= gap.began <= last]
        leaving = "source" if run.stage == "cutover" else "target"
        found.append(
            HandoverResult(
                run=run.run,
                leaving=leaving,
                arriving="target" if leaving == "source" else "source",
                freeze_seconds=round(frozen, 3),
                write_gap_seconds=max(gaps, default=None),
                steps=step_seconds(journal, run.run),
            )
        )
    return tuple(found)


def gates(journal: Journal) -> tuple[AskedGate, ...]:
    return tuple(
        AskedGate(
            run=entry.run,
            moment=Moment(str(entry.body["moment"])),
            result=GateResult(
                gate=str(entry.body["gate"]),
                answer=Answer(str(entry.body["answer"])),
                reason=str(entry.body.get("reason", "")),
                observed=entry.body.get("observed"),
                limit=entry.body.get("limit"),
            ),
        )
        for entry in journal.entries(kind=Kind.GATE)
    )


def marks(journal: Journal, started_at: datetime) -> tuple[Mark, ...]:
    """Fences and switches, on the rehearsal's time line."""
    kinds = {"freeze/fence": MarkKind.FREEZE, "switch/secret": MarkKind.SWITCH}
    found = []
    for run in history.runs(journal, *history.HANDOVERS):
        for step, kind in kinds.items():
            entry = history.finished(journal, run.run, step)
            if entry is not None:
                mark = MarkKind.ROLLBACK if run.stage == "rollback" and kind is MarkKind.SWITCH else kind
                title = f"{run.run}: {'switch' if kind is MarkKind.SWITCH else 'freeze'}"
                found.append(Mark(mark, title, round((entry.at - started_at).total_seconds(), 3)))
    return tuple(found)


def invariants(journal: Journal, ledger: LedgerResult | None) -> tuple[Invariant, ...]:
    """Judged from what was recorded, not from what was intended."""
    done = [run for run in history.runs(journal, *history.HANDOVERS) if run.outcome == "done"]
    ordered = all(
        (fenced := history.finished(journal, run.run, "freeze/prove-fenced")) is not None
        and (opened := history.finished(journal, run.run, "open/fence")) is not None
        and fenced.at < opened.at
        for run in done
    )
    back = all(
        any(e.kind is Kind.DONE and e.step.startswith("after/round-trip") for e in journal.entries(run=run.run))
        for run in done
    )
    kept, judged = (ledger.kept, f"{ledger.acknowledged:,} judged") if ledger else (None, "no ledger was kept")
    return (
        Invariant("every acknowledged write is there exactly once", kept, judged),
        Invariant("one side was proven closed before the other was opened", ordered if done else None),
        Invariant("after each handover a marker proved the way back", back if done else None),
        Invariant("the journal's hash chain is whole", _whole(journal)),
    )


def _whole(journal: Journal) -> bool:
    journal.verify()
    return True
