"""Facts about what a database runs by itself: views, routines, triggers and events.

A `definer` is told in the MySQL family alone: the account that the object runs as, `user@host` as the server prints it.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.names import Location, ObjectRef, TableName


@dataclass(frozen=True, kw_only=True)
class View:
    name: TableName
    materialized: bool = False
    definition: str = ""
    """MySQL family: the SELECT."""
    definer: str | None = None
    security_definer: bool = True
    """MySQL family: False for SQL SECURITY INVOKER."""
    location: Location | None = None

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("materialized view" if self.materialized else "view", str(self.name), self.location)


@dataclass(frozen=True, kw_only=True)
class Routine:
    schema: str
    name: str
    arguments: str = ""
    """MySQL family: `in id int, out name varchar(40)`; functions without the mode."""
    kind: str = "function"
    """`function`, `procedure` or `aggregate`; MariaDB has `package` and `package body`, too."""
    language: str = "sql"
    body: str = ""
    """Empty where the server hides it. Of a PostgreSQL aggregate the options: live, SFUNC and STYPE alone."""
    security_definer: bool = False
    settings: tuple[str, ...] = ()
    """Names of the settings that the SET clauses of PostgreSQL give a value."""
    owner: str | None = None
    definer: str | None = None
    sql_mode: str | None = None
    deterministic: bool | None = None
    data_access: str | None = None
    """Lower case: `contains sql`, `no sql`, `reads sql data`, `modifies sql data`."""
    location: Location | None = None

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(self.kind, f"{self.schema}.{self.name}({self.arguments})", self.location)


@dataclass(frozen=True, kw_only=True)
class Trigger:
    name: str
    table: TableName
    enabled: str = "origin"
    """`origin`, `disabled`, `replica` or `always` (PostgreSQL's tgenabled)."""
    definition: str = ""
    """PostgreSQL: its DDL. MySQL family: the statement that it runs."""
    timing: str | None = None
    """`before` or `after`; this and what follows in the MySQL family only."""
    event: str | None = None
    """`insert`, `update` or `delete`."""
    definer: str | None = None
    sql_mode: str | None = None
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """A scheduled event of the MySQL family."""

    schema: str
    name: str
    enabled: str = "enabled"
    """`enabled`, `disabled` or `replica` (disabled on a replica)."""
    schedule: str = ""
    """`every 1 day` or `at 2030-01-01 00:00:00`."""
    definition: str = ""
    """The statement that it runs."""
    definer: str | None = None
    sql_mode: str | None = None
    location: Location | None = None

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("event", f"{self.schema}.{self.name}", self.location)


@dataclass(frozen=True, kw_only=True)
class EventTrigger:
    name: str
    event: str
    function: str = ""
    enabled: str = "origin"
    location: Location | None = None
