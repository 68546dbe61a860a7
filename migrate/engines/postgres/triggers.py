"""What acts on rows although session_replication_role is replica: triggers that are ENABLE ALWAYS or REPLICA, and row
security, whose policies would turn away what DMS writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from checks.facts import TableName
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.model.inventory import Discrepancy
from migrate.model.json import Facts

LOCK_SECONDS = 30
"""How long a change of a table waits for transactions that have it in use."""
_SET = {"A": "ENABLE ALWAYS TRIGGER", "R": "ENABLE REPLICA TRIGGER", "D": "DISABLE TRIGGER"}
_RESTING = "D"


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

    def firing(self, schemas: Sequence[str] = ()) -> Facts:
        with self._connections.use() as connection:
            rows = connection.execute(
                "SELECT n.nspname::text, c.relname::text, t.tgname::text, t.tgenabled::text FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')"
                " AND n.nspname !~ '^pg_'"
                " AND n.nspname NOT IN ('information_schema', 'aurora_migrate', 'awsdms_control')"
                " AND (cardinality($1::text[]) = 0 OR n.nspname = ANY ($1::text[])) ORDER BY 1, 2, 3",
                [list(schemas)],
            )
            guarded = connection.execute(
                "SELECT n.nspname::text, c.relname::text, c.relrowsecurity, c.relforcerowsecurity"
                " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind IN ('r', 'p') AND (c.relrowsecurity OR c.relforcerowsecurity) AND n.nspname !~ '^pg_'"
                " AND n.nspname NOT IN ('information_schema', 'aurora_migrate', 'awsdms_control')"
                " AND (cardinality($1::text[]) = 0 OR n.nspname = ANY ($1::text[])) ORDER BY 1, 2",
                [list(schemas)],
            )
            return {
                "triggers": [{"schema": s, "table": t, "name": n, "enabled": e} for s, t, n, e in rows],
                "row_security": [{"schema": s, "table": t, "enabled": e, "forced": f} for s, t, e, f in guarded],
            }

    def rest(self, firing: Facts) -> None:
        self._alter(dict.fromkeys(_triggers(firing), _RESTING), dict.fromkeys(_guarded(firing), (False, False)))

    def restore(self, firing: Facts) -> None:
        self._alter(
            {trigger: trigger.enabled for trigger in _triggers(firing)},
            {each: (each.enabled, each.forced) for each in _guarded(firing)},
        )

    def wake_events(self, firing: Facts) -> None:
        """Nothing here runs by itself."""

    def resting(self, firing: Facts, each: Discrepancy) -> bool:
        name = each.object.replace('"', "")
        if each.aspect == "enabled":
            named = {f"trigger {one.name} on {one.table}".replace('"', "") for one in _triggers(firing)}
            return name in named and "disabled" in (each.source, each.target)
        named = {f"table {one.table}".replace('"', "") for one in _guarded(firing)}
        return name in named and each.aspect.startswith("row security") and None in (each.source, each.target)

    def _alter(self, triggers: dict[_Trigger, str], guards: dict[_Guarded, tuple[bool, bool]]) -> None:
        """Bring each to what is wanted of it, all or none. No table is locked that is so already."""
        with self._connections.use() as connection, connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            firing, guarding = _standing(connection)
            for trigger, wanted in triggers.items():
                if firing.get((trigger.table, trigger.name)) != wanted:
                    action = f"{_SET[wanted]} {identifier(trigger.name)}"
                    connection.execute(f"ALTER TABLE ONLY {qualified(trigger.table)} {action}")
            for each, (enabled, forced) in guards.items():
                if guarding.get(each.table) != (enabled, forced):
                    words = "ENABLE" if enabled else "DISABLE", "FORCE" if forced else "NO FORCE"
                    both = ", ".join(f"{word} ROW LEVEL SECURITY" for word in words)
                    connection.execute(f"ALTER TABLE ONLY {qualified(each.table)} {both}")


def _standing(
    connection: Connection,
) -> tuple[dict[tuple[TableName, str], str], dict[TableName, tuple[bool, bool]]]:
    """How each trigger fires now, and whether each table has row security, for its owner too."""
    triggers = connection.execute(
        "SELECT n.nspname::text, c.relname::text, t.tgname::text, t.tgenabled::text FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal"
    )
    tables = connection.execute(
        "SELECT n.nspname::text, c.relname::text, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')"
    )
    firing = {(TableName(schema, table), name): enabled for schema, table, name, enabled in triggers}
    return firing, {TableName(schema, table): (enabled, forced) for schema, table, enabled, forced in tables}


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
