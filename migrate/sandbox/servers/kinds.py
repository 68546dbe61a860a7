"""Which class serves which engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_binaries import Flavor
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.server import Server

ENGINES = ("postgres", *(flavor.value for flavor in Flavor))


def new_server(
    engine: str, home: Path, *, settings: Mapping[str, str], require_tls: bool = False, port: int = 0
) -> Server:
    """A server of `engine`, not started yet. Raises SandboxError for an engine that is none."""
    if engine == "postgres":
        return PostgresServer(home, settings=settings, require_tls=require_tls, port=port)
    if engine in ENGINES:
        return MySqlServer(home, flavor=Flavor(engine), settings=settings, require_tls=require_tls, port=port)
    raise SandboxError(f"the sandbox has no engine {engine}", hint=f"it has {', '.join(ENGINES)}")
