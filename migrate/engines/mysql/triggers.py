"""Triggers and events, which no session can silence: where rows are fed they are dropped and put to rest.

A trigger comes back from what SHOW CREATE TRIGGER said, under the settings it was made with, in the order in which the
triggers of its table fired.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pymysql

from checks.facts import TableName
from migrate.engines.mysql import events
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.databases import users_databases
from migrate.engines.mysql.events import Event
from migrate.engines.mysql.failures import PERMISSION_NUMBERS, number_of
from migrate.engines.mysql.making import Making, made_under
from migrate.engines.mysql.quoting import qualified
from migrate.engines.mysql.sqltext import ACCOUNT, Sql
from migrate.engines.mysql.stored_code import firing_order
from migrate.model.inventory import MADE, Discrepancy
from migrate.model.json import Facts

LOCK_SECONDS = 30
"""How long making a trigger waits for transactions that have its table in use."""
_EXISTS = 1359
_DEFINER = rf"^CREATE DEFINER={ACCOUNT}"


class MySqlTriggers:
    """Implements ports.database.Triggers. Making a trigger needs TRIGGER; log_bin_trust_function_creators spares SUPER.

    Naming another definer takes what it takes for events (`events`): where the toolkit may not, the trigger or event
    comes back as its own, so that the rows that it keeps right stay right.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def firing(self, schemas: Sequence[str] = ()) -> Facts:
        """Triggers in the order in which they fire, and every event but the disabled ones: one that rests is to run
        where applications will be. Events of all databases, for the fence has put all to rest."""
        with self._connections.use() as connection:
            return {
                "triggers": [
                    _facts(connection, name, table)
                    for name, table in firing_order(connection, schemas or users_databases(connection))
                ],
                "events": [event.facts() for event in events.alive(connection)],
            }

    def rest(self, firing: Facts) -> None:
        with self._connections.use() as connection:
            for facts in _listed(firing, "triggers"):
                name = TableName(str(facts["schema"]), str(facts["name"]))
                connection.execute(f"DROP TRIGGER IF EXISTS {qualified(name)}")
            for facts in _listed(firing, "events"):
                events.rest(connection, Event.of(facts))

    def restore(self, firing: Facts) -> None:
        with self._connections.use_once() as connection:
            connection.execute("SET SESSION lock_wait_timeout = %s", [LOCK_SECONDS])
            for facts in _listed(firing, "triggers"):
                with made_under(connection, Making.of(facts)):
                    _make(connection, Sql(str(facts["create"])))

    def wake_events(self, firing: Facts) -> None:
        with self._connections.use() as connection:
            for facts in _listed(firing, "events"):
                events.wake(connection, Event.of(facts))

    def resting(self, firing: Facts, each: Discrepancy) -> bool:
        if each.aspect == MADE:
            named = {f"trigger {one['name']} on {one['schema']}.{one['table']}" for one in _listed(firing, "triggers")}
            return each.object in named
        events_named = {f"event {Event.of(one).name}" for one in _listed(firing, "events")}
        return each.object in events_named and each.aspect == "enabled" and "replica" in (each.source, each.target)


def _make(connection: Connection, create: Sql) -> None:
    try:
        try:
            connection.cursor().execute(create.text)
        except pymysql.MySQLError as error:
            if number_of(error) not in PERMISSION_NUMBERS:
                raise
            connection.cursor().execute(create.replaced(_DEFINER, "CREATE").text)
    except pymysql.MySQLError as error:
        if number_of(error) != _EXISTS:
            raise


def _facts(connection: Connection, name: TableName, table: str) -> dict[str, str]:
    row = connection.rows(f"SHOW CREATE TRIGGER {qualified(name)}")[0]
    _, sql_mode, create, _, collation, *_ = row
    making = Making(name.schema, sql_mode, collation)
    return {"name": name.name, "table": table, "create": create, **making.facts()}


def _listed(firing: Facts, kind: str) -> Iterator[Mapping[str, object]]:
    listed = firing[kind]
    assert isinstance(listed, Sequence)
    for item in listed:
        assert isinstance(item, dict)
        yield item
