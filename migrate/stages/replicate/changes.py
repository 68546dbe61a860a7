"""Changes to a set-up that runs: tables loaded again; tasks and their instance brought to what migration.toml says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

from checks.facts import TableName
from migrate.events import Emit, Noted, Progressed
from migrate.model.json import Facts
from migrate.model.plan import Plan, Reversal, Step
from migrate.model.replication import TaskSpec
from migrate.model.watching import ExceptionsOf
from migrate.ports.cloud import Tasks
from migrate.ports.database import Database
from migrate.ports.journal import Memory
from migrate.stages.replicate import onward

RELOAD, APPLY = "replicate reload", "replicate apply-settings"


@dataclass(frozen=True)
class ChangeWorld:
    fed: Database
    tasks: Tasks
    specs: tuple[TaskSpec, ...]
    """As migration.toml would have the tasks now; empty for a reload."""
    refuse_gap: Callable[[str], None]
    """Raises SaysNo where the task, while it stands, would go on without what it has not read."""
    control_schema: str
    memory: Memory
    emit: Emit


@dataclass(frozen=True)
class ReloadTables(Step[ChangeWorld]):
    """What the fed side's apply exceptions told of these tables before is past once they are loaded again; what came
    since is not. Nothing tells a change that was refused just before the load began from one after it: both stay, and
    are told of."""

    reversal: ClassVar[Reversal] = Reversal.NONE
    task: str
    tables: tuple[TableName, ...]

    @property
    def id(self) -> str:
        return f"reload/tables:{self.task}"

    @property
    def title(self) -> str:
        return f"load again: {', '.join(map(str, self.tables))}"

    def observe(self, world: ChangeWorld) -> Facts:
        return {
            "exceptions": [
                {"schema": one.table.schema, "name": one.table.name, "rows": one.rows, "last_at": one.last_at}
                for one in self._exceptions(world)
            ]
        }

    def apply(self, world: ChangeWorld, before: Facts) -> Facts:
        total = len(self.tables)

        def progress(waiting: Sequence[TableName]) -> None:
            world.emit(Progressed(f"reload ({self.task})", total - len(waiting), total, "tables"))

        world.tasks.changes.reload(self.task, self.tables, progress)
        world.fed.leftovers.forget_exceptions(world.control_schema, _seen(before))
        left = {str(one.table): one.rows for one in self._exceptions(world)}
        if left:
            world.emit(
                Noted(_LEFT.format(", ".join(f"{name} ({rows:,})" for name, rows in left.items())), warning=True)
            )
        return {"tables": [str(table) for table in self.tables], "left": left}

    def _exceptions(self, world: ChangeWorld) -> list[ExceptionsOf]:
        control = world.fed.feed.control(world.control_schema, task="")  # exceptions are of every task
        return [one for one in (control.exceptions if control else None) or () if one.table in self.tables]


_LEFT = (
    "awsdms_apply_exceptions tells of changes that were refused as the load began, or since: {}. Should `replicate"
    " status` show no more of them, load these tables again once more: then they are past"
)


def _seen(before: Facts) -> list[ExceptionsOf]:
    """What `ReloadTables.observe` noted."""
    noted = before.get("exceptions")
    return [
        ExceptionsOf(TableName(str(one["schema"]), str(one["name"])), int(str(one["rows"])), str(one["last_at"]))
        for one in (noted if isinstance(noted, list | tuple) else ())
        if isinstance(one, dict)
    ]


@dataclass(frozen=True)
class SettingsStep(Step[ChangeWorld]):
    """Nothing here is unwound: what was broken off is gone on with."""

    reversal: ClassVar[Reversal] = Reversal.NONE
    name: ClassVar[str]
    task: str

    @property
    def id(self) -> str:
        return f"{self.name}:{self.task}"


@dataclass(frozen=True)
class Pause(SettingsStep):
    """DMS modifies no task that runs."""

    name: ClassVar[str] = "settings/pause"

    @property
    def title(self) -> str:
        return f"stop the task {self.task}"

    def observe(self, world: ChangeWorld) -> Facts:
        found = world.tasks.describe(self.task)
        return {"status": found.status if found else ""}

    def apply(self, world: ChangeWorld, before: Facts) -> Facts:
        world.tasks.stop(self.task)
        return {}


@dataclass(frozen=True)
class ResizeInstance(Step[ChangeWorld]):
    """With its tasks at rest: DMS takes down those that run."""

    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def id(self) -> str:
        return "settings/instance"

    @property
    def title(self) -> str:
        return "give the replication instance, if there is one, the size of migration.toml"

    def apply(self, world: ChangeWorld, before: Facts) -> Facts:
        differed = list(world.tasks.changes.instance_differing())
        world.tasks.changes.modify_instance()
        return {"changed": differed}


@dataclass(frozen=True)
class Modify(SettingsStep):
    """What differed is journaled: it tells later since when the task runs as it does."""

    name: ClassVar[str] = "settings/modify"

    @property
    def title(self) -> str:
        return f"give the task {self.task} the settings of migration.toml"

    def apply(self, world: ChangeWorld, before: Facts) -> Facts:
        spec = next(spec for spec in world.specs if spec.identifier == self.task)
        differed = list(world.tasks.changes.differing(spec))
        world.tasks.changes.modify(spec)
        return {"changed": differed}


@dataclass(frozen=True)
class GoOn(SettingsStep):
    """A task that stood before stands afterwards, too."""

    name: ClassVar[str] = "settings/resume"

    @property
    def title(self) -> str:
        return f"resume the task {self.task}, if it ran"

    def apply(self, world: ChangeWorld, before: Facts) -> Facts:
        ran = (world.memory.before(f"{Pause.name}:{self.task}") or {}).get("status") == "running"
        if ran:
            world.refuse_gap(self.task)
            onward.resume(world.tasks, [self.task], emit=world.emit)
        return {"resumed": ran}


def reload_plan(run: str, tables: dict[str, tuple[TableName, ...]]) -> Plan[ChangeWorld]:
    """`tables` by the task that feeds them."""
    body = json.loads(json.dumps({task: [asdict(one) for one in its] for task, its in tables.items()}))
    steps = tuple(ReloadTables(task, its) for task, its in tables.items())
    return Plan(stage=RELOAD, run=run, request={"tables": body}, steps=steps)


def settings_plan(run: str, specs: tuple[TaskSpec, ...]) -> Plan[ChangeWorld]:
    """The request names the tasks alone: one that was broken off goes on, with what is asked for by then."""
    tasks = [spec.identifier for spec in specs]
    steps = (*map(Pause, tasks), ResizeInstance(), *(kind(task) for task in tasks for kind in (Modify, GoOn)))
    return Plan(stage=APPLY, run=run, request={"tasks": tasks}, steps=steps)
