"""Facts about one database, as a dump or a live server tells them.

A field that the origin cannot tell is None, never a guess: a dump knows no settings, a live server no line numbers.
Rules must treat None as unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from checks.route import Engine, Version
from checks.server_facts import Locale, ServerState


class Origin(StrEnum):
    DUMP = "dump"
    LIVE = "live"


@dataclass(frozen=True, order=True)
class TableName:
    """A table by schema and name, exactly as the server stores them (case kept, unquoted)."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Location:
    """A place in a dump: path and 1-based line."""

    file: str
    line: int


@dataclass(frozen=True)
class ObjectRef:
    """What a finding is about. `name` is display text, e.g. `public.orders.total`."""

    kind: str
    name: str
    location: Location | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, kw_only=True)
class Column:
    name: str
    type: str
    """As format_type or the DDL writes it, lower case, e.g. `numeric(12,2)`."""
    nullable: bool = True
    default: str | None = None
    generated: str | None = None
    """Expression of a stored generated column."""
    identity: str | None = None
    """`always` or `by default`."""
    collation: str | None = None


class ConstraintKind(StrEnum):
    PRIMARY_KEY = "primary key"
    UNIQUE = "unique"
    FOREIGN_KEY = "foreign key"
    CHECK = "check"
    EXCLUDE = "exclude"


@dataclass(frozen=True, kw_only=True)
class Constraint:
    name: str
    kind: ConstraintKind
    columns: tuple[str, ...] = ()
    references: TableName | None = None
    deferrable: bool = False
    validated: bool = True
    inherited: bool = False
    """True where a partition only inherits it from its parent."""
    definition: str = ""


@dataclass(frozen=True, kw_only=True)
class Index:
    """An index of its own; one behind a primary key, unique or exclusion constraint is told by that constraint."""

    name: str
    table: TableName
    columns: tuple[str, ...] = ()
    unique: bool = False
    method: str = "btree"
    valid: bool = True
    definition: str = ""
    location: Location | None = None


class ReplicaIdentity(StrEnum):
    DEFAULT = "default"
    FULL = "full"
    NOTHING = "nothing"
    INDEX = "index"


@dataclass(frozen=True, kw_only=True)
class Table:
    name: TableName
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    persistence: str = "permanent"
    """`permanent`, `unlogged` or `temporary`."""
    partitioned: bool = False
    partition_of: TableName | None = None
    parents: tuple[TableName, ...] = ()
    """Parents by INHERITS; the parent of a partition stands in `partition_of`."""
    replica_identity: ReplicaIdentity = ReplicaIdentity.DEFAULT
    tablespace: str | None = None
    """None for the database default."""
    access_method: str | None = None
    storage_engine: str | None = None
    """MySQL family only, lower case."""
    rows: int | None = None
    bytes: int | None = None
    updates: int | None = None
    """Updates and deletes since the statistics were reset."""
    row_security: bool = False
    """True where policies decide which rows a reader sees."""
    location: Location | None = None

    @property
    def primary_key(self) -> Constraint | None:
        return next((c for c in self.constraints if c.kind is ConstraintKind.PRIMARY_KEY), None)

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("table", str(self.name), self.location)


@dataclass(frozen=True, kw_only=True)
class View:
    name: TableName
    materialized: bool = False
    definition: str = ""
    location: Location | None = None

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("materialized view" if self.materialized else "view", str(self.name), self.location)


@dataclass(frozen=True, kw_only=True)
class Routine:
    schema: str
    name: str
    arguments: str = ""
    kind: str = "function"
    """`function`, `procedure` or `aggregate`."""
    language: str = "sql"
    body: str = ""
    """Of an aggregate, the options of its CREATE AGGREGATE; of it a live server tells SFUNC and STYPE alone."""
    security_definer: bool = False
    settings: tuple[str, ...] = ()
    """Names of the settings that its SET clauses give a value."""
    owner: str | None = None
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
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class EventTrigger:
    name: str
    event: str
    function: str = ""
    enabled: str = "origin"
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class Sequence:
    name: TableName
    owned_by: str | None = None
    """`schema.table.column` of the owning column."""
    identity: bool = False
    last_value: int | None = None
    increment: int = 1
    maximum: int | None = None
    cycle: bool = False
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class Extension:
    name: str
    version: str | None = None
    schema: str | None = None
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class Language:
    name: str
    trusted: bool
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class Account:
    """A role or user. MySQL-family hosts stand in `host`."""

    name: str
    login: bool = True
    superuser: bool = False
    replication: bool = False
    bypasses_row_security: bool = False
    member_of: tuple[str, ...] | None = None
    """Roles granted to it directly; None when the origin cannot tell."""
    sessions: int | None = None
    """Sessions in this database now, without the toolkit's and without administrators' programs."""
    owns: int | None = None
    """Tables, views and sequences of this database that it owns; None when the origin cannot tell."""
    host: str | None = None
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class SchemaObject:
    """Anything without a class of its own here: a type, domain, policy, rule, publication, foreign table and the like.

    `definition` is its DDL with secrets taken out. A live server tells foreign tables, types, domains, rules,
    publications, subscriptions, foreign servers and wrappers, user mappings, text search dictionaries, operator
    classes, postfix operators and casts without function; of a definition only what a dump's also says.
    """

    kind: str
    name: str
    definition: str = ""
    location: Location | None = None

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(self.kind, self.name, self.location)


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A statement that the reader could not understand: it becomes a finding, it is never dropped."""

    text: str
    reason: str
    location: Location


@dataclass(frozen=True, kw_only=True)
class ReplicationCapacity:
    """Replication slots and senders of a live PostgreSQL server: how many there may be and how many are taken."""

    slots_maximum: int
    slots_used: int
    senders_maximum: int
    senders_used: int


@dataclass(frozen=True, kw_only=True)
class StoredSetting:
    """A setting of ALTER DATABASE or ALTER ROLE … SET, without its value: that may be a secret.

    An empty role or database stands for all.
    """

    name: str
    role: str = ""
    database: str = ""
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything known about one database."""

    engine: Engine
    origin: Origin
    version: Version | None = None
    database: str | None = None
    schemas: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    indexes: tuple[Index, ...] = ()
    routines: tuple[Routine, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    event_triggers: tuple[EventTrigger, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    extensions: tuple[Extension, ...] = ()
    languages: tuple[Language, ...] = ()
    tablespaces: tuple[str, ...] = ()
    accounts: tuple[Account, ...] | None = None
    settings: dict[str, str] | None = None
    """Server settings by name; None when the origin is a dump."""
    large_objects: int | None = None
    replication: ReplicationCapacity | None = None
    state: ServerState | None = None
    encoding: str | None = None
    """As the server spells it: `UTF8`, `SQL_ASCII`, `LATIN1`."""
    locale: Locale | None = None
    stored_settings: tuple[StoredSetting, ...] = ()
    bytes: int | None = None
    others: tuple[SchemaObject, ...] = ()
    unread: tuple[Unread, ...] = field(default=())

    def table(self, name: TableName) -> Table | None:
        return next((table for table in self.tables if table.name == name), None)

    def constraints(self, kind: ConstraintKind) -> Iterator[tuple[Table, Constraint]]:
        for table in self.tables:
            for constraint in table.constraints:
                if constraint.kind is kind:
                    yield table, constraint
