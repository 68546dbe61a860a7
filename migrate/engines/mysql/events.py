"""Events: which run, and how one is put to rest and woken without becoming another's.

ALTER EVENT makes whoever runs it the definer, unless it names one; so it names the old one. Schedule, time zone, body
and sql_mode stay as they are. Naming another definer takes SET_USER_ID (MySQL 8.0), SET_ANY_DEFINER (8.2) or SET USER
(MariaDB), and SUPER before those: where RDS gives its master neither, the event becomes the toolkit's own, for an event
that goes on behind the fence is worse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pymysql

from checks.facts import TableName
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.databases import NOT_THE_USERS
from migrate.engines.mysql.failures import PERMISSION_NUMBERS, number_of
from migrate.engines.mysql.quoting import account, qualified

ENABLED = "ENABLED"
_AT_REST = ("SLAVESIDE_DISABLED", "REPLICA_SIDE_DISABLED")
"""What DISABLE ON SLAVE is called; MySQL 8.4 and later say REPLICA."""
_UNKNOWN, _IN_THE_PAST = 1539, 1589


@dataclass(frozen=True)
class Event:
    name: TableName
    definer: str
    """`user@host`."""
    status: str

    @property
    def enabled(self) -> bool:
        return self.status == ENABLED

    def facts(self) -> dict[str, str]:
        return {"schema": self.name.schema, "name": self.name.name, "definer": self.definer, "status": self.status}

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> Event:
        return cls(TableName(str(facts["schema"]), str(facts["name"])), str(facts["definer"]), str(facts["status"]))


def alive(connection: Connection) -> list[Event]:
    """Events of the user's databases that are enabled, or at rest because another server runs them."""
    rows = connection.rows(
        "SELECT event_schema, event_name, definer, status FROM information_schema.events"
        " WHERE status IN %s AND event_schema NOT IN %s ORDER BY 1, 2",
        [(ENABLED, *_AT_REST), NOT_THE_USERS],
    )
    return [Event(TableName(schema, name), definer, status) for schema, name, definer, status in rows]


def rest(connection: Connection, event: Event) -> None:
    """Let it run no more; one that is gone is at rest."""
    word = "REPLICA" if connection.server.mysql_from(8, 4) else "SLAVE"
    _alter(connection, event, f"DISABLE ON {word}")


def wake(connection: Connection, event: Event) -> None:
    """Let it run again. One whose only time has passed stays at rest."""
    _alter(connection, event, "ENABLE")


def _alter(connection: Connection, event: Event, action: str) -> None:
    user, _, host = event.definer.rpartition("@")
    try:
        try:
            connection.execute(f"ALTER DEFINER = {account(user, host)} EVENT {qualified(event.name)} {action}")
        except pymysql.MySQLError as error:
            if number_of(error) not in PERMISSION_NUMBERS:
                raise
            connection.execute(f"ALTER EVENT {qualified(event.name)} {action}")
    except pymysql.MySQLError as error:
        if number_of(error) not in (_UNKNOWN, _IN_THE_PAST):
            raise
