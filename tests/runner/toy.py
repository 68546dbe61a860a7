"""A world in one JSON file, steps that change it slowly, and a program that executes or unwinds them.

Run as `python toy.py execute|unwind STATE_URL WORLD_FILE KINDS`, to be killed from outside.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from migrate.clock import SystemClock
from migrate.events import Event
from migrate.model.json import Facts
from migrate.model.plan import Budget, Plan, Reversal, Step
from migrate.runner.execute import execute
from migrate.runner.unwind import unwind
from migrate.state.lease import hold
from migrate.state.store import Store


@dataclass
class World:
    """Named values in a file, and in a log beside it every act upon them."""

    path: Path
    pause: float = 0.0
    faults: dict[str, Exception | type[BaseException] | Callable[[], object]] = field(default_factory=dict)
    """By `<verb> <name>`: what to raise there, or to do."""

    def values(self) -> dict[str, Any]:
        return dict(json.loads(self.path.read_text())) if self.path.exists() else {}

    def put(self, name: str, value: Any) -> None:
        values = self.values() | {name: value}
        if value is None:
            values.pop(name)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(values, sort_keys=True))
        new.replace(self.path)
        time.sleep(self.pause)

    def note(self, verb: str, name: str) -> None:
        with self.path.with_suffix(".log").open("a") as log:
            log.write(f"{verb} {name}\n")
        fault = self.faults.get(f"{verb} {name}")
        if isinstance(fault, Exception | type):
            raise fault
        if fault is not None:
            fault()

    def acts(self, verb: str) -> list[str]:
        log = self.path.with_suffix(".log")
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.removeprefix(f"{verb} ") for line in lines if line.startswith(f"{verb} ")]


@dataclass(frozen=True)
class Put(Step[World]):
    """Sets a value, by way of a half-done one."""

    name: str
    value: str

    @property
    def id(self) -> str:
        return f"put/{self.name}"

    @property
    def title(self) -> str:
        return f"put {self.value} into {self.name}"

    def observe(self, world: World) -> Facts:
        world.note("observe", self.name)
        time.sleep(world.pause)
        return {"value": world.values().get(self.name)}

    def apply(self, world: World, before: Facts) -> Facts:
        world.note("apply", self.name)
        world.put(self.name, "half done")
        world.put(self.name, self.value)
        return {"put": self.value}

    def undo(self, world: World, before: Facts) -> None:
        world.note("undo", self.name)
        if world.values().get(self.name) != before["value"]:
            world.put(self.name, "half undone")
        world.put(self.name, before["value"])


@dataclass(frozen=True)
class PutOnce(Put):
    """Knows by the world whether it happened."""

    def done(self, world: World, before: Facts) -> bool:
        world.note("done", self.name)
        return bool(world.values().get(self.name) == self.value)


@dataclass(frozen=True)
class PutPatiently(PutOnce):
    """Waits for a database that is away."""

    patient: ClassVar[bool] = True


@dataclass(frozen=True)
class Prove(Step[World]):
    """Changes nothing, and does so again after every crash."""

    reversal: ClassVar[Reversal] = Reversal.NONE
    always_again: ClassVar[bool] = True
    name: str

    @property
    def id(self) -> str:
        return f"prove/{self.name}"

    @property
    def title(self) -> str:
        return f"prove {self.name}"

    def apply(self, world: World, before: Facts) -> Facts:
        world.note("prove", self.name)
        time.sleep(world.pause)
        return {"proved": self.name}


@dataclass(frozen=True)
class Switch(PutOnce):
    """Past this one there is no undo."""

    reversal: ClassVar[Reversal] = Reversal.FORBIDDEN

    @property
    def id(self) -> str:
        return f"switch/{self.name}"

    def settled(self, world: World, before: Facts) -> bool:
        world.note("settled", self.name)
        return self.done(world, before)

    def apply(self, world: World, before: Facts) -> Facts:
        world.note("apply", self.name)
        world.put(self.name, self.value)
        return {"put": self.value}

    def undo(self, world: World, before: Facts) -> None:
        assert world.values().get(self.name) == before["value"], "a switch that happened was undone"


KINDS = {"p": Put, "o": PutOnce, "w": PutPatiently, "v": Prove, "s": Switch}


def steps(kinds: str) -> tuple[Step[World], ...]:
    """A step for each letter: p put, o put once, w put patiently, v prove, s switch."""
    made: list[Step[World]] = []
    for number, kind in enumerate(kinds):
        name = f"{kind}{number}"
        made.append(Prove(name) if kind == "v" else KINDS[kind](name, f"new {name}"))  # type: ignore[call-arg]
    return tuple(made)


def plan(kinds: str, *, request: Facts | None = None, run: str = "toy-1", budget: Budget | None = None) -> Plan[World]:
    return Plan("toy", run, request or {"kinds": kinds}, steps(kinds), budget)


def beginning(kinds: str) -> dict[str, str]:
    """A world in which every other step finds an old value."""
    return {f"{kind}{n}": "old" for n, kind in enumerate(kinds) if n % 2 == 0 and kind != "v"}


def end(kinds: str) -> dict[str, str]:
    return {f"{kind}{n}": f"new {kind}{n}" for n, kind in enumerate(kinds) if kind != "v"}


LONG = 600.0


def dawdle(_event: Event) -> None:
    """Leaves whoever watches the time to kill between two steps."""
    time.sleep(0.02)


def main(verb: str, url: str, path: str, kinds: str) -> None:
    store = Store.open(url)
    world = World(Path(path), pause=0.02)
    read = {"execute": execute, "unwind": unwind}[verb]
    with hold(store, "toy", ttl=3600) as lease:
        read(plan(kinds), world, store.journal("toy", lease), emit=dawdle, clock=SystemClock())
        time.sleep(LONG)  # to be killed, however late that is


if __name__ == "__main__":
    main(*sys.argv[1:])
