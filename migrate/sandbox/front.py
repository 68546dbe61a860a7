"""The door: one HTTP port. DMS goes to the sandbox's own service, `/_sandbox/` to its control API, the rest to moto."""

from __future__ import annotations

import json
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from migrate.sandbox.control import PREFIX, Control
from migrate.sandbox.profile import Profile

DMS_TARGET = "AmazonDMSv20160101."
AWS_JSON = "application/x-amz-json-1.1"

StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 500: "Internal Server Error"}


class Dms(Protocol):
    """The part of the DMS service the door needs."""

    def handle(self, operation: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Answer one operation, or raise the fault class the door was given."""


class Front:
    """A WSGI application."""

    def __init__(
        self, *, moto: WsgiApp, dms: Dms, dms_fault: type[Exception], control: Control, profile: Profile
    ) -> None:
        """`dms_fault` has `code` and `message`: what the service raises for a request that AWS would refuse."""
        self._moto, self._dms, self._dms_fault = moto, dms, dms_fault
        self._control, self._profile = control, profile

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(PREFIX):
            status, answer = self._control(environ, _body(environ))
            return _send(start_response, status, answer, "application/json")
        time.sleep(self._profile.api_latency_seconds)
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target.startswith(DMS_TARGET):
            status, answer = self._ask_dms(target.removeprefix(DMS_TARGET), _body(environ))
            return _send(start_response, status, answer, AWS_JSON)
        return self._moto(environ, start_response)

    def _ask_dms(self, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
        try:
            return 200, self._dms.handle(operation, json.loads(body or b"{}"))
        except json.JSONDecodeError:
            return 400, {"__type": "SerializationException", "message": "The request is not JSON."}
        except self._dms_fault as fault:
            return 400, {"__type": fault.code, "message": fault.message}  # type: ignore[attr-defined]
        except Exception:  # our bug: told as AWS tells its own, with the trace in the sandbox's log
            traceback.print_exc(file=sys.stderr)
            return 500, {"__type": "InternalFailure", "message": "The sandbox failed; see its log."}


def _body(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    return body


def _timestamp(value: object) -> float:
    """AWS's JSON protocol writes times as seconds since the epoch."""
    stamp = getattr(value, "timestamp", None)
    if stamp is None:
        raise TypeError(f"{type(value).__name__} has no place in a JSON answer")
    return float(stamp())


def _send(start_response: StartResponse, status: int, answer: dict[str, Any], kind: str) -> list[bytes]:
    body = json.dumps(answer, default=_timestamp).encode()
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("x-amzn-RequestId", str(uuid.uuid4())),
    ]
    start_response(f"{status} {REASONS[status]}", headers)
    return [body]
