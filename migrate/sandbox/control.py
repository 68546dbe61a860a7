"""The sandbox's own API, beside AWS's on the same port: sources, faults, status, stop. JSON, loopback only."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from moto.cloudformation.models import cloudformation_backends

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults.board import FaultBoard
from migrate.sandbox.servers.roster import Role
from migrate.sandbox.sources.opening import open_source
from migrate.sandbox.sources.request import SourceRequest
from migrate.sandbox.world import World

PREFIX = "/_sandbox/"
LOOPBACK_NAMES = ("127.0.0.1", "localhost")


class Control:
    """Answers one request at a time per thread; `stop` ends the process that serves it."""

    def __init__(self, world: World, faults: FaultBoard, stop: Callable[[], None]) -> None:
        self._world, self._faults, self._stop = world, faults, stop

    def __call__(self, environ: Mapping[str, Any], body: bytes) -> tuple[int, dict[str, Any]]:
        """HTTP status and JSON answer to a request below `/_sandbox/`. Expected errors become `{error, hint}`."""
        if not _from_here(environ):
            return 403, {"error": "the control API answers programs on this machine only", "hint": ""}
        try:
            request = json.loads(body) if body else {}
            if not isinstance(request, dict):
                raise SandboxError("the request must be a JSON object")
            return 200, self._answer(environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PREFIX), request)
        except SandboxError as error:
            return 400, {"error": error.message, "hint": error.hint}
        except (ValueError, KeyError, TypeError) as error:
            return 400, {"error": f"not a valid request: {error!r}", "hint": ""}

    def _answer(self, method: str, path: str, request: dict[str, Any]) -> dict[str, Any]:
        match method, path.split("/"):
            case "POST", ["sources"]:
                return open_source(self._world.roster, SourceRequest.read(request))
            case "DELETE", ["sources", name]:
                self._world.roster.close(unquote(name), Role.SOURCE)
                return {}
            case "GET", ["status"]:
                return self._status()
            case "GET", ["faults"]:
                return self._faults.describe()
            case "POST", ["faults"] if "fault" in request:
                return self._faults.set(request)
            case "POST", ["faults"]:
                return self._fault(request)
            case "DELETE", ["faults", *which]:
                return {"cleared": self._faults.clear(unquote("/".join(which)))}
            case "POST", ["stop"]:
                self._stop()
                return {}
            case _:
                raise SandboxError(f"there is no {method} {PREFIX}{path}")

    def _status(self) -> dict[str, Any]:
        world = self._world
        stacks = cloudformation_backends[world.account][world.region].stacks
        return {
            "pid": os.getpid(),
            "home": str(world.home),
            "region": world.region,
            "account": world.account,
            "profile": world.profile.name,
            "servers": world.roster.describe(),
            "stacks": [{"name": stack.name, "status": stack.status} for stack in list(stacks.values())],
            "faults": world.faults.pending(),
        }

    def _fault(self, request: dict[str, Any]) -> dict[str, Any]:
        name = str(request["name"])
        match request["kind"]:
            case "kill-server":
                self._world.roster.get(name).kill()
            case "stop-server":
                self._world.roster.get(name).stop()
            case "start-server":
                self._world.roster.get(name).start()
            case "fail-create":
                self._world.faults.fail_next_create(name, str(request.get("reason", "Internal Failure")))
            case kind:
                raise SandboxError(
                    f"there is no fault {kind}", hint="kill-server, stop-server, start-server or fail-create"
                )
        return {}


def _from_here(environ: Mapping[str, Any]) -> bool:
    """Not from another machine, and not from a page in somebody's browser."""
    host = environ.get("HTTP_HOST", "").rsplit(":", 1)[0]
    return host in LOOPBACK_NAMES and environ.get("REMOTE_ADDR") == "127.0.0.1" and "HTTP_ORIGIN" not in environ
