"""Every server the sandbox runs, by name: sources that were asked for, and the servers behind Aurora clusters."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.kept_data import KeptData
from migrate.sandbox.servers.kinds import new_server
from migrate.sandbox.servers.server import Server


class Role(StrEnum):
    """What a server stands for."""

    SOURCE = "source"
    CLUSTER = "cluster"


class Roster:
    """Named servers below one home; a source and a cluster may have the same name. Safe for use by several threads."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._servers: dict[tuple[Role, str], Server] = {}
        self._lock = threading.Lock()
        self._closed = False

    def open(
        self,
        name: str,
        role: Role,
        *,
        engine: str,
        settings: Mapping[str, str],
        require_tls: bool = False,
        port: int = 0,
        copy_of: Server | KeptData | None = None,
    ) -> Server:
        """Start a new server of `engine`: postgres, mysql or mariadb; empty, or a copy of a running one or kept data.

        Raises SandboxError when the name is in use, the engine is unknown or the server does not start.
        """
        home = self._home / "servers" / f"{role}-{name}"
        server = new_server(engine, home, settings=settings, require_tls=require_tls, port=port)
        with self._lock:
            if self._closed:
                raise SandboxError("the sandbox is stopping")
            if (role, name) in self._servers:
                raise SandboxError(f"there is a {role} called {name} already", hint="name another, or remove it first")
            self._servers[role, name] = server
        try:
            server.start(copy_of)
        except BaseException:
            self.close(name, role)
            raise
        self._publish_authority(server)
        return server

    def _publish_authority(self, server: Server) -> None:
        """Add the server's authority to `ca-bundle.pem` in the home, as AWS publishes one bundle for all clusters."""
        with self._lock, (self._home / "ca-bundle.pem").open("a", encoding="ascii") as bundle:
            bundle.write(server.ca_file.read_text(encoding="ascii"))

    def get(self, name: str) -> Server:
        """The server called `name`; `source/name` or `cluster/name` where both exist.

        Raises SandboxError when there is none, or when there are two.
        """
        with self._lock:
            found = [s for (role, own), s in self._servers.items() if name in (own, f"{role}/{own}")]
            known = sorted(f"{role}/{own}" for role, own in self._servers)
        if not found:
            raise SandboxError(f"there is no server called {name}", hint=f"known: {', '.join(known) or 'none'}")
        if len(found) > 1:
            raise SandboxError(f"there are two servers called {name}", hint=f"say source/{name} or cluster/{name}")
        return found[0]

    def only(self, role: Role, engines: Collection[str] = ()) -> Server:
        """The one server of this role (and of one of these engines). Raises SandboxError when it is not one."""
        with self._lock:
            known = sorted(self._servers.items())
        found = [s for (own, _), s in known if own is role and (not engines or s.engine in engines)]
        if len(found) != 1:
            names = ", ".join(f"{own}/{name}" for (own, name), _ in known) or "none"
            kind = f"{' or '.join(engines)} {role}" if engines else str(role)
            raise SandboxError(f"there are {len(found)} servers that are a {kind}", hint=f"name one; known: {names}")
        return found[0]

    def close(self, name: str, role: Role) -> None:
        """Stop a server and delete its data; a missing one is no error."""
        with self._lock:
            server = self._servers.pop((role, name), None)
        if server is not None:
            server.stop()
            server.remove()

    def close_all(self) -> None:
        """Stop every server and refuse new ones."""
        with self._lock:
            self._closed = True
            names = list(self._servers)
        for role, name in names:
            self.close(name, role)

    def describe(self) -> list[dict[str, object]]:
        """Name, role, engine, version, port, process id and CA file of each server; no secrets."""
        with self._lock:
            servers = sorted(self._servers.items())
        return [
            {
                "name": name,
                "role": str(role),
                "engine": server.engine,
                "version": server.version,
                "host": server.host,
                "port": server.port,
                "pid": server.pid,
                "ca_file": str(server.ca_file),
            }
            for (role, name), server in servers
        ]
