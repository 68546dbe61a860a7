"""The source's binary log is gone before the task has read it."""

from __future__ import annotations

import time

from pymysql.cursors import Cursor

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_binaries import Flavor
from migrate.sandbox.servers.mysql_sessions import connected

PATIENCE_SECONDS = 15.0


def begin(scene: Scene, asked: Asked) -> Effect:
    """While the link is cut, the log is rotated and every older file purged; what a task still needs of them is lost.

    Whoever else reads the log is disconnected: a file that is read stays. Raises SandboxError when one stays.
    A file that is no longer on the server cannot be read on (dms.md §9, §18 item 10).
    That the task ends with FATAL_ERROR is an assumption.
    """
    server = asked.on(scene, "source", ("mysql", "mariadb"))
    assert isinstance(server, MySqlServer)
    scene.conditions.cut("source")
    try:
        with server.connect() as connection, connection.cursor() as cursor:
            purged = _purge(cursor, server.flavor)
    finally:
        scene.conditions.heal("source")
    return Effect(f"purged {purged} files of the binary log")


def _purge(cursor: Cursor, flavor: Flavor) -> int:
    before = len(_files(cursor))
    cursor.execute("FLUSH BINARY LOGS")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        _end_readers(cursor, flavor)
        newest = _files(cursor)[-1]
        cursor.execute("PURGE BINARY LOGS TO %s", [newest])
        if len(_files(cursor)) == 1:
            return before
        if time.monotonic() > deadline:
            raise SandboxError("a file of the binary log stays in use")
        time.sleep(0.05)


def _files(cursor: Cursor) -> list[str]:
    cursor.execute("SHOW BINARY LOGS")
    return [row[0] for row in cursor.fetchall()]


def _end_readers(cursor: Cursor, flavor: Flavor) -> None:
    for session in [one for one in connected(cursor, flavor) if str(one.command).startswith("Binlog Dump")]:
        cursor.execute(f"KILL {session.number:d}")


KIND = Kind(
    "binlog-purged",
    "the source's binary log is rotated and every older file purged (MySQL, MariaDB)",
    begin,
    takes=("server",),
)
