"""Facts about one database, as a dump or a live server tells them.

A field that the origin cannot tell is None, never a guess: a dump knows no settings, a live server no line numbers.
Rules must treat None as unknown.

In the MySQL family a schema is a database, an account `user@host`, and a partition no table of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from checks.code_facts import Event, EventTrigger, Routine, Trigger, View
from checks.names import Location, ObjectRef, TableName
from checks.route import Engine, Version
from checks.server_facts import Locale, ServerState

__all__ = [
    "Account",
    "Catalog",
    "Column",
    "Constraint",
    "ConstraintKind",
    "Event",
    "EventTrigger",
    "Extension",
    "Index",
    "Language",
    "Location",
    "ObjectRef",
    "Origin",
    "Partitioning",
    "ReplicaIdentity",
    "ReplicationCapacity",
    "Routine",
    "RunStatement",
    "SchemaObject",
    "Sequence",
    "StoredSetting",
    "Table",
    "TableName",
    "Trigger",
    "Unread",
    "View",
]


class Origin(StrEnum):
    DUMP = "dump"
    LIVE = "live"


@dataclass(frozen=True, kw_only=True)
class Column:
    name: str
    type: str
    """As format_type or the DDL writes it, lower case, e.g. `numeric(12,2)`.

    MySQL family: as SHOW CREATE TABLE prints it, `bigint unsigned`, `varchar(40)`, `enum('a','B')` (quoted values keep
    their case), without charset, collation and comments. Integers have no display width (8.0.19 dropped it), but for
    `tinyint(1)` and zerofill; `year(4)` is `year`. MariaDB's JSON is `longtext` with a check constraint.
    """
    nullable: bool = True
    default: str | None = None
    """An expression as the DDL writes it.

    MySQL family: a literal is quoted (`'0'`, `'0000-00-00'`) whatever its type, bits and bytes are as printed (`b'0'`),
    an expression bare and without outer brackets (`current_timestamp(6)`, `uuid()`); `NULL` is no default.
    """
    generated: str | None = None
    """Expression of a generated column, without outer brackets."""
    stored: bool = True
    """False where a generated column is computed when it is read (`virtual`)."""
    identity: str | None = None
    """`always` or `by default`."""
    collation: str | None = None
    """MySQL family: of every text column, also where it is the table's; utf8 is spelled utf8mb3 here and in charset."""
    charset: str | None = None
    auto_increment: bool = False
    on_update: str | None = None
    """Spelled as a default: `current_timestamp`."""
    invisible: bool = False
    srid: int | None = None
    compressed: bool = False
    """MariaDB's column compression."""


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
    """False for NOT VALID, and for MySQL's NOT ENFORCED."""
    references_columns: tuple[str, ...] = ()
    on_delete: str | None = None
    """MySQL family: `cascade`, `set null` or `set default`; None for RESTRICT and NO ACTION, which are alike."""
    on_update: str | None = None
    """As on_delete."""
    prefixes: tuple[int | None, ...] = ()
    """As Index.prefixes."""
    inherited: bool = False
    """True where a partition only inherits it from its parent."""
    definition: str = ""


@dataclass(frozen=True, kw_only=True)
class Index:
    """An index of its own; one behind a primary key, unique or exclusion constraint is told by that constraint.

    In the MySQL family every UNIQUE KEY is such a constraint, and the index that a foreign key needs is an index of its
    own: where no DDL gives one, the server makes it, named as the constraint.
    """

    name: str
    table: TableName
    columns: tuple[str, ...] = ()
    """Names; a functional part is its expression in brackets."""
    unique: bool = False
    method: str = "btree"
    """MySQL family: `btree`, `hash`, `fulltext`, `spatial` (`rtree` is `spatial`)."""
    prefixes: tuple[int | None, ...] = ()
    """Length in characters or bytes of each column that is indexed in part (MySQL family); empty where none is."""
    invisible: bool = False
    """MySQL's INVISIBLE, MariaDB's IGNORED."""
    parser: str | None = None
    """Plugin of a full-text index; a live server does not tell it."""
    valid: bool = True
    definition: str = ""
    location: Location | None = None


class ReplicaIdentity(StrEnum):
    DEFAULT = "default"
    FULL = "full"
    NOTHING = "nothing"
    INDEX = "index"


@dataclass(frozen=True, kw_only=True)
class Partitioning:
    """How a MySQL-family table is cut. `method` is lower case: `range`, `list columns`, `linear hash`."""

    method: str
    expression: str = ""
    subpartitioned: bool = False
    partitions: tuple[str, ...] = ()
    """Their names, subpartitions apart, in order."""


@dataclass(frozen=True, kw_only=True)
class Table:
    name: TableName
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    persistence: str = "permanent"
    """`permanent`, `unlogged` or `temporary`."""
    partitioned: bool = False
    partitioning: Partitioning | None = None
    """MySQL family only, where `partitioned`."""
    partition_of: TableName | None = None
    parents: tuple[TableName, ...] = ()
    """Parents by INHERITS; the parent of a partition stands in `partition_of`."""
    replica_identity: ReplicaIdentity = ReplicaIdentity.DEFAULT
    tablespace: str | None = None
    """None for the database default."""
    access_method: str | None = None
    storage_engine: str | None = None
    """MySQL family only, lower case."""
    row_format: str | None = None
    """MySQL family: `dynamic`, `compressed`…; in a dump only where it is written."""
    collation: str | None = None
    """Default of the table (MySQL family); a dump that names only a charset leaves it None."""
    charset: str | None = None
    versioned: bool = False
    """MariaDB's WITH SYSTEM VERSIONING."""
    auto_increment: int | None = None
    """Next value; None where there is no such column or the origin does not say."""
    options: tuple[tuple[str, str], ...] = ()
    """Other options of the MySQL family, sorted: name lower case, value without quotes (`key_block_size`, `8`)."""
    rows: int | None = None
    bytes: int | None = None
    updates: int | None = None
    """Updates and deletes since the statistics were reset."""
    row_security: bool = False
    """True where policies decide which rows a reader sees."""
    location: Location | None = None

    @property
    def holds_rows(self) -> bool:
        """False for a parent whose partitions are tables of their own; those of the MySQL family are not."""
        return not self.partitioned or self.partitioning is not None

    @property
    def primary_key(self) -> Constraint | None:
        return next((c for c in self.constraints if c.kind is ConstraintKind.PRIMARY_KEY), None)

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef("table", str(self.name), self.location)


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """A sequence; in the MySQL family MariaDB's alone, AUTO_INCREMENT is told by column and table.

    MariaDB's `last_value` is the one before the next that is not cached; None where that is the start.
    """

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
    plugin: str | None = None
    """Authentication plugin (MySQL family), `mysql_native_password` where the server leaves it empty."""
    locked: bool = False
    privileges: tuple[str, ...] | None = None
    """Global privileges of the MySQL family, static and dynamic, upper case, sorted; None when it cannot be told."""
    location: Location | None = None

    @property
    def full_name(self) -> str:
        """`user@host` where there is a host; else the name. MariaDB's roles have the empty host, so none."""
        return f"{self.name}@{self.host}" if self.host else self.name


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
class RunStatement:
    """A statement that a live server counted, as it keeps it: values taken out of queries, but not of all else."""

    id: str
    """What the server calls it: `queryid` of pg_stat_statements, `DIGEST` of performance_schema."""
    text: str = field(repr=False)
    """May hold a secret (ALTER ROLE … PASSWORD): it is looked through. Told is only what reads and changes rows, from
    which the server takes the values."""
    calls: int = 1
    seconds: float = 0.0
    """All its runs together, as far as the server measured that."""


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
    schema_collations: tuple[tuple[str, str], ...] = ()
    """MySQL family: schema and its default collation."""
    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    indexes: tuple[Index, ...] = ()
    routines: tuple[Routine, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    event_triggers: tuple[EventTrigger, ...] = ()
    events: tuple[Event, ...] = ()
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
    statements: tuple[RunStatement, ...] | None = None
    """What was run, as the server counted it; None when it does not, or does not tell."""
    unknown: tuple[str, ...] = ()
    """What the account may not read, or the dump was made without, in words that follow "unknown:", e.g. `accounts (no
    SELECT on mysql.user)`.
    """
    unread: tuple[Unread, ...] = field(default=())

    def table(self, name: TableName) -> Table | None:
        return self._tables.get(name)

    @cached_property
    def _tables(self) -> dict[TableName, Table]:
        return {table.name: table for table in reversed(self.tables)}

    def constraints(self, kind: ConstraintKind) -> Iterator[tuple[Table, Constraint]]:
        for table in self.tables:
            for constraint in table.constraints:
                if constraint.kind is kind:
                    yield table, constraint
