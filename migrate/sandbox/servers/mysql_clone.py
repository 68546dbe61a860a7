"""A physical copy of a running MySQL server's data, made by the server itself with its clone plugin."""

from __future__ import annotations

from pathlib import Path

import pymysql
from pymysql.cursors import Cursor

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.mysql_binaries import Flavor

NO_SUCH_LIBRARY, THERE_ALREADY, NOT_THERE = 1126, 1125, 1305


def clone(cursor: Cursor, path: Path) -> None:
    """Copy the data of the server that `cursor` asks into `path`, which is yet to be made: with its accounts, without
    its binary log. The plugin is there for that long only; where the copy notes it, `forget` takes it away.

    Raises SandboxError where the server has no such plugin, or refuses.
    """
    mine = _install(cursor)
    try:
        cursor.execute("CLONE LOCAL DATA DIRECTORY = %s", [str(path)])
    except pymysql.MySQLError as error:
        raise SandboxError(f"MySQL could not be cloned: {error.args[-1]}") from error
    finally:
        if mine:
            forget(cursor)


def forget(cursor: Cursor) -> None:
    """A server goes on without the plugin; where there is none, as in data that was not cloned, nothing is done."""
    try:
        cursor.execute("UNINSTALL PLUGIN clone")
    except pymysql.MySQLError as error:
        if error.args[0] != NOT_THERE:
            raise


def _install(cursor: Cursor) -> bool:
    """Whether it was not there before."""
    try:
        cursor.execute("INSTALL PLUGIN clone SONAME 'mysql_clone.so'")
    except pymysql.MySQLError as error:
        if error.args[0] == THERE_ALREADY:
            return False
        if error.args[0] != NO_SUCH_LIBRARY:
            raise SandboxError(f"MySQL's clone plugin could not be used: {error.args[-1]}") from error
        raise SandboxError(
            "this MySQL has no clone plugin (mysql_clone.so), so no copy of a running server is made",
            hint=f"run `aurora-migrate sandbox fetch mysql`, or set {Flavor.MYSQL.choice} to a server that has it",
        ) from error
    return True
