"""How long a server keeps its binary log: nothing else holds it for who reads it."""

from __future__ import annotations

from checks.server_facts import FOREVER
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.permission import if_permitted

_RDS_RETENTION = "binlog retention hours"
_HOUR, _DAY = 3600, 86400


def retention(connection: Connection, settings: dict[str, str]) -> tuple[int | None, str | None]:
    """How long the server keeps the files of its binary log, in seconds, and by which setting; None when unknown.

    RDS and Aurora purge by a setting of their own, whatever the server's say (mysql-compatibility.md §3.6).
    """
    managed = if_permitted(connection, "SELECT value FROM mysql.rds_configuration WHERE name = %s", [_RDS_RETENTION])
    if managed:
        return int(float(managed[0][0] or 0) * _HOUR), _RDS_RETENTION
    if settings.get("binlog_expire_logs_auto_purge", "ON").upper() in ("OFF", "0"):
        return FOREVER, "binlog_expire_logs_auto_purge"
    for name, unit in (("binlog_expire_logs_seconds", 1), ("expire_logs_days", _DAY)):
        if name in settings and (value := float(settings[name])) > 0:
            return int(value * unit), name
    known = next((name for name in ("binlog_expire_logs_seconds", "expire_logs_days") if name in settings), None)
    return (FOREVER, known) if known else (None, None)


def keep(connection: Connection, hours: int) -> tuple[bool, str | None]:
    """Have the log kept for `hours` at least: whether it is now, and the setting that decides.

    Only RDS and Aurora let their users say so; elsewhere it is the administrator's to set.
    """
    settings = {
        str(name): str(value) for name, value in connection.rows("SHOW GLOBAL VARIABLES LIKE '%%expire_logs%%'")
    }
    kept, by = retention(connection, settings)
    if kept is not None and kept < hours * _HOUR and by == _RDS_RETENTION:
        connection.execute("CALL mysql.rds_set_configuration(%s, %s)", [_RDS_RETENTION, hours])
        kept, by = retention(connection, settings)
    return kept is not None and kept >= hours * _HOUR, by
