"""The DMS task: endpoints, full load, change capture, and the proof that changes arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.events import LagSeen, Progressed, TablesSeen
from migrate.model.json import Facts
from migrate.model.replication import Direction, MigrationType, ReplicationTask, TableState, TaskSpec
from migrate.stages.replicate.step import ReplicateStep, TaskStep
from migrate.stages.replicate.watching.gap import refuse_gap
from migrate.stages.replicate.wholeness import require_fed, require_loaded
from migrate.stages.replicate.world import ReplicateRequest, ReplicateWorld, TaskRequest

MARKER_SECONDS = 300.0
SLOT_SECONDS = 900.0
UNDER_WAY = frozenset({"starting", "running"})
"""States of a task that may yet make its slot."""


@dataclass(frozen=True)
class CreateInstance(ReplicateStep):
    """The machine that DMS's tasks run on, which endpoints are tested from."""

    name: ClassVar[str] = "dms/instance"

    @property
    def title(self) -> str:
        return "create the DMS replication instance (serverless: its subnet group)"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        world.tasks.ensure_instance()
        return {}


@dataclass(frozen=True)
class CreateEndpoints(TaskStep):
    """Tested before anything is loaded: a refused login or a closed port is told here."""

    name: ClassVar[str] = "dms/endpoints"

    @property
    def title(self) -> str:
        return f"create and test the endpoints ({self.task})"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        task = self.of(world)
        world.tasks.ensure_endpoint(task.source)
        world.tasks.ensure_endpoint(task.target)
        return {}


@dataclass(frozen=True)
class CreateTask(TaskStep):
    """It stops between the load and the changes cached meanwhile, so that keys can be built on tables at rest."""

    name: ClassVar[str] = "dms/task"

    @property
    def title(self) -> str:
        return f"create the DMS task ({self.task})"

    def spec(self, world: ReplicateWorld) -> TaskSpec:
        task = self.of(world)
        return TaskSpec(
            identifier=task.identifier,
            direction=Direction.FORWARD,
            type=MigrationType.FULL_LOAD_AND_CDC,
            tables=task.tables,
            marker_table=world.source.markers.table(task.forward_marker),
            source_endpoint=task.source.identifier,
            target_endpoint=task.target.identifier,
            stop_after_full_load=True,
            full_load_subtasks=task.full_load_subtasks or world.request.full_load_subtasks,
            tuning=task.tuning,
        )

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        world.tasks.ensure_task(self.spec(world))
        return {"task": self.of(world).identifier}


@dataclass(frozen=True)
class StartLoad(TaskStep):
    """Slots are noted before the start: the one that is new afterwards is the task's own.

    Gone on with, it begins only what never ran, and waits for what is on its way. A load that failed is told as that
    and not started again: without keys on the target every row would be there twice.
    """

    name: ClassVar[str] = "dms/start-load"
    patient: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"start the task's load ({self.task})"

    def observe(self, world: ReplicateWorld) -> Facts:
        return {"slots": sorted(world.source.log.slots()), "server": world.source.identity().server}

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        world.tasks.start(self.of(world).identifier)
        return {}


@dataclass(frozen=True)
class FullLoad(TaskStep):
    """All tasks load at once; each is waited for, and of each no table may be missing in the end."""

    name: ClassVar[str] = "dms/full-load"

    @property
    def title(self) -> str:
        return f"load every table ({self.task})"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        task = self.of(world)
        work, wanted = f"full load ({self.task})", frozenset(task.tables)

        def progress(seen: ReplicationTask) -> None:
            done = sum(table.state == TableState.COMPLETED for table in seen.tables)
            world.emit(Progressed(work, done, len(task.tables) + 1, "tables"))
            world.emit(TablesSeen(task.identifier, tuple(one for one in seen.tables if one.table in wanted)))

        loaded = require_loaded(world, task, world.tasks.wait_for_full_load(task.identifier, progress))
        return {"rows": sum(table.full_load_rows for table in loaded.tables)}


@dataclass(frozen=True)
class NoteSlot(TaskStep):
    """Before the next task starts: two slots that are made at once could not be told apart.

    DMS makes the slot once no transaction is open that was so at the start; it waits ten minutes for that by itself.
    """

    name: ClassVar[str] = "dms/note-slot"
    patient: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"note the task's replication slot ({self.task})"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        identifier = self.of(world).identifier
        earlier = (world.memory.before(f"{StartLoad.name}:{self.task}") or {}).get("slots")
        known = set(earlier) if isinstance(earlier, list | tuple) else set()
        known |= {noted for other in world.request.tasks if (noted := _noted(world, other.name))}
        deadline = world.clock.monotonic() + SLOT_SECONDS
        while True:
            loading = world.tasks.describe(identifier)
            new = sorted(set(world.source.log.slots()) - known)
            if new or loading is None or loading.status not in UNDER_WAY or world.clock.monotonic() > deadline:
                break
            world.clock.sleep(0.2)
        if not new:
            world.tasks.start(identifier)  # tells the cause, where the load has failed
        if len(new) != 1:
            raise SaysNo(
                f"the task's slot cannot be told: {len(new)} slots are new since the load began",
                code="REP-010",
                hint="Let nobody else create slots; drop the stray one, then: aurora-migrate replicate start",
            )
        return {"slot": new[0]}


def _noted(world: ReplicateWorld, task: str) -> str | None:
    """The slot that is known to be another task's."""
    slot = (world.memory.facts(f"{NoteSlot.name}:{task}") or {}).get("slot")
    return slot if isinstance(slot, str) else None


def _go_on(world: ReplicateWorld, task: TaskRequest) -> None:
    """Resume the task, which may have stood for hours, only where it would miss nothing of the log it read from."""
    noted = (world.memory.before(f"{StartLoad.name}:{task.name}") or {}).get("server")
    read = noted if isinstance(noted, str) and not world.request.feed_holds_slot else None
    refuse_gap(world.tasks, world.source, task.identifier, _noted(world, task.name), read)
    world.tasks.resume(task.identifier)


def started(request: ReplicateRequest) -> tuple[ReplicateStep, ...]:
    """Every task's load is started, and where DMS keeps a slot for it, that is noted before the next one starts."""
    kinds: tuple[type[TaskStep], ...] = (StartLoad, NoteSlot) if request.feed_holds_slot else (StartLoad,)
    return tuple(kind(task=task.name) for task in request.tasks for kind in kinds)


@dataclass(frozen=True)
class FollowChanges(TaskStep):
    """Keys stand by now: without them every change would be a full scan."""

    name: ClassVar[str] = "dms/follow"

    @property
    def title(self) -> str:
        return f"resume the task: apply cached changes, then follow ({self.task})"

    def done(self, world: ReplicateWorld, before: Facts) -> bool:
        found = world.tasks.describe(self.of(world).identifier)
        return found is not None and found.status == "running"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        _go_on(world, self.of(world))
        return {}


@dataclass(frozen=True)
class PauseForKeys(TaskStep):
    """Between two transactions the target is as consistent as the source was, and nothing contends for its locks."""

    name: ClassVar[str] = "dms/pause"

    @property
    def title(self) -> str:
        return f"stop the task while foreign keys are added ({self.task})"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        world.tasks.stop(self.of(world).identifier)
        return {}


@dataclass(frozen=True)
class FollowOn(FollowChanges):
    """Every reference is there: what follows keeps the foreign keys."""

    name: ClassVar[str] = "dms/follow-on"

    @property
    def title(self) -> str:
        return f"resume the task and follow changes ({self.task})"


@dataclass(frozen=True)
class ProveArrival(TaskStep):
    """A task that stopped since it was told to follow is resumed first: nothing else would, when the run is gone on
    with. A marker proves the way it took; what tables say of themselves proves the others."""

    name: ClassVar[str] = "dms/prove-arrival"
    patient: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return f"prove with a marker that changes arrive ({self.task})"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        identifier, marker = self.of(world).identifier, self.of(world).forward_marker
        _go_on(world, self.of(world))
        token = f"{world.request.run}/arrival/{world.clock.now().isoformat()}"
        world.source.markers.write(marker, token)
        began = world.clock.monotonic()
        while not world.target.markers.seen(marker, token):
            if world.clock.monotonic() - began > MARKER_SECONDS:
                world.tasks.start(identifier)  # tells the cause, where the task has failed meanwhile
                raise SaysNo(
                    f"no marker arrived within {MARKER_SECONDS:.0f} s ({self.task})",
                    code="REP-011",
                    hint="Read the task's log and `replicate status`, then: aurora-migrate replicate start",
                    retryable=True,
                )
            world.clock.sleep(0.05)
        seconds = world.clock.monotonic() - began
        world.emit(LagSeen(identifier, seconds, arrived=True))
        require_fed(world, self.of(world))
        return {"seconds": round(seconds, 3)}


@dataclass(frozen=True)
class ProveFollowing(ProveArrival):
    """Again, for the task was stopped in between."""

    name: ClassVar[str] = "dms/prove-following"
