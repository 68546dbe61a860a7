"""An operator with the command line: each command is a process of its own, with the product's own code in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from migrate.aws.traffic import SecretTraffic
from migrate.errors import MigrateError
from migrate.events import Event, silent
from migrate.model.cluster import Cluster
from migrate.model.database import Address, Side
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.operations import approval, cutover, declaration, history
from migrate.settings import Settings
from migrate.signals import heeding_signals
from migrate.stages.replicate.plan import CLOSE_TARGET, NOTE_SLOT, REST_TRIGGERS
from migrate.wiring.session import Session
from tests.protocol.cloud import PLACES, SECRET, MemorySecretsManager, MemoryTasks, MemoryUpkeeps
from tests.protocol.journal import Kept, MemoryJournal, MemoryResidue
from tests.protocol.sides import MemoryDatabase
from tests.protocol.world import TABLE, Killed, Task, World

WITNESS = "am_shop_witness_1"
FOREVER = "2036-01-01T00:00:00+00:00"


@dataclass
class Stage:
    """The world with all that the toolkit reaches in it."""

    world: World
    kept: Kept
    secrets: MemorySecretsManager
    upkeeps: MemoryUpkeeps
    settings: Settings

    @classmethod
    def set_up(cls, settings: Settings, seed: int) -> Stage:
        """Replicated and validated: the forward task runs, both sides hold the same, the journal says so."""
        world = World(seed)
        stage = cls(world, Kept(world), MemorySecretsManager(world), MemoryUpkeeps(world), settings)
        source = world.stores[Side.SOURCE]
        task = Task("shop-main-forward-0", Side.SOURCE, "forward_main", len(source.log), status="running")
        world.tasks[task.identifier] = task
        for store in world.stores.values():
            store.slots[WITNESS] = 0
        journal = MemoryJournal(stage.kept)
        ran: list[tuple[str, Facts, Facts]] = [
            (CLOSE_TARGET, {"admits": True}, {}),
            (REST_TRIGGERS, {"resting": False}, {}),
            (f"{NOTE_SLOT}:main", {}, {"slot": "dms_slot"}),
        ]
        tables: Any = [{"schema": TABLE.schema, "name": TABLE.name}]
        request: Facts = {"tasks": [{"name": "main", "tables": tables}], "schemas": ["shop"]}
        journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate", "request": request})
        for step, before, done in ran:
            journal.append(Kind.INTENT, run="replicate-1", step=step, body=before)
            journal.append(Kind.DONE, run="replicate-1", step=step, body=done)
        journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})
        servers: Facts = {side.value: side.value for side in Side}
        for name, facts in (
            ("assessment", {"blockers": 0}),
            ("validation", {"verdict": "match", "witness": WITNESS, "servers": servers}),
        ):
            body: Facts = {"name": name, "expires_at": FOREVER, "facts": cast(Facts, facts)}
            journal.append(Kind.EVIDENCE, run="validate-1", body=body)
        return stage

    def operator(self) -> Operator:
        return Operator(self)


@dataclass
class Operator:
    """Runs one command after another and remembers how each ended: an exit code, or `killed`."""

    stage: Stage

    def approve_and_cut_over(self) -> str:
        self.command(lambda session: approval.approve(session, "operator"))
        return self.command(lambda session: cutover.run(session, "cutover"))

    def resume(self) -> str:
        return self.command(cutover.resume)

    def roll_back(self) -> str:
        return self.command(cutover.rollback)

    def declare(self) -> str:
        """What a person does after exit code 5: look where the secret points, and say so."""
        owner = self.stage.secrets.owner()
        return self.command(lambda session: declaration.declare(session, owner, "operator"))

    def command(self, work: Callable[[Session], Any]) -> str:
        try:
            with heeding_signals():
                work(cast(Session, MemorySession(self.stage)))
        except MigrateError as error:
            return f"{int(error.exit)} {error.code}"
        except Killed:
            return "killed"
        return "0"

    def settle(self) -> str:
        """Go on until no run is open, as an operator does; returns how the last command ended."""
        ended, last = "", 0
        while (begun := history.open_run(MemoryJournal(self.stage.kept), *history.HANDOVERS)) and last < 8:
            if ended.startswith("5 "):
                self.declare()
            ended = self.resume() if last % 2 == 0 else self.roll_back()
            last += 1
        assert begun is None, f"{begun} is open after {last} commands; the last ended with {ended}"
        return ended


@dataclass
class MemorySession:
    """As much of `wiring.session.Session` as the handovers ask for."""

    stage: Stage
    fence: int = 0
    name: str = "shop"

    def __post_init__(self) -> None:
        world = self.stage.world
        self.clock = world.clock
        self.tasks = MemoryTasks(world, self._guard)
        self.traffic = SecretTraffic(cast(Any, self.stage.secrets.guarded(self._guard)), SECRET, world.clock)
        self.upkeeps = self.stage.upkeeps
        self.settings = self.stage.settings
        self.task_watch = self.acts = None
        self.emit: Callable[[Event], None] = silent
        self.announce: Callable[[Event], None] = silent
        host, port = PLACES[Side.TARGET]
        self.cluster = Cluster("shop-aurora", host, port, "shop", "")
        self.source_address = self._address(Side.SOURCE)
        self.target_address = self._address(Side.TARGET)

    def _guard(self) -> None:
        MemoryJournal(self.stage.kept, self.fence).still_mine()

    @property
    def number_on_databases(self) -> int:
        return self.fence

    @property
    def source(self) -> MemoryDatabase:
        return MemoryDatabase(self.stage.world, Side.SOURCE, self.number_on_databases)

    @property
    def target(self) -> MemoryDatabase:
        return MemoryDatabase(self.stage.world, Side.TARGET, self.number_on_databases)

    def _address(self, side: Side) -> Address:
        host, port = PLACES[side]
        return Address(self.settings.source.engine, host, port, "shop")

    @property
    def history(self) -> MemoryJournal:
        return MemoryJournal(self.stage.kept)

    @contextmanager
    def writing(self, *, briefly: bool = False, acting: bool = False) -> Iterator[MemoryJournal]:
        """A holder that is silent for long is replaced, as one on another machine is: each takes a higher number."""
        self.stage.kept.fence += 1
        self.fence = self.stage.kept.fence
        yield MemoryJournal(self.stage.kept, self.fence)

    def residue(self, slot: str) -> MemoryResidue:
        return MemoryResidue(self.stage.kept)
