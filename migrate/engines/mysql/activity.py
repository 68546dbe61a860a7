"""Who is at work on this server: long transactions, prepared ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from migrate.engines.mysql.connection import Connections
from migrate.engines.mysql.processlist import Client, clients
from migrate.engines.mysql.sessions import KEEPERS, NOBODY_YET, by_name, demand_process
from migrate.engines.mysql.transactions import once_shown
from migrate.model.validation import Load

UNKNOWN = Client("unknown", "", None, "")
IDLE = frozenset(("Sleep", "Daemon", "Connect", "Binlog Dump", "Binlog Dump GTID"))
"""What a session does that runs no statement: it waits for one, serves a replica, or works for the server itself."""
AGE = "TIMESTAMPDIFF(SECOND, CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00'), UTC_TIMESTAMP)"
"""Seconds. The start is told in the time zone of the machine, whatever the session's is (tried with TZ=Asia/Tokyo)."""


class MySqlActivity:
    """Implements ports.database.Activity. Needs PROCESS; prepared transactions need XA_RECOVER_ADMIN on MySQL 8."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def load(self) -> Load:
        """All sessions of the toolkit's user count as its own. Whole seconds, as the server counts them."""
        with self._connections.use() as connection:
            demand_process(connection)
            known = clients(connection).values()
        others = {"", "system user", "event_scheduler", self._connections.user, *KEEPERS}
        seconds = [client.seconds for client in known if client.command not in IDLE and client.user not in others]
        return Load(len(seconds), max(seconds, default=0.0))

    def long_transactions(self, seconds: float, friends: Sequence[str]) -> list[str]:
        """InnoDB's transactions of the whole server: a transaction belongs to no one database."""
        with self._connections.use() as connection:
            rows = once_shown(
                lambda: connection.rows(
                    f"SELECT t.trx_mysql_thread_id, {AGE} FROM information_schema.innodb_trx t"
                    f" WHERE t.trx_mysql_thread_id NOT IN (0, CONNECTION_ID()) AND {AGE} >= %s ORDER BY t.trx_started",
                    [seconds],
                )
            )
            known = clients(connection) if rows else {}
        owners = [(number, known.get(number, UNKNOWN), age) for number, age in rows]
        return [
            f"connection {number}, {who.user}{f'@{who.host}' if who.host else ''}, open for {age} s"
            for number, who, age in owners
            if who.user not in friends
        ]

    def prepared_transactions(self) -> list[str]:
        with self._connections.use() as connection:
            readable = "FORMAT = 'SQL'" if connection.server.mariadb else "CONVERT XID"
            rows = connection.rows(f"XA RECOVER {readable}")
        return [f"{xid}, format {format_id}" for format_id, _, _, xid in rows]

    def sessions(self, friends: Sequence[str]) -> list[str]:
        """Of the whole server: a session belongs to no one database."""
        with self._connections.use() as connection:
            known = by_name(connection)
        ours = {
            "",
            "system user",
            "event_scheduler",
            NOBODY_YET,
            self._connections.user,
            *KEEPERS,
            *friends,
        }
        found = Counter(
            (client.user, client.host.partition(":")[0]) for client in known if client.user not in ours and client.host
        )
        return [f"{user} from {host}, {times} times" for (user, host), times in sorted(found.items())]
