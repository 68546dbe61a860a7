"""Everything slow, while applications run: the way in, the way back, room for new numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ClassVar

from migrate.errors import SaysNo
from migrate.events import Noted, Progressed
from migrate.model.handover import SECRET, HandoverRequest
from migrate.model.json import Facts
from migrate.model.plan import Reversal
from migrate.model.replication import MigrationType, TaskSpec
from migrate.model.validation import Verdict
from migrate.stages.cutover.honesty import feed_slot
from migrate.stages.cutover.step import FeedStep, HandoverStep
from migrate.stages.cutover.world import HandoverWorld
from migrate.stages.replicate.watching.gap import refuse_gap

LOCK_SECONDS = 20.0
PROBE_SECONDS = 120.0
SETTLE_SECONDS = 30.0
PASSES = 4
ENOUGH_SECONDS = 1.0
WORTHWHILE = 0.7
"""A pass that took more than this share of the one before shows that the application keeps pace with the proof."""
PROBE_IS_FRESH = timedelta(hours=1)
_TOLD = {
    Verdict.MATCH: "equal so far",
    Verdict.DIFFERS: "the sides differ",
    Verdict.UNKNOWN: "equal so far, but for rows in motion and tables without a key: left to the freeze",
}


@dataclass(frozen=True)
class PrepareSecret(HandoverStep):
    """Makes the switch ready, as by a version of the secret that points to Aurora; nothing is switched here.

    The login on the arriving side takes over the secret's password: it may have been rotated since.
    """

    name: ClassVar[str] = "prepare/secret"
    reversal: ClassVar[Reversal] = Reversal.NONE
    switched: str = SECRET

    @property
    def title(self) -> str:
        if self.switched == SECRET:
            return "store the secret's version for the target, not yet current"
        return f"make the application's {self.switched} ready to be switched"

    @classmethod
    def build(cls, request: HandoverRequest) -> tuple[HandoverStep, ...]:
        return (cls(leaving=request.leaving.value, switched=request.systems.switched),)

    def observe(self, world: HandoverWorld) -> Facts:
        return world.traffic.noted()

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        request = world.request
        world.traffic.prepare(request.target_host, request.target_port, request.target_database, request.target_ca_file)
        world.arriving.accounts.ensure_login(world.traffic.credentials())
        return {}


@dataclass(frozen=True)
class TakeSnapshot(HandoverStep):
    """What a restore starts from when the application damages its data after the switch. It is kept."""

    name: ClassVar[str] = "prepare/snapshot"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return "take a snapshot of the target's cluster"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        name = f"{world.request.cluster}-before-{world.request.run}"

        def told(percent: int) -> None:
            world.emit(Progressed("snapshot", percent, 100, "%"))

        world.upkeeps.snapshot(world.request.cluster, name, told)
        return {"snapshot": name}


@dataclass(frozen=True)
class KeepFeeding(FeedStep):
    """The feed runs before the freeze, and again after an unwinding.

    While its account is locked a login is refused, and a task that is refused may give up instead of trying again.
    """

    name: ClassVar[str] = "prepare/feed"

    @property
    def title(self) -> str:
        return f"have the task run that feeds the {self.arriving} ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        feed = self.of(world)
        refuse_gap(world.tasks, world.leaving, feed.task, feed_slot(world, feed), world.read_server)
        world.tasks.run(feed.task)
        return {}

    def undo(self, world: HandoverWorld, before: Facts) -> None:
        world.tasks.run(self.of(world).task)


@dataclass(frozen=True)
class CreateFreezeSlot(HandoverStep):
    """A slot that will hold the log from the freeze on: it proves that nobody wrote after the fence."""

    name: ClassVar[str] = "prepare/freeze-slot"

    @property
    def title(self) -> str:
        return f"create the slot that watches the {self.leaving} under the freeze"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        return {"position": world.leaving.log.create_slot(world.request.freeze_slot)}

    def undo(self, world: HandoverWorld, before: Facts) -> None:
        world.leaving.log.drop_slot(world.request.freeze_slot)


@dataclass(frozen=True)
class CreateBackSlot(FeedStep):
    """Creating a slot waits for every open transaction, so it is never done inside a freeze."""

    name: ClassVar[str] = "prepare/back-slot"

    @property
    def title(self) -> str:
        return f"create the slot of the way back on the {self.arriving} ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        slot = self.of(world).back_slot
        return {"slot": slot, "position": world.arriving.log.create_slot(slot)}

    def undo(self, world: HandoverWorld, before: Facts) -> None:
        world.arriving.log.drop_slot(self.of(world).back_slot)


@dataclass(frozen=True)
class AdmitWayBack(HandoverStep):
    """The way back will write here. An earlier handover may have locked its account; the task it barred is gone."""

    name: ClassVar[str] = "prepare/admit-way-back"

    @property
    def title(self) -> str:
        return f"let the way back log in on the {self.leaving}"

    def observe(self, world: HandoverWorld) -> Facts:
        return {"locked": world.leaving.accounts.locked(world.request.feed_user)}

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        world.leaving.accounts.unlock(world.request.feed_user)
        return {}

    def undo(self, world: HandoverWorld, before: Facts) -> None:
        if before.get("locked"):
            world.leaving.accounts.lock(world.request.feed_user, LOCK_SECONDS)


@dataclass(frozen=True)
class CreateBackEndpoints(FeedStep):
    """Endpoints of the way back, connections tested by DMS. They cost nothing and stay when unwound."""

    name: ClassVar[str] = "prepare/back-endpoints"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"create and test the endpoints of the way back ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        feed = self.of(world)
        world.tasks.ensure_instance(for_positions=True)
        world.tasks.ensure_endpoint(feed.back_source)
        world.tasks.ensure_endpoint(feed.back_target)
        return {"source": feed.back_source.identifier, "target": feed.back_target.identifier}


@dataclass(frozen=True)
class ProbeWayBack(FeedStep):
    """A task that maps only the marker table carries a marker from the arriving to the leaving side."""

    name: ClassVar[str] = "prepare/probe-way-back"

    @property
    def title(self) -> str:
        return f"probe the way back with a marker ({self.feed})"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        feed, request = self.of(world), world.request
        self.undo(world, before)
        start = world.arriving.log.create_slot(feed.probe_slot)
        world.tasks.ensure_endpoint(feed.probe_source)
        world.tasks.ensure_task(
            TaskSpec(
                identifier=feed.probe_task,
                direction=request.direction,
                type=MigrationType.CDC,
                tables=(),
                marker_table=world.arriving.markers.table(feed.back_marker),
                source_endpoint=feed.probe_source.identifier,
                target_endpoint=feed.back_target.identifier,
                start_position=start,
                tuning=feed.tuning,
            )
        )
        world.tasks.start(feed.probe_task)
        token = f"{request.run}/probe/{world.clock.now().isoformat()}"
        world.arriving.markers.write(feed.back_marker, token)
        seconds = world.wait(lambda: world.leaving.markers.seen(feed.back_marker, token), PROBE_SECONDS)
        if seconds is None:
            raise SaysNo(
                f"the probe's marker did not come back to the {self.leaving} within {PROBE_SECONDS:.0f} s",
                code="CUT-010",
                hint=f"Read the log of DMS task {feed.probe_task}; without a way back there is no cutover.",
                retryable=True,
            )
        self.undo(world, before)
        facts: Facts = {"seconds": round(seconds, 3), "task": self.feed, "number": request.number}
        world.journal.record("way-back", run=request.run, expires_at=world.clock.now() + PROBE_IS_FRESH, facts=facts)
        return facts

    def undo(self, world: HandoverWorld, before: Facts) -> None:
        feed = self.of(world)
        world.tasks.delete_task(feed.probe_task)
        world.tasks.delete_endpoints([feed.probe_source.identifier])
        world.arriving.log.drop_slot(feed.probe_slot)


@dataclass(frozen=True)
class NarrowProof(HandoverStep):
    """Proves what was written so far while applications run, so that little is left to prove under the freeze.

    Rows in motion and tables without a key are left over for the freeze; all else need not be looked at again.
    """

    name: ClassVar[str] = "prepare/narrow-proof"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return "compare what was written since the last clean pass, while applications go on"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        if not world.request.witness_slot:
            world.emit(Noted("no log is held since the last validation: every table is compared under the freeze"))
            return {"verdict": Verdict.UNKNOWN.value, "passes": 0, "left_keys": 0, "left_tables": []}
        witness, passes, previous = world.witness, 0, float("inf")
        while True:
            passes += 1
            began = world.clock.monotonic()
            proven = witness.prove(witness.look(), emit=world.emit, clock=world.clock, settle=lambda: _settle(world))
            if proven.verdict is Verdict.DIFFERS:
                wrong = [str(table.table) for table in proven.report.tables if table.verdict is Verdict.DIFFERS]
                raise SaysNo(
                    f"the sides differ before the freeze: {', '.join(wrong)}",
                    code="CUT-011",
                    hint="Nothing was frozen. Run: aurora-migrate validate, and mend what it names.",
                )
            witness.keep(proven)
            took = world.clock.monotonic() - began
            world.emit(Noted(f"pass {passes}: {_TOLD[proven.verdict]}, after {took:.2f} s"))
            if passes == PASSES or took < ENOUGH_SECONDS or took > WORTHWHILE * previous:
                return {
                    "verdict": proven.verdict.value,
                    "passes": passes,
                    "left_keys": proven.left_keys,
                    "left_tables": [str(table) for table in proven.left_whole],
                }
            previous = took


def _settle(world: HandoverWorld) -> None:
    """Returns when what was committed before has arrived. Raises SaysNo where it does not: what is late differs from
    nothing, and is left over."""
    for feed in world.request.feeds:
        token = f"{world.request.run}/settle/{world.clock.now().isoformat()}"
        world.leaving.markers.write(feed.marker, token)
        seen = partial(world.arriving.markers.seen, feed.marker, token)
        if world.wait(seen, SETTLE_SECONDS) is None:
            raise SaysNo(
                f"the marker of task {feed.task} did not arrive within {SETTLE_SECONDS:g} s",
                code="CUT-016",
                hint="What holds the task up? See: aurora-migrate replicate status",
                retryable=True,
            )


@dataclass(frozen=True)
class RaiseSequences(HandoverStep):
    """Numbers handed out by the arriving side must never collide with those of the leaving side."""

    name: ClassVar[str] = "prepare/sequences"
    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def title(self) -> str:
        return f"raise the {self.arriving}'s sequences and counters with headroom"

    def apply(self, world: HandoverWorld, before: Facts) -> Facts:
        values = world.leaving.sequences.values(world.request.schemas)
        world.arriving.sequences.raise_to(values, world.request.sequence_headroom)
        return {"sequences": len(values)}
