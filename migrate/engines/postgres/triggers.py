"""Triggers that fire although session_replication_role is replica: ENABLE ALWAYS and ENABLE REPLICA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checks.facts import TableName
from migrate.engines.postgres.connection import Connections
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.model.json import Facts

_ENABLE = {"A": "ENABLE ALWAYS TRIGGER", "R": "ENABLE REPLICA TRIGGER"}


@dataclass(frozen=True)
class _Trigger:
    table: TableName
    name: str
    enabled: str
    """tgenabled: A or R."""


class PostgresTriggers:
    """Implements ports.database.Triggers. The toolkit needs to own the tables or to be a member of their owner."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def firing(self) -> Facts:
        with self._connections.use() as connection:
            rows = connection.execute(
                "SELECT n.nspname::text, c.relname::text, t.tgname::text, t.tgenabled::text FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')"
                " AND n.nspname !~ '^pg_'"
                " AND n.nspname NOT IN ('information_schema', 'aurora_migrate', 'awsdms_control')"
                " ORDER BY 1, 2, 3"
            )
            return {"triggers": [{"schema": s, "table": t, "name": n, "enabled": e} for s, t, n, e in rows]}

    def rest(self, firing: Facts) -> None:
        self._alter(dict.fromkeys(_triggers(firing), "DISABLE TRIGGER"))

    def restore(self, firing: Facts) -> None:
        self._alter({trigger: _ENABLE[trigger.enabled] for trigger in _triggers(firing)})

    def _alter(self, actions: dict[_Trigger, str]) -> None:
        with self._connections.use() as connection, connection.transaction():
            for trigger, action in actions.items():
                connection.execute(f"ALTER TABLE ONLY {qualified(trigger.table)} {action} {identifier(trigger.name)}")


def _triggers(firing: Facts) -> Iterator[_Trigger]:
    listed = firing["triggers"]
    assert isinstance(listed, Sequence)
    for item in listed:
        assert isinstance(item, dict)
        yield _Trigger(TableName(item["schema"], item["table"]), item["name"], item["enabled"])
