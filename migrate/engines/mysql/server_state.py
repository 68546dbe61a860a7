"""What a server of the MySQL family tells of itself at this moment."""

from __future__ import annotations

import pymysql

from checks.server_facts import BinaryLog, ServerState, Transaction
from migrate.engines.mysql.account_facts import privileges_of_session
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.failures import PERMISSION_NUMBERS, number_of
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.processlist import clients
from migrate.engines.mysql.queries import query
from migrate.engines.mysql.retention import retention
from migrate.engines.mysql.transactions import once_shown

_XA_CLOSED = 1401
"""XAER_RMERR: what MySQL says here for a missing privilege."""


def state(connection: Connection, settings: dict[str, str]) -> ServerState:
    """The server's state; what the user may not read is None. `settings` are the global ones."""
    plugins = if_permitted(
        connection,
        "SELECT plugin_name FROM information_schema.plugins"
        " WHERE plugin_status = 'ACTIVE' AND plugin_library IS NOT NULL ORDER BY 1",
    )
    return ServerState(
        standby=_standby(connection),
        prepared=_prepared(connection),
        writers=_writers(connection),
        binary_log=_binary_log(connection, settings),
        user=str(connection.rows("SELECT CURRENT_USER()")[0][0]),
        privileges=privileges_of_session(connection),
        odd_sessions=_odd_sessions(connection, settings),
        plugins=None if plugins is None else tuple(name for (name,) in plugins),
    )


def unknown(state: ServerState) -> tuple[str, ...]:
    """What the state lacks, with the privilege that would tell it."""
    log = state.binary_log
    lacks = {
        "whether it is a replica (no REPLICATION CLIENT, on MariaDB SLAVE MONITOR)": state.standby is None,
        "prepared XA transactions (no XA_RECOVER_ADMIN)": state.prepared is None,
        "open transactions (no PROCESS)": state.writers is None,
        "the end of the binary log (no REPLICATION CLIENT)": log is not None and log.enabled and log.file is None,
        "settings that sessions changed for themselves (performance_schema is off, closed, or MariaDB's)": (
            state.odd_sessions is None
        ),
    }
    return tuple(what for what, lacking in lacks.items() if lacking)


def _binary_log(connection: Connection, settings: dict[str, str]) -> BinaryLog:
    kept, kept_by = retention(connection, settings)
    if settings.get("log_bin", "OFF").upper() not in ("ON", "1"):
        return BinaryLog(enabled=False, kept_seconds=kept, kept_by=kept_by)
    form = "SHOW BINARY LOG STATUS" if connection.server.mysql_from(8, 2) else "SHOW MASTER STATUS"
    rows = if_permitted(connection, form)
    if not rows:
        return BinaryLog(enabled=True, kept_seconds=kept, kept_by=kept_by)
    file, position, only, ignored = rows[0][:4]
    return BinaryLog(
        enabled=True,
        file=file,
        position=int(position),
        only_schemas=_names(only),
        ignored_schemas=_names(ignored),
        kept_seconds=kept,
        kept_by=kept_by,
    )


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(name for name in (listed or "").split(",") if name)


def _standby(connection: Connection) -> bool | None:
    server = connection.server
    form = "SHOW ALL SLAVES STATUS" if server.mariadb else "SHOW SLAVE STATUS"
    rows = if_permitted(connection, "SHOW REPLICA STATUS" if server.mysql_from(8, 0, 22) else form)
    return None if rows is None else bool(rows)


def _prepared(connection: Connection) -> tuple[Transaction, ...] | None:
    """MariaDB and MySQL 5.7 show them to everybody, MySQL 8 with XA_RECOVER_ADMIN alone."""
    mariadb = connection.server.mariadb
    try:
        rows = connection.rows("XA RECOVER FORMAT = 'SQL'" if mariadb else "XA RECOVER CONVERT XID")
    except pymysql.MySQLError as error:
        if number_of(error) in PERMISSION_NUMBERS | {_XA_CLOSED}:
            return None
        raise
    return tuple(Transaction(user="", seconds=0, gid=str(row[3]) if mariadb else _xid(*row)) for row in rows)


def _xid(number: int, global_length: int, branch_length: int, data: str | bytes) -> str:
    """As XA COMMIT takes it; the server gives both parts in one hexadecimal number, with lengths in bytes."""
    digits = (data.decode() if isinstance(data, bytes) else data).removeprefix("0x")
    cut = 2 * global_length
    return f"X'{digits[:cut]}',X'{digits[cut : cut + 2 * branch_length]}',{number}"


def _writers(connection: Connection) -> tuple[Transaction, ...] | None:
    rows = once_shown(lambda: if_permitted(connection, query("open_transactions")))
    if rows is None:
        return None
    known = clients(connection) if rows else {}
    return tuple(
        Transaction(
            user=known[pid].user if pid in known else "",
            seconds=int(seconds),
            database=known[pid].database if pid in known else None,
            pid=int(pid),
        )
        for pid, seconds in rows
    )


def _odd_sessions(connection: Connection, settings: dict[str, str]) -> tuple[str, ...] | None:
    """MariaDB has no view of other sessions' settings."""
    if connection.server.mariadb or settings.get("performance_schema", "OFF").upper() != "ON":
        return None
    rows = if_permitted(connection, query("session_settings"))
    if rows is None:
        return None
    usual = {"sql_log_bin": "ON", **settings}
    return tuple(f"{name}={value}" for name, value in rows if usual.get(name, value).upper() != str(value).upper())
