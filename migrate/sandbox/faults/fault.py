"""What a fault is: a name, what may be said of it, and how it begins and ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from migrate.sandbox.dms.conditions import SIDES, Conditions
from migrate.sandbox.dms.throttle import Throttle
from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.roster import Role, Roster
from migrate.sandbox.servers.server import Server

ROLES = {"source": Role.SOURCE, "target": Role.CLUSTER}


@dataclass(frozen=True)
class Scene:
    """What faults are done to."""

    roster: Roster
    conditions: Conditions
    throttle: Throttle


@dataclass(frozen=True)
class Asked:
    """What was asked for; a parameter that was not given is None. `rate` is a number per second."""

    seconds: float | None = None
    side: str | None = None
    server: str | None = None
    table: str | None = None
    rate: float | None = None

    @classmethod
    def read(cls, request: Mapping[str, Any]) -> Asked:
        """From JSON. Raises SandboxError for a value that cannot be."""
        for name in ("seconds", "rate"):
            value = request.get(name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value <= 0):
                raise SandboxError(f"{name} must be a number above 0")
        for name in ("side", "server", "table"):
            if not isinstance(request.get(name), str | None):
                raise SandboxError(f"{name} must be a text")
        if request.get("side") not in (None, *SIDES):
            raise SandboxError(f"there is no side {request['side']}", hint=f"it is {' or '.join(SIDES)}")
        return cls(**{name: request.get(name) for name in cls.__dataclass_fields__})

    def given(self) -> dict[str, Any]:
        """The parameters that were given."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def on(self, scene: Scene, side: str, engines: tuple[str, ...] = ()) -> Server:
        """The server named, or the only one on that side. Raises SandboxError, also for one of another engine."""
        if self.server is None:
            return scene.roster.only(ROLES[side], engines)
        found = scene.roster.get(self.server)
        if engines and found.engine not in engines:
            raise SandboxError(f"{self.server} is {found.engine}", hint=f"this fault is one of {' and '.join(engines)}")
        return found


@dataclass(frozen=True)
class Effect:
    """What was done. `end` undoes it; None when it is over already."""

    did: str
    end: Callable[[], None] | None = None


@dataclass(frozen=True)
class Kind:
    """One fault. `takes` names its parameters, `needs` those without which it cannot be.

    `seconds` is how long it lasts when nothing is said: None until it is cleared.
    """

    name: str
    what: str
    begin: Callable[[Scene, Asked], Effect]
    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    seconds: float | None = None
