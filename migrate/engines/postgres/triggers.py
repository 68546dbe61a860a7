"""What acts on rows although session_replication_role is replica: triggers that are ENABLE ALWAYS or REPLICA, and row
security, whose policies would turn away what DMS writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from checks.facts import TableName
from migrate.engines.postgres.connection import Connections
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.model.inventory import Discrepancy
from migrate.model.json import Facts

_ENABLE = {"A": "ENABLE ALWAYS TRIGGER", "R": "ENABLE REPLICA TRIGGER"}


@dataclass(frozen=True)
class _Trigger:
    table: TableName
    name: str
    enabled: str
    """tgenabled: A or R."""


@dataclass(frozen=True)
class _Guarded:
    """A table with row security, and how much of it. Its policies stay as they are."""

    table: TableName
    enabled: bool
    forced: bool
    """For the owner, too."""


class PostgresTriggers:
    """Implements ports.database.Triggers. The toolkit needs to own the tables or to be a member of their owner.

    While row security rests, whoever is let in sees every row: the fence lets in none but friends.
    """

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
            guarded = connection.execute(
                "SELECT n.nspname::text, c.relname::text, c.relrowsecurity, c.relforcerowsecurity"
                " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind IN ('r', 'p') AND (c.relrowsecurity OR c.relforcerowsecurity) AND n.nspname !~ '^pg_'"
                " AND n.nspname NOT IN ('information_schema', 'aurora_migrate', 'awsdms_control')"
                " ORDER BY 1, 2"
            )
            return {
                "triggers": [{"schema": s, "table": t, "name": n, "enabled": e} for s, t, n, e in rows],
                "row_security": [{"schema": s, "table": t, "enabled": e, "forced": f} for s, t, e, f in guarded],
            }

    def rest(self, firing: Facts) -> None:
        self._alter(dict.fromkeys(_triggers(firing), "DISABLE TRIGGER"), dict.fromkeys(_guarded(firing), False))

    def restore(self, firing: Facts) -> None:
        self._alter(
            {trigger: _ENABLE[trigger.enabled] for trigger in _triggers(firing)}, dict.fromkeys(_guarded(firing), True)
        )

    def resting(self, firing: Facts, each: Discrepancy) -> bool:
        name = each.object.replace('"', "")
        if each.aspect == "enabled":
            named = {f"trigger {one.name} on {one.table}".replace('"', "") for one in _triggers(firing)}
            return name in named and "disabled" in (each.source, each.target)
        named = {f"table {one.table}".replace('"', "") for one in _guarded(firing)}
        return name in named and each.aspect.startswith("row security") and None in (each.source, each.target)

    def _alter(self, actions: dict[_Trigger, str], guards: dict[_Guarded, bool]) -> None:
        with self._connections.use() as connection, connection.transaction():
            for trigger, action in actions.items():
                connection.execute(f"ALTER TABLE ONLY {qualified(trigger.table)} {action} {identifier(trigger.name)}")
            for each, up in guards.items():
                enabled = "ENABLE" if up and each.enabled else "DISABLE"
                forced = "FORCE" if up and each.forced else "NO FORCE"
                both = f"{enabled} ROW LEVEL SECURITY, {forced} ROW LEVEL SECURITY"
                connection.execute(f"ALTER TABLE ONLY {qualified(each.table)} {both}")


def _triggers(firing: Facts) -> Iterator[_Trigger]:
    for item in _listed(firing, "triggers"):
        yield _Trigger(TableName(item["schema"], item["table"]), item["name"], item["enabled"])


def _guarded(firing: Facts) -> Iterator[_Guarded]:
    for item in _listed(firing, "row_security"):
        yield _Guarded(TableName(item["schema"], item["table"]), bool(item["enabled"]), bool(item["forced"]))


def _listed(firing: Facts, kind: str) -> Iterator[dict[str, Any]]:
    """Of what an earlier version recorded, only what it knew of."""
    listed = firing.get(kind, ())
    assert isinstance(listed, Sequence)
    for item in listed:
        assert isinstance(item, dict)
        yield item
