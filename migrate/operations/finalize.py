"""Gives up the way back, with an approval of its own."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from migrate.errors import Interrupted, SaysNo, StateConflict
from migrate.model.database import Side
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.plan import Plan
from migrate.model.replication import Direction
from migrate.model.runbook import Runbook
from migrate.operations import history, names
from migrate.operations.moved import witnesses
from migrate.operations.runbooks import runbook
from migrate.ports.journal import Journal
from migrate.runner.execute import execute
from migrate.runner.load import parse
from migrate.runner.record import Record
from migrate.signals import shielded
from migrate.stages.cutover.finalize import FinalizeRequest, FinalizeWorld, restore
from migrate.stages.cutover.finalize import plan as finalize_plan
from migrate.stages.cutover.prepare import PrepareSecret
from migrate.wiring.session import Session

WITHOUT_SOURCE = "without-source"
"""Evidence of a person's word that the source is gone for good."""
KEPT = timedelta(days=3650)
AGAIN = "To give the way back up: aurora-migrate cutover approve --finalize, then: aurora-migrate cutover finalize"


@dataclass(frozen=True)
class ReadyToFinalize:
    plan: Plan[FinalizeWorld]
    world: FinalizeWorld


def refuse_once_begun(journal: Journal) -> None:
    """Nothing may use the way back, or hold the logs anew, once something of it was retired.

    Raises StateConflict while a finalize that has begun to is open, SaysNo when one has ended well.
    """
    begun = history.gave_up(journal)
    if begun is not None and begun.outcome == "done":
        raise SaysNo(
            f"{begun.run} gave up the way back: this migration has ended",
            code="CUT-012",
            hint="What it leaves in AWS and on both servers, and how that is removed: aurora-migrate cleanup. Databases"
            " can still be compared with: aurora-migrate validate --source … --target …",
        )
    refuse_abandoned(journal)
    if begun is not None:
        raise StateConflict(
            f"{begun.run} was begun and has not ended",
            code="STA-015",
            hint="Go on with: aurora-migrate cutover finalize",
        )


def refuse_abandoned(journal: Journal) -> None:
    """Raises SaysNo once a cleanup has begun that gives the migration up."""
    if history.abandoned(journal):
        raise SaysNo(
            "this migration was abandoned",
            code="CUT-018",
            hint="See what is left with: aurora-migrate cleanup. To move the database after all, use another name.",
        )


def end_unbegun(journal: Journal, but: str = "") -> None:
    """End a finalize that was broken off before it retired anything: what it was asked to retire may not be all now."""
    begun = history.open_run(journal, "finalize")
    if begun is not None and begun.run != but and not history.began(journal, begun.run, history.RETIRING):
        journal.append(Kind.OUTCOME, run=begun.run, body={"outcome": "unwound"})


def require_on_target(journal: Journal) -> None:
    """Raises StateConflict while a handover is open, SaysNo unless the application runs on the target."""
    if history.open_run(journal, *history.HANDOVERS) is not None:
        raise StateConflict("a handover is open", code="STA-012", hint="Run: aurora-migrate cutover resume")
    if history.owner(journal) is not Side.TARGET:
        raise SaysNo("the application does not run on the target", code="CUT-006", hint="Cut over first.")


def prepare(session: Session, journal: Journal) -> ReadyToFinalize:
    """Build the next finalize; the open one just as it was begun, unless nothing is retired and there is more by now.

    Raises SaysNo unless the application runs on the target.
    """
    require_on_target(journal)
    request, followed, begun = _asked(session, journal)
    plan = finalize_plan(followed, request, begun)
    world = FinalizeWorld(
        request=request,
        runbook=followed,
        plan_digest=plan.digest,
        sides=session,
        tasks=session.tasks,
        secrets=session.secrets,
        traffic=session.traffic,
        acts=session.acts,
        surroundings=lambda: _surroundings(session, request),
        journal=journal,
        emit=session.announce,
        clock=session.clock,
    )
    return ReadyToFinalize(plan, world)


def run(session: Session, *, without_source: str = "") -> str:
    """Raises SaysNo when a gate is not open. Refused or broken off before anything was retired, the run is over.

    `without_source` names who says that the source is gone for good: what the migration made there stays then, unless
    it answers after all. Returns who vouched for that where it was left out, else nothing.
    """
    with session.writing(acting=True) as journal:
        journal.verify()
        ready = prepare(session, journal)
        end_unbegun(journal, but=ready.plan.run)
        if history.began(journal, ready.plan.run, history.RETIRING):
            # By the steps as they are now: an earlier version of the program began it with others.
            Record(ready.plan, journal).begin_anew()
        if without_source:
            expires = session.clock.now() + KEPT
            journal.record(WITHOUT_SOURCE, run=ready.plan.run, expires_at=expires, facts={"by": without_source})
            ready = replace(ready, world=replace(ready.world, vouched_by=without_source))
        try:
            execute(ready.plan, ready.world, journal, emit=session.announce, clock=session.clock)
        except (SaysNo, Interrupted, StateConflict) as problem:
            with shielded(), suppress(StateConflict):
                end_unbegun(journal)
                if isinstance(problem, Interrupted) and history.gave_up(journal) is None:
                    problem.hint = f"Nothing was retired: rollback is open. {AGAIN}"
            raise
        return history.without_source(journal)


def _asked(session: Session, journal: Journal) -> tuple[FinalizeRequest, Runbook, Facts | None]:
    """What is asked for, the runbook that is followed, and, once something was retired, the journal's request of that
    run: half of it is gone, so the other half is what was approved then, whatever the settings say by now.

    An open run that has retired nothing stands if it is still the same.
    """
    begun = history.open_run(journal, "finalize")
    if begun is not None and history.began(journal, begun.run, history.RETIRING):
        document = begun.request.get("runbook")
        followed = parse(document) if isinstance(document, dict) else runbook(session.settings, "finalize")
        return restore(begun.request), followed, begun.request
    fresh, followed = _request(session, journal), runbook(session.settings, "finalize")
    if begun is not None:
        asked = restore(begun.request)
        if replace(fresh, run=asked.run) == asked and begun.request.get("runbook") == followed.document:
            return asked, followed, None
    return fresh, followed, None


def _surroundings(session: Session, request: FinalizeRequest) -> dict[str, str]:
    """As a handover's: the application is about to leave the source for good."""
    return {
        "AURORA_MIGRATE_MIGRATION": request.migration,
        "AURORA_MIGRATE_RUN": request.run,
        "AURORA_MIGRATE_LEAVING": Side.SOURCE.value,
        "AURORA_MIGRATE_ARRIVING": Side.TARGET.value,
        "AURORA_MIGRATE_TARGET_HOST": session.cluster.host,
        "AURORA_MIGRATE_TARGET_PORT": str(session.cluster.port),
    }


def _request(session: Session, journal: Journal) -> FinalizeRequest:
    """Everything that any handover made, so that nothing is left behind on either side."""
    settings, migration = session.settings, session.name
    handovers = history.runs(journal, *history.HANDOVERS)
    tasks: list[str] = []
    endpoints: list[str] = []
    slots: dict[Side, list[str]] = {side: witnesses(migration, journal) for side in Side}
    for task in settings.tasks:
        tasks.append(names.task(migration, task.name, Direction.FORWARD, 0))
        endpoints += [names.endpoint(migration, task.name, Direction.FORWARD, 0, role) for role in ("source", "target")]
        for handover in handovers:
            coming = Direction.REVERSE if handover.stage == "cutover" else Direction.FORWARD
            number = handover.number
            back, probe = names.task(migration, task.name, coming, number), f"{number}"
            tasks += [back, f"{back}-probe"]
            roles = ("source", "target", "probe-source")
            endpoints += [names.endpoint(migration, task.name, coming, number, role) for role in roles]
            arriving = Side.TARGET if handover.stage == "cutover" else Side.SOURCE
            slots[arriving] += [
                names.slot(migration, task.name, coming.value, probe),
                names.slot(migration, task.name, "probe", probe),
            ]
            slots[arriving.other].append(names.slot(migration, "freeze", probe))
    return FinalizeRequest(
        migration=migration,
        run=f"finalize-{history.next_number(journal, 'finalize')}",
        tasks=tuple(tasks),
        endpoints=tuple(endpoints),
        source_slots=tuple(slots[Side.SOURCE]),
        target_slots=tuple(slots[Side.TARGET]),
        dms_users=(settings.replication.capture_user, settings.replication.feed_user),
        dms_secrets=tuple(names.dms_secret(migration, side, use) for side in Side for use in ("capture", "feed")),
        noted=noted_of_switch(journal),
        limits=settings.gate_limits,
    )


def noted_of_switch(journal: Journal) -> Facts:
    """What the first of all preparations saw of what is switched: later ones saw what it had made of it."""
    seen = (
        entry.body for entry in journal.entries(kind=Kind.INTENT) if entry.step == PrepareSecret.name and entry.body
    )
    return next(seen, {})
