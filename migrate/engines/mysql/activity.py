"""Who is at work on this server: long transactions, prepared ones."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.engines.mysql.connection import Connections

AGE = "TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP)"
"""Seconds. The start is told in the time zone of the machine, whatever the session's is (tried with TZ=Asia/Tokyo)."""


class MySqlActivity:
    """Implements ports.database.Activity. Needs PROCESS; prepared transactions need XA_RECOVER_ADMIN on MySQL 8."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def long_transactions(self, seconds: float, friends: Sequence[str]) -> list[str]:
        """InnoDB's transactions of the whole server: a transaction belongs to no one database."""
        with self._connections.use() as connection:
            rows = connection.rows(
                f"SELECT t.trx_mysql_thread_id, p.user, p.host, {AGE} FROM information_schema.innodb_trx t"
                " LEFT JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id"
                f" WHERE t.trx_mysql_thread_id NOT IN (0, CONNECTION_ID()) AND {AGE} >= %s ORDER BY t.trx_started",
                [seconds],
            )
        return [
            f"connection {number}, {user or 'unknown'}{f'@{host}' if host else ''}, open for {age} s"
            for number, user, host, age in rows
            if user not in friends
        ]

    def prepared_transactions(self) -> list[str]:
        with self._connections.use() as connection:
            readable = "FORMAT = 'SQL'" if connection.server.mariadb else "CONVERT XID"
            rows = connection.rows(f"XA RECOVER {readable}")
        return [f"{xid}, format {format_id}" for format_id, _, _, xid in rows]
