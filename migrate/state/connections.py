"""Engines for the two state databases, set so that a commit is on disk before it returns."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from migrate.errors import UsageError

_BUSY_SECONDS = 30.0
_REACHABLE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A server that is lost without a word is given up within a minute, in which no signal is heard (see `Store`)."""


def connect(text: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`; the SQLite file is created with mode 0600.

    Connections with the execution option `writes` take the write lock when their transaction begins, so that what
    they read stays true until they commit. Raises UsageError for any other URL, or where no file can be made.
    """
    url = address(text)
    return _sqlite(url) if url.drivername == "sqlite" else _postgres(url)


def address(text: str) -> URL:
    """What the text says, as `sqlite` or `postgresql+psycopg`. Raises UsageError for any other URL."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise _unusable("the address cannot be read") from None
    if any("password" in option for option in url.query):
        raise _unusable("its query holds a password, which belongs into PGPASSWORD or ~/.pgpass")
    match url.drivername:
        case "sqlite" | "sqlite+pysqlite":
            if not url.database or url.database == ":memory:":
                raise _unusable("the state must be a file")
            return url.set(drivername="sqlite")
        case "postgresql" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case _:
            raise _unusable(f"{url.drivername} is not supported")


def _unusable(why: str) -> UsageError:
    return UsageError(
        f"the state database cannot be used: {why}",
        code="STA-002",
        hint="Give sqlite:///path/to/state.db, or postgresql+psycopg://user@host/database for a team.",
    )


def _sqlite(url: URL) -> Engine:
    path = Path(url.database or "")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise _unusable(f"{path}: {error.strerror}") from error
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: object) -> None:
        # The driver's own transaction control would leave DDL outside; `begin` below takes its place.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres(url: URL) -> Engine:
    chosen = {name: value for name, value in _REACHABLE.items() if name not in url.query}
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=chosen)
    except ModuleNotFoundError as missing:
        raise _unusable(f"there is no {missing.name}; pip install 'aurora-migrate[postgres]'") from None

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: object) -> None:
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
        )
        connection.commit()

    return engine
