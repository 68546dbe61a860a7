"""Start a sandbox and speak to its control API. Needs the standard library only, so the toolkit may import it."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.state_file import read_state

REGION = "eu-central-1"
FILL_SECONDS = 1800.0
"""How long a source may take to be filled by its SQL files."""
ANSWER_SECONDS = 60.0
STOP_SECONDS = 60.0


@dataclass(frozen=True)
class Launched:
    """A sandbox that answers. `process` is None for one that somebody else started."""

    endpoint_url: str
    control_url: str
    pid: int
    region: str
    account: str
    profile: str
    home: Path
    process: subprocess.Popen[str] | None = field(default=None, repr=False, compare=False)

    def stop(self) -> None:
        """Stop it with everything in it, and wait until it is gone. Raises SandboxError for one that stays."""
        with contextlib.suppress(SandboxError):
            stop(self.control_url)
        if self.process is not None:
            if self.process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    self.process.stdin.close()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()
        else:
            _await_end(self.home)

    def __enter__(self) -> Launched:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _await_end(home: Path) -> None:
    """The lock goes with the process, however it ends; its id would say nothing while nobody collects it."""
    deadline = time.monotonic() + STOP_SECONDS
    with (home / "lock").open("w") as lock:
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > deadline:
                    raise SandboxError(f"the sandbox in {home} does not end", hint="see its sandbox.log") from None
                time.sleep(0.05)


@dataclass(frozen=True)
class Source:
    """A source database in the sandbox. `role_passwords` holds the passwords of the application's roles.

    `engine` is postgres, mysql or mariadb, `version` the server's own.
    """

    name: str
    host: str
    port: int
    database: str
    ca_file: Path
    master_user: str
    master_password: str = field(repr=False)
    owner: str
    owner_password: str | None = field(repr=False)
    role_passwords: Mapping[str, str] = field(repr=False)
    engine: str = "postgres"
    version: str = ""


@dataclass(frozen=True)
class RoleRequest:
    """A role for the application; without a password one is generated. `grants` is an SQL file the owner runs."""

    name: str
    password: str | None = field(default=None, repr=False)
    login: bool = True
    grants: Path | None = None


def launch(home: Path, port: int = 0, profile: str = "instant", detach: bool = False, region: str = REGION) -> Launched:
    """Start a sandbox in `home` and wait until it answers. Unless `detach`, it stops when this process ends.

    Raises SandboxError with the sandbox's own words when it does not start.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-m", "migrate.sandbox", "--home", str(home), "--port", str(port)]
    command += ["--profile", profile, "--region", region]
    log = home / "sandbox.log"
    with log.open("ab") as errors:
        begin = errors.tell()
        process = subprocess.Popen(
            command if detach else [*command, "--stop-with-stdin"],
            stdin=subprocess.DEVNULL if detach else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait()
        words = log.read_bytes()[begin:].decode(errors="replace").strip().splitlines()
        raise SandboxError(f"the sandbox did not start: {words[-1] if words else 'no word'}", hint=f"see {log}")
    return _launched(json.loads(line), process)


def running(home: Path) -> Launched | None:
    """The sandbox that answers in `home`, whoever started it; None when none does."""
    state = read_state(home)
    if state is None:
        return None
    found = _launched(state, None)
    try:
        return found if status(found.control_url)["pid"] == found.pid else None
    except SandboxError:
        return None


def create_source(
    control_url: str,
    *,
    name: str,
    database: str,
    owner: str,
    master_user: str,
    sql_files: Sequence[Path] = (),
    variables: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
    roles: Sequence[RoleRequest] = (),
    owner_login: bool = False,
    engine: str = "postgres",
) -> Source:
    """Start a source of `engine` (postgres, mysql or mariadb) and run the files in it as `owner`.

    `variables` are psql's on PostgreSQL, user variables of the session (`@scale`) on the others.
    Raises SandboxError; then nothing is left of it.
    """
    request = {
        "engine": engine,
        "name": name,
        "database": database,
        "owner": owner,
        "owner_login": owner_login,
        "master_user": master_user,
        "sql_files": [str(file.absolute()) for file in sql_files],
        "variables": dict(variables or {}),
        "settings": dict(settings or {}),
        "roles": [
            {
                "name": role.name,
                "password": role.password,
                "login": role.login,
                "grants": str(role.grants.absolute()) if role.grants else None,
            }
            for role in roles
        ],
    }
    answer = _call(control_url, "POST", "sources", request, FILL_SECONDS)
    return Source(
        name=answer["name"],
        host=answer["host"],
        port=answer["port"],
        database=answer["database"],
        ca_file=Path(answer["ca_file"]),
        master_user=answer["master_user"],
        master_password=answer["master_password"],
        owner=answer["owner"],
        owner_password=answer["owner_password"],
        role_passwords=answer["roles"],
        engine=answer["engine"],
        version=answer["version"],
    )


def remove_source(control_url: str, name: str) -> None:
    """Stop a source and delete its data; a missing one is no error."""
    _call(control_url, "DELETE", f"sources/{quote(name, safe='')}", None, ANSWER_SECONDS)


def status(control_url: str) -> dict[str, Any]:
    """Servers, ports, process ids, stacks and pending faults; no passwords."""
    return _call(control_url, "GET", "status", None, ANSWER_SECONDS)


def fault(control_url: str, kind: str, name: str, reason: str | None = None) -> None:
    """Let something fail: `kill-server`, `stop-server`, `start-server` (a server's name, or
    `source/name`, `cluster/name` where both exist) or `fail-create`.

    `fail-create` takes a logical id or a resource type, and what AWS is to give as the reason.
    """
    request = {"kind": kind, "name": name, **({"reason": reason} if reason is not None else {})}
    _call(control_url, "POST", "faults", request, ANSWER_SECONDS)


def faults(control_url: str) -> dict[str, Any]:
    """`set`: the faults that were set, with id, state and what was done; `known`: those that can be set."""
    return _call(control_url, "GET", "faults", None, ANSWER_SECONDS)


def set_fault(control_url: str, name: str, **parameters: Any) -> dict[str, Any]:
    """Begin a fault: `connection-drop`, `source-restart`, … as `faults` lists them with their parameters.

    Returns when it has begun; one with `seconds` ends by itself. Raises SandboxError.
    """
    given = {key: value for key, value in parameters.items() if value is not None}
    return _call(control_url, "POST", "faults", {**given, "fault": name}, ANSWER_SECONDS)


def clear_faults(control_url: str, which: str = "") -> list[dict[str, Any]]:
    """End the active fault of that id, those of that name, or all. Raises SandboxError when none of it is active."""
    cleared: list[dict[str, Any]] = _call(
        control_url, "DELETE", f"faults/{quote(which, safe='')}" if which else "faults", None, ANSWER_SECONDS
    )["cleared"]
    return cleared


def stop(control_url: str) -> None:
    """Ask a sandbox to stop. Raises SandboxError when it does not answer."""
    _call(control_url, "POST", "stop", {}, ANSWER_SECONDS)


def _launched(state: Mapping[str, Any], process: subprocess.Popen[str] | None) -> Launched:
    return Launched(
        endpoint_url=state["endpoint_url"],
        control_url=state["control_url"],
        pid=state["pid"],
        region=state["region"],
        account=state["account"],
        profile=state["profile"],
        home=Path(state["home"]),
        process=process,
    )


def _call(
    control_url: str, method: str, path: str, request: Mapping[str, Any] | None, seconds: float
) -> dict[str, Any]:
    body = None if request is None else json.dumps(request).encode()
    message = urllib.request.Request(
        f"{control_url}/{path}", data=body, method=method, headers={"Content-Type": "application/json"}
    )
    # A proxy of the environment has no business between two programs on one machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(message, timeout=seconds) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as refused:
        told = json.load(refused) if refused.headers.get_content_type() == "application/json" else {}
        raise SandboxError(told.get("error", f"HTTP {refused.code}"), hint=told.get("hint", "")) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SandboxError(f"the sandbox at {control_url} does not answer: {error}") from error
