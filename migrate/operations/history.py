"""What the journal says happened: runs, handovers, who should own the application's writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from migrate.errors import StateConflict
from migrate.model.cutover import Evidence
from migrate.model.database import Side
from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts
from migrate.ports.journal import Journal
from migrate.runner.standing import footprints

HANDOVERS = ("cutover", "rollback")
OPEN = "open"
"""Outcome of a run that has not ended: it was killed, or waits for a person."""
DESTROY = "replicate destroy"
DESTROYED = "destroyed"
"""Outcome of a set-up, and of handovers over it, that a later `replicate destroy` took away."""
CLEANUP = "cleanup"
WINDOW = "reverse-window"
EXTENDED_BY = "extended_by"
"""Fact of a proof of the way back that moved its deadline: who wanted that."""
SWITCH = "switch/secret"
WAY_BACK = "after/start-way-back"
POSITION = "close/capture-position"
START_LOAD = "dms/start-load"
RETIRED_LAST = "retire/source"
RETIRING = "retire/"
"""Section of a finalize's steps from whose first intent on there is no way back."""


@dataclass(frozen=True)
class Run:
    """One execution of a plan."""

    run: str
    stage: str
    began: datetime
    request: Facts
    """The last one: a run of which nothing stands may have asked anew."""
    outcome: str
    """`done`, `unwound`, `destroyed`, or `open` while nothing says it ended."""

    @property
    def number(self) -> int:
        return int(self.run.rpartition("-")[2])


def runs(journal: Journal, *stages: str) -> list[Run]:
    """Runs of these stages (all when none is named), oldest first."""
    ended = {entry.run: str(entry.body.get("outcome")) for entry in journal.entries(kind=Kind.OUTCOME)}
    planned = journal.entries(kind=Kind.PLANNED)
    gone = max((e.seq for e in planned if e.body.get("stage") == DESTROY and ended.get(e.run) == "done"), default=0)
    found: dict[str, Run] = {}
    for entry in planned:
        stage = str(entry.body.get("stage"))
        if not stages or stage in stages:
            request = entry.body.get("request")
            taken_away = entry.seq < gone and stage in ("replicate", *HANDOVERS)
            outcome = DESTROYED if taken_away else ended.get(entry.run, OPEN)
            found[entry.run] = Run(entry.run, stage, entry.at, request if isinstance(request, dict) else {}, outcome)
    return list(found.values())


def next_number(journal: Journal, *stages: str) -> int:
    return 1 + max((run.number for run in runs(journal, *stages)), default=0)


def open_run(journal: Journal, *stages: str) -> Run | None:
    """The run that was begun and has not ended, if there is one."""
    return next((run for run in runs(journal, *stages) if run.outcome == OPEN), None)


def next_handover(journal: Journal) -> str:
    """Stage of the handover that is open, or else of the only one that can begin: from where the application runs.

    Raises StateConflict as `owner`.
    """
    begun = open_run(journal, *HANDOVERS)
    if begun is not None:
        return begun.stage
    return "cutover" if owner(journal) is Side.SOURCE else "rollback"


def last_done(journal: Journal, *stages: str) -> Run | None:
    done = [run for run in runs(journal, *stages) if run.outcome == "done"]
    return done[-1] if done else None


def turned(journal: Journal) -> Run | None:
    """The handover that made the feed of now: an open one once it has started the way back of every task, else the
    last that is done. None while that of the set-up feeds."""
    begun = open_run(journal, *HANDOVERS)
    feeds = begun.request.get("feeds") if begun is not None else None
    if begun is not None and isinstance(feeds, list) and feeds:
        started = {entry.step for entry in journal.entries(run=begun.run, kind=Kind.DONE)}
        if started.issuperset(f"{WAY_BACK}:{feed['name']}" for feed in feeds if isinstance(feed, dict)):
            return begun
    return last_done(journal, *HANDOVERS)


def abandoned(journal: Journal) -> bool:
    """Whether the migration was given up: a cleanup that says so has begun."""
    return any(run.request.get("abandoned") is True for run in runs(journal, CLEANUP))


def gave_up(journal: Journal) -> Run | None:
    """The finalize that gives the way back up, ended or not. One that was broken off, or refused, before it retired
    anything has taken nothing away."""
    begun = (run for run in runs(journal, "finalize") if run.outcome in (OPEN, "done"))
    return next((run for run in begun if run.outcome == "done" or began(journal, run.run, RETIRING)), None)


def without_source(journal: Journal) -> str:
    """Who said that the source is gone, where the way back was given up without it; empty where it was retired too."""
    run = last_done(journal, "finalize")
    entry = finished(journal, run.run, RETIRED_LAST) if run is not None else None
    return str(entry.body.get("vouched_by") or "") if entry is not None else ""


def switching(journal: Journal) -> Run | None:
    """The open handover whose switch was begun and is not on record as done: AWS may have taken it, or not."""
    run = open_run(journal, *HANDOVERS)
    if run is None:
        return None
    switch = footprints(journal.entries(run=run.run)).get(SWITCH)
    return run if switch is not None and switch.done is None else None


def owner(journal: Journal) -> Side:
    """The side that serves the application, for whoever decides by it. Raises StateConflict while that is not known."""
    found = known_owner(journal)
    if found is None:
        raise StateConflict(
            "a switch was under way: which side serves the application is not on record",
            code="STA-027",
            hint="Open neither side by hand. Run: aurora-migrate cutover resume. Or go back: aurora-migrate rollback",
        )
    return found


def read_server(journal: Journal) -> str | None:
    """The server that the feed of the source reads from, as it called itself when its place in the log was taken: at
    the load, or at the rollback since. None where an earlier version took it."""
    back = last_done(journal, *HANDOVERS)
    if back is not None:
        taken = [one for one in journal.entries(run=back.run, kind=Kind.DONE) if one.step.startswith(POSITION)]
    else:
        begun = last_done(journal, "replicate") or open_run(journal, "replicate")
        run = begun.run if begun is not None else ""
        taken = [one for one in journal.entries(run=run, kind=Kind.INTENT) if one.step.startswith(START_LOAD)]
    found = taken[-1].body.get("server") if taken else None
    return str(found) if found is not None else None


def known_owner(journal: Journal) -> Side | None:
    """The side that serves the application: that of the last switch on record, of a handover ended or not.

    None while a switch is `switching`: then only the secret tells.
    """
    if switching(journal) is not None:
        return None
    switched = [run for run in runs(journal, *HANDOVERS) if finished(journal, run.run, SWITCH) is not None]
    return Side.TARGET if switched and switched[-1].stage == "cutover" else Side.SOURCE


def windows(journal: Journal) -> list[Evidence]:
    """Proofs of the way back since the application was last switched, oldest first: earlier ones speak of a feed that
    has ended."""
    switched = [entry.run for entry in journal.entries(kind=Kind.DONE) if entry.step == SWITCH]
    written = [e for e in journal.entries(kind=Kind.EVIDENCE) if e.body.get("name") == WINDOW]
    proofs = zip(written, journal.evidence(WINDOW), strict=True)
    return [proof for entry, proof in proofs if entry.run in switched[-1:]]


def deadline(journal: Journal) -> datetime | None:
    """Until when the way back is offered: as it was proven last, with what was added since. None while it is not
    proven, and while the application runs on the source."""
    proofs = windows(journal)
    extended = [proof for proof in proofs if EXTENDED_BY in proof.facts]
    return min((proof.expires_at for proof in extended[-1:] or proofs), default=None)


def began(journal: Journal, run: str, section: str) -> bool:
    """Whether a step whose name begins so has an intent in the run."""
    return any(entry.step.startswith(section) for entry in journal.entries(run=run, kind=Kind.INTENT))


def finished(journal: Journal, run: str, step: str) -> Entry | None:
    """The last `done` entry of a step."""
    found = [entry for entry in journal.entries(run=run, kind=Kind.DONE) if entry.step == step]
    return found[-1] if found else None


def freeze_seconds(journal: Journal, run: str) -> float | None:
    """From the intent to fence to the moment the arriving side was open; None while either is missing."""
    fences = [e.at for e in journal.entries(run=run, kind=Kind.INTENT) if e.step == "freeze/fence"]
    opened = finished(journal, run, "open/fence")
    return (opened.at - fences[0]).total_seconds() if fences and opened else None
