"""Where the migration stands, and the one next command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from migrate.model.cutover import UNKNOWN
from migrate.model.database import Side
from migrate.model.json import Facts
from migrate.operations import history
from migrate.operations.expected import rollback_now
from migrate.ports.journal import Journal
from migrate.wiring.session import Session


@dataclass(frozen=True)
class Status:
    migration: str
    owner: str
    """`source` or `target`; `unknown` while a switch is under way."""
    open_run: str | None
    runs: list[tuple[str, str, str]]
    """Run, outcome, time it began."""
    evidence: dict[str, Facts]
    reverse_window_until: str | None
    rollback: Facts | None
    """What one may be expected to take now, `seconds` and of these `freeze_seconds`, on which `basis`; where there is a
    way back and something was measured."""
    next_command: str


def status(session: Session, read: Journal | None = None) -> Status:
    """Read from the journal alone: no database and no AWS call is needed. `read` is one that was read already."""
    journal = session.history if read is None else read
    journal.verify()
    return standing(journal, session.name, session.clock.now())


def standing(journal: Journal, migration: str, now: datetime) -> Status:
    """What a journal says, taken at its word."""
    begun = history.open_run(journal)
    deadline = history.deadline(journal)
    evidence: dict[str, Facts] = {}
    for name in ("assessment", "validation", "way-back"):
        found = journal.evidence(name)
        if found:
            evidence[name] = {**found[-1].facts, "taken_at": found[-1].taken_at.isoformat()}
    finalized = history.last_done(journal, "finalize") is not None
    owner = str(history.known_owner(journal) or UNKNOWN)
    given_up = history.gave_up(journal) is not None
    going_on = begun if given_up or begun is None or begun.stage != "finalize" else None
    returnable = deadline is not None and owner == Side.TARGET and not given_up
    window_over = deadline is not None and now >= deadline
    return Status(
        migration=migration,
        owner=owner,
        open_run=begun.run if begun else None,
        runs=[(run.run, run.outcome, f"{run.began:%Y-%m-%d %H:%M:%S}") for run in history.runs(journal)],
        evidence=evidence,
        reverse_window_until=deadline.isoformat() if deadline is not None and returnable else None,
        rollback=_rollback(journal) if returnable else None,
        next_command=_next(evidence, going_on, history.last_done(journal, "provision") is not None,
                           history.last_done(journal, "replicate") is not None, owner, window_over,
                           finalized, history.last_done(journal, history.CLEANUP) is not None),
    )  # fmt: skip


def _rollback(journal: Journal) -> Facts | None:
    found = rollback_now(journal)
    if found is None:
        return None
    return {"seconds": found.seconds, "freeze_seconds": found.freeze_seconds, "basis": found.basis}


def _next(
    evidence: dict[str, Facts],
    begun: history.Run | None,
    provisioned: bool,
    replicated: bool,
    owner: str,
    window_over: bool,
    finalized: bool,
    cleaned: bool,
) -> str:
    if begun is not None:
        again = {"provision": "provision apply", "replicate": "replicate start", "finalize": "cutover finalize",
                 "provision destroy": "provision destroy",
                 "provision dms-roles": "provision dms-roles --create", history.DESTROY: "replicate destroy",
                 history.CLEANUP: "cleanup", "replicate reload": "replicate reload",
                 "replicate apply-settings": "replicate apply-settings"}  # fmt: skip
        return f"aurora-migrate {again.get(begun.stage, 'cutover resume')}"
    if cleaned:
        return "nothing is left to do"
    if finalized:
        return "aurora-migrate cleanup"
    if owner == "target":
        back = "cutover extend --hours 24, then: rollback" if window_over else "rollback"
        return f"aurora-migrate cutover finalize (or: {back})"
    if "assessment" not in evidence:
        return "aurora-migrate assess"
    if not provisioned:
        return "aurora-migrate provision apply"
    if not replicated:
        return "aurora-migrate replicate start"
    if evidence.get("validation", {}).get("verdict") != "match":
        return "aurora-migrate validate"
    return "aurora-migrate cutover approve --by NAME, then: aurora-migrate cutover run"
