"""Opens the database that a judge is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pymysql

from judging.mysql import MySqlSnapshot
from judging.postgres import PostgresSnapshot
from judging.verdict import Snapshot

SNAPSHOTS: dict[str, Callable[[dict[str, Any], Sequence[str]], AbstractContextManager[Snapshot]]] = {
    "postgres": PostgresSnapshot,
    "mysql": MySqlSnapshot,
    "mariadb": MySqlSnapshot,
}
KEYS = ("host", "port", "user", "password", "dbname")

Unreadable = (psycopg.Error, pymysql.Error, OSError)
"""What is raised where a database cannot be read."""


@contextmanager
def open_snapshot(login: dict[str, Any], runs: Sequence[str]) -> Iterator[Snapshot]:
    """`login`: engine, KEYS and optionally sslrootcert.

    Raises ValueError for an unknown engine, KeyError for what the login lacks, Unreadable.
    """
    engine = login.get("engine", "postgres")
    if engine not in SNAPSHOTS:
        raise ValueError(f"no judge for engine {engine!r}")
    known = {key: login[key] for key in KEYS} | {"sslrootcert": login.get("sslrootcert")}
    with SNAPSHOTS[engine](known, runs) as snapshot:
        yield snapshot
