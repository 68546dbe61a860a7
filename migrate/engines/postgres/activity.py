"""Who is at work in this database: long transactions, prepared ones."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.engines.failures import NOT_PERMITTED, failure
from migrate.engines.postgres.connection import OURS, Connections
from migrate.engines.postgres.fence import KEEPERS
from migrate.engines.postgres.queries import query
from migrate.model.validation import Load


class PostgresActivity:
    """Implements ports.database.Activity."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def load(self) -> Load:
        """Raises SourceError or TargetError where the user may not see what others do."""
        with self._connections.use() as connection:
            row = connection.execute(query("load"), [OURS]).fetchone()
            assert row is not None
            active, longest, hidden = row
            if hidden:
                side, message = self._connections.side, f"{self._connections.where}: other users' sessions are hidden"
                raise failure(side, NOT_PERMITTED, message, hint="Grant pg_monitor to the toolkit's user.")
            return Load(active, longest)

    def long_transactions(self, seconds: float, friends: Sequence[str]) -> list[str]:
        with self._connections.use() as connection:
            rows = connection.execute(
                "SELECT pid, usename, application_name, extract(epoch FROM clock_timestamp() - xact_start)::int"
                " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND usename IS NOT NULL AND usename <> ALL ($1::text[])"
                " AND xact_start < clock_timestamp() - make_interval(secs => $2)"
                " AND backend_type IS DISTINCT FROM 'walsender' ORDER BY xact_start",
                [list(friends), float(seconds)],
            )
            return [
                f"pid {pid}, {user}{f' ({name})' if name else ''}, open for {age} s" for pid, user, name, age in rows
            ]

    def prepared_transactions(self) -> list[str]:
        with self._connections.use() as connection:
            rows = connection.execute(
                "SELECT gid, owner, extract(epoch FROM clock_timestamp() - prepared)::int"
                " FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared"
            )
            return [f"{gid}, prepared by {owner} {age} s ago" for gid, owner, age in rows]

    def sessions(self, friends: Sequence[str]) -> list[str]:
        """Of this database. A replica that streams is nobody who writes."""
        with self._connections.use() as connection:
            rows = connection.execute(
                "SELECT usename, coalesce(host(client_addr), 'a local socket'), application_name, count(*)"
                " FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL"
                " AND pid <> pg_backend_pid() AND usename <> ALL ($1::text[]) AND coalesce(application_name, '') !~ $2"
                " AND coalesce(backend_type, 'client backend') = 'client backend'"
                " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                [[*friends, *KEEPERS], OURS],
            )
            return [
                f"{user} from {host}{f' ({name})' if name else ''}, {times} times" for user, host, name, times in rows
            ]
