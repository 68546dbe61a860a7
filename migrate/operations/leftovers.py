"""What this migration leaves, by a look at the world; the journal only tells whose a thing is where no name does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrate.errors import Interrupted, MigrateError
from migrate.model.database import Side
from migrate.model.leftover import Kind, Leftover
from migrate.operations import history, names
from migrate.operations.restore_drill import made
from migrate.ports.journal import Journal
from migrate.runner.memory import JournalMemory
from migrate.stages.cutover.open import gone
from migrate.stages.replicate.accounts import CreateAccount
from migrate.stages.replicate.load import NoteSlot, StartLoad
from migrate.wiring.session import Session

TOOLKIT_SLOTS = "am_"
LONG_ENOUGH = 16
"""Characters of a task's id that DMS made; a shorter one may be anybody's word."""
ALIKE = frozenset({Kind.CONTROL, Kind.MARKERS, Kind.ACCOUNT})
"""What all migrations of a database share, by name."""
UNMARKED = ALIKE | {Kind.ARTEFACT}


@dataclass(frozen=True)
class Look:
    """What was found, and where nothing could be seen."""

    found: tuple[Leftover, ...]
    unseen: tuple[tuple[str, str], ...]
    """Side, and why it could not be asked."""
    target_stands: bool
    """Whether the target is there and answers."""
    away: tuple[str, ...] = ()
    """Of the sides that could not be asked, those that cannot be reached at all."""

    @property
    def removable(self) -> tuple[Leftover, ...]:
        return tuple(one for one in self.found if not one.kept)


def look(session: Session, journal: Journal) -> Look:
    """Raises AwsError when AWS itself cannot be asked; a database that does not answer is told among `unseen`."""
    found = [_restored(journal, one) for one in session.leftovers.find()]
    tasks = [one.id.lower() for one in found if one.kind is Kind.TASK]
    unseen: list[tuple[str, str]] = []
    away: list[str] = []
    target = session.settings.target
    stands = bool(target.cluster) or session.stacks.status(target.stack) is not None
    for side in Side:
        if side is Side.TARGET and not stands:
            continue
        try:
            found += _on_server(session, journal, side, tasks)
        except Interrupted:
            raise
        except MigrateError as problem:
            unseen.append((side.value, problem.message))
            away += [side.value] if gone(problem, side) else []
    answered = stands and Side.TARGET.value not in dict(unseen)
    return Look(tuple(found), tuple(unseen), answered, tuple(away))


def _restored(journal: Journal, one: Leftover) -> Leftover:
    if one.kind is Kind.RESTORED and one.name not in made(journal):
        return replace(one, kept="the journal does not tell that a drill of this migration made it")
    return one


def _on_server(session: Session, journal: Journal, side: Side, tasks: Sequence[str]) -> Iterator[Leftover]:
    database = session.source if side is Side.SOURCE else session.target
    replication = session.settings.replication
    users = (replication.capture_user, replication.feed_user)
    found = database.leftovers.find(users, _schemas(session, journal), names.CONTROL_SCHEMA)
    slots = [one.name for one in found if one.kind is Kind.SLOT]
    others = [name for name in slots if name.startswith(TOOLKIT_SLOTS) and not names.is_slot(session.name, name)]
    for one in found:
        if one.kind is Kind.SLOT:
            yield from _slot(session.name, journal, side, one, tasks)
        else:
            yield one if one.kept else replace(one, kept=_why_kept(journal, side, one, others))


def _slot(migration: str, journal: Journal, side: Side, one: Leftover, tasks: Sequence[str]) -> Iterator[Leftover]:
    """The migration's own, DMS's own as the journal noted it or by the id of a task in its name (`<id>_00016402_…`, as
    seen on real sources), and what may be that of a load that was broken off."""
    memory = JournalMemory(journal, "")
    runs = [run.run for run in history.runs(journal, "replicate")] if side is Side.SOURCE else []
    steps = {entry.step.rpartition(":")[2] for run in runs for entry in journal.entries(run=run) if ":" in entry.step}
    noted = {(memory.facts(f"{NoteSlot.name}:{task}", run=run) or {}).get("slot") for run in runs for task in steps}
    maker = one.name.partition("_")[0]
    if names.is_slot(migration, one.name) or one.name in noted or (len(maker) >= LONG_ENOUGH and maker in tasks):
        yield one
        return
    befores = [memory.before(f"{StartLoad.name}:{task}", run=run) for run in runs for task in steps]
    earlier = [slots for before in befores if before and isinstance(slots := before.get("slots"), list)]
    if any(one.name not in slots for slots in earlier) and not one.name.startswith(TOOLKIT_SLOTS):
        kept = "it is new since the load began, and nothing else tells whose it is"
        yield replace(one, kept=kept)


def _why_kept(journal: Journal, side: Side, one: Leftover, others: Sequence[str]) -> str:
    if one.kind in UNMARKED and not history.runs(journal, "replicate"):
        return "the journal does not tell that this migration made it"
    if one.kind in ALIKE and others:
        return f"another migration uses it: {others[0]}"
    if one.kind is Kind.ACCOUNT and _existed(journal, side, one.name):
        return "it was there before this migration"
    return ""


def _existed(journal: Journal, side: Side, user: str) -> bool:
    """As the first set-up saw it: a later one finds what the first made."""
    memory, step = JournalMemory(journal, ""), f"{CreateAccount.name}:{side.value}/{user}"
    seen = [memory.before(step, run=run.run) for run in history.runs(journal, "replicate")]
    return next((bool(before.get("existed")) for before in seen if before is not None), True)


def _schemas(session: Session, journal: Journal) -> tuple[str, ...]:
    runs = history.runs(journal, "replicate")
    told = runs[-1].request.get("schemas") if runs else None
    return tuple(str(one) for one in told) if isinstance(told, list) else session.settings.source.schemas
