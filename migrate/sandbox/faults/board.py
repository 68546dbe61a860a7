"""The faults that were set: when, how long, what was done, and whether they are over."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pymysql

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults.catalogue import KINDS, kind_of
from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene


@dataclass
class SetFault:
    """One line of the board. `state` is active, over (by itself), cleared, or stuck: it could not be undone."""

    number: int
    kind: Kind
    asked: Asked
    set_at: datetime
    effect: Effect
    until: datetime | None = None
    state: str = "active"
    problem: str = ""
    timer: threading.Timer | None = field(default=None, repr=False)
    ending: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Held while it is undone: it is active until then."""

    def document(self) -> dict[str, Any]:
        """As the control API tells it."""
        return {
            "id": self.number,
            "fault": self.kind.name,
            "parameters": self.asked.given(),
            "set_at": self.set_at.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "state": self.state,
            "did": self.effect.did,
            "problem": self.problem,
        }


class FaultBoard:
    """Sets faults and ends them, at their time or when told. Safe for use by several threads."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lock = threading.Lock()
        self._set: list[SetFault] = []

    def set(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Begin the fault `request["fault"]` with its parameters; the line of the board.

        Raises SandboxError: no such fault, a parameter it does not take or needs, a server that is not there.
        """
        kind = kind_of(str(request["fault"]))
        asked = Asked.read(request)
        given = {name for name, value in request.items() if value is not None} - {"fault"}
        if unknown := sorted(given - set(kind.takes)):
            raise SandboxError(
                f"{kind.name} takes no {', '.join(unknown)}", hint=f"it takes {', '.join(kind.takes) or 'nothing'}"
            )
        if missing := sorted(set(kind.needs) - given):
            raise SandboxError(f"{kind.name} needs {', '.join(missing)}")
        set_at = datetime.now(UTC)
        try:
            effect = kind.begin(self._scene, asked)
        except (psycopg.Error, pymysql.MySQLError) as error:
            raise SandboxError(f"{kind.name} cannot be set: {' '.join(str(error).split())}") from None
        with self._lock:
            one = SetFault(len(self._set) + 1, kind, asked, set_at, effect)
            self._set.append(one)
            if effect.end is None:
                one.state = "over"
            elif (seconds := asked.seconds or kind.seconds) is not None:
                one.until = datetime.now(UTC) + timedelta(seconds=seconds)
                one.timer = threading.Timer(seconds, self._end, (one, "over"))
                one.timer.daemon = True
                one.timer.start()
            return one.document()

    def clear(self, which: str = "") -> list[dict[str, Any]]:
        """End the active fault with that id, all of that name, or all; what was ended. Returns when that is done.

        Raises SandboxError for a name that is none, and when nothing of that id or name is active.
        """
        if which and not which.isdigit():
            kind_of(which)
        with self._lock:
            known = [one for one in self._set if which in ("", str(one.number), one.kind.name)]
        found = [one for one in known if one.state == "active"]
        if which and not found:
            raise SandboxError(f"no fault {which} is active")
        for one in found:
            self._end(one, "cleared")
        return [one.document() for one in found]

    def describe(self) -> dict[str, Any]:
        """`set`: what was set, oldest first; `known`: what can be set."""
        with self._lock:
            lines = [one.document() for one in self._set]
        return {
            "set": lines,
            "known": [
                {
                    "fault": kind.name,
                    "what": kind.what,
                    "takes": list(kind.takes),
                    "needs": list(kind.needs),
                    "seconds": kind.seconds,
                }
                for kind in KINDS.values()
            ],
        }

    def close(self) -> None:
        """Nothing ends by itself any more."""
        with self._lock:
            for one in self._set:
                if one.timer is not None:
                    one.timer.cancel()

    def _end(self, one: SetFault, state: str) -> None:
        """Undo it once; returns when it is undone, whoever does it."""
        with one.ending:
            if one.state != "active":
                return
            if one.timer is not None:
                one.timer.cancel()
            assert one.effect.end is not None
            try:
                one.effect.end()
                one.state = state
            except (SandboxError, psycopg.Error, pymysql.MySQLError, OSError) as error:
                one.state, one.problem = "stuck", " ".join(str(error).split())
