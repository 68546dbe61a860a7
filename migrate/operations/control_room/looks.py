"""Look at a migration again and again, without asking anybody but the state database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from migrate.clock import Clock
from migrate.errors import StateConflict
from migrate.model.control_room import ControlRoom
from migrate.operations.control_room.assemble import control_room
from migrate.ports.lookout import Lookout


@dataclass(frozen=True)
class Glance:
    """A look, and whether it shows anything that the one before did not; `problem` where it could not be taken: then
    it shows the last one, with the clock of now."""

    room: ControlRoom
    changed: bool
    problem: str = ""


def once(lookout: Lookout, migration: str, clock: Clock) -> ControlRoom:
    """Raises StateConflict when the state database refuses."""
    return control_room(lookout.look(), migration, clock.now())


def looks(lookout: Lookout, migration: str, clock: Clock, every: float) -> Iterator[Glance]:
    """Until the caller ends it. A database that refuses for a while is looked at again; the first look has to succeed.

    Raises StateConflict when the first look is refused.
    """
    last = once(lookout, migration, clock)
    yield Glance(last, changed=True)
    blind = False
    while True:
        clock.sleep(every)
        try:
            now = once(lookout, migration, clock)
        except StateConflict as problem:
            told = f"{problem.message}; shown is what was seen at {last.at:%H:%M:%S} UTC"
            yield Glance(replace(last, at=clock.now()), changed=not blind, problem=told)
            blind = True
            continue
        yield Glance(now, changed=blind or replace(now, at=last.at) != last)
        last, blind = now, False
