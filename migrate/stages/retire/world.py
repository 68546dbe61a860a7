"""What is asked to be taken away, and what the steps act on."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrate.clock import Clock
from migrate.events import Emit
from migrate.model.handover import Recorded
from migrate.model.json import Facts
from migrate.model.leftover import AWS, SOURCE, Leftover
from migrate.ports.cloud import Traffic
from migrate.ports.database import Database, Sides
from migrate.ports.journal import Memory
from migrate.ports.leftovers import CloudLeftovers


@dataclass(frozen=True, kw_only=True)
class RetireRequest:
    stage: str
    """`replicate destroy` or `cleanup`."""
    run: str
    migration: str
    found: tuple[Leftover, ...]
    """What goes; nothing that is kept."""
    abandoned: bool = False
    """The migration is given up: nothing is begun under its name again."""
    rested_by: Recorded | None = None
    """The step that put the target's triggers to rest, where they are to be woken."""
    closed_by: Recorded | None = None
    """The step that closed the target to applications, where it is to be opened as it was."""
    noted: Facts = field(default_factory=dict)
    """What the first preparation saw of what is switched, to be given back; empty where nothing is."""


@dataclass(frozen=True)
class RetireWorld:
    request: RetireRequest
    sides: Sides
    cloud: CloudLeftovers
    traffic: Traffic
    memory: Memory
    emit: Emit
    clock: Clock

    def remove(self, found: Leftover) -> None:
        if found.where == AWS:
            self.cloud.remove(found)
        else:
            self.side(found.where).leftovers.remove(found)

    def side(self, name: str) -> Database:
        return self.sides.source if name == SOURCE else self.sides.target
