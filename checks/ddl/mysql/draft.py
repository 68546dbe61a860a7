"""The schemas while they are being read: statements change them, `build` freezes them into a Catalog."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql.charsets import charset_of, default_collation, modern
from checks.ddl.mysql.mode import Mode
from checks.facts import (
    Account,
    Catalog,
    Column,
    Constraint,
    ConstraintKind,
    Event,
    Index,
    Location,
    Origin,
    Partitioning,
    Routine,
    SchemaObject,
    Sequence,
    Table,
    TableName,
    Trigger,
    Unread,
    View,
)

UNNAMED_SCHEMA = "db"
"""Schema of unqualified names in a file that names no database."""
NOT_THE_USERS = frozenset(
    {
        *("mysql", "sys", "information_schema", "performance_schema", "ndbinfo"),
        *("aurora_migrate", "awsdms_control"),
    }
)
"""Databases of the server, the toolkit and DMS."""


@dataclass
class OwnIndex:
    """An index, and whether the server made it for a foreign key: it goes when another serves the key."""

    index: Index
    """Its method is empty where the storage engine chooses it."""
    implied: bool = False


@dataclass
class TableDraft:
    """A table that later statements may still change. Columns, indexes and constraints are found without case."""

    name: TableName
    location: Location
    columns: list[Column] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    indexes: list[OwnIndex] = field(default_factory=list)
    partitioning: Partitioning | None = None
    storage_engine: str | None = None
    row_format: str | None = None
    charset: str | None = None
    collation: str | None = None
    tablespace: str | None = None
    auto_increment: int | None = None
    versioned: bool = False
    temporary: bool = False
    periods: dict[str, tuple[str, str]] = field(default_factory=dict)
    """First and last column of MariaDB's application-time periods, by folded name."""
    options: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """Raises NotUnderstoodError where the file has not made it."""
        return self.columns[self.place(name)]

    def has_column(self, name: str) -> bool:
        return any(same(column.name, name) for column in self.columns)

    def place(self, name: str) -> int:
        """Where a column stands. Raises NotUnderstoodError where the file has not made it."""
        for at, column in enumerate(self.columns):
            if same(column.name, name):
                return at
        raise NotUnderstoodError(f"the file does not create column {self.name}.{name}")

    def change(self, name: str, /, **changes: object) -> None:
        at = self.place(name)
        self.columns[at] = dataclasses.replace(self.columns[at], **changes)  # type: ignore[arg-type]

    def constraint(self, name: str, *kinds: ConstraintKind) -> Constraint | None:
        found = (c for c in self.constraints if same(c.name, name) and (not kinds or c.kind in kinds))
        return next(found, None)

    def index(self, name: str) -> OwnIndex | None:
        return next((own for own in self.indexes if same(own.index.name, name)), None)

    def key_names(self) -> set[str]:
        """Names of all keys, folded: indexes, unique and primary keys share them."""
        keys = (ConstraintKind.UNIQUE, ConstraintKind.PRIMARY_KEY)
        taken = {c.name.lower() for c in self.constraints if c.kind in keys}
        return taken | {own.index.name.lower() for own in self.indexes}


@dataclass
class SequenceDraft:
    """A sequence of MariaDB, and the value that it begins with."""

    sequence: Sequence
    start: int


def same(one: str, other: str) -> bool:
    """Whether two names of columns, keys or routines are one to the server."""
    return one.casefold() == other.casefold()


@dataclass
class Draft:
    """Everything read so far, and the session state that later statements depend on."""

    mode: Mode
    schema: str = UNNAMED_SCHEMA
    """Where unqualified names go."""
    database: str | None = None
    """The database that the dump's header names."""
    storage_engine: str | None = None
    """As SET default_storage_engine says; None is the server's own."""
    timestamps_explicit: bool | None = None
    """As SET explicit_defaults_for_timestamp says; None is the version's default."""
    variables: dict[str, str] = field(default_factory=dict)
    """User variables that hold an sql_mode."""
    prepared: set[str] = field(default_factory=set)
    """Prepared statements that are known to change no schema."""
    schemas: dict[str, str | None] = field(default_factory=dict)
    """By name, the default collation where it is known."""
    tables: dict[TableName, TableDraft] = field(default_factory=dict)
    views: dict[TableName, View] = field(default_factory=dict)
    routines: list[Routine] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    sequences: dict[TableName, SequenceDraft] = field(default_factory=dict)
    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    tablespaces: list[str] = field(default_factory=list)
    others: list[SchemaObject] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    def table(self, name: TableName) -> TableDraft:
        """The table so named. Raises NotUnderstoodError where the file has not created it."""
        found = self.tables.get(self.stored(name))
        if found is None:
            raise NotUnderstoodError(f"the file does not create table {name}")
        return found

    def stored(self, name: TableName) -> TableName:
        """`name`, or the only table, view or sequence that differs from it in case alone (lower_case_table_names)."""
        known = (self.tables, self.views, self.sequences)
        if any(name in kind for kind in known):
            return name
        alike = [
            other for kind in known for other in kind if same(other.name, name.name) and same(other.schema, name.schema)
        ]
        return alike[0] if len(alike) == 1 else name

    def use(self, schema: str) -> None:
        """Make `schema` the one of unqualified names."""
        self.schema = schema
        self.schemas.setdefault(schema, None)

    def collation_of(self, table: TableDraft) -> str | None:
        """The default collation of a table's text columns, where it is written or follows from what is written."""
        if table.collation or table.charset:
            return table.collation or default_collation(table.charset or "", self.mode)
        return self.schemas.get(table.name.schema)

    def build(self) -> Catalog:
        """The final state as facts; system schemas and temporary tables are none of it."""
        tables = [self._table(t) for t in self.tables.values() if not t.temporary and is_users(t.name.schema)]
        used = {
            *self.schemas,
            *(table.name.schema for table in tables),
            *(name.schema for name in (*self.views, *self.sequences)),
            *(routine.schema for routine in self.routines),
            *(event.schema for event in self.events),
        }
        schemas = [schema for schema in sorted(used) if is_users(schema)]
        return Catalog(
            engine=self.mode.engine,
            origin=Origin.DUMP,
            version=self.mode.version,
            database=self.database or (schemas[0] if len(schemas) == 1 and schemas[0] != UNNAMED_SCHEMA else None),
            schemas=tuple(schemas),
            schema_collations=tuple((s, c) for s in schemas if (c := self.schemas.get(s))),
            tables=tuple(tables),
            views=tuple(view for name, view in self.views.items() if is_users(name.schema)),
            indexes=tuple(
                _with_method(own.index, table.storage_engine)
                for table in self.tables.values()
                if not table.temporary and is_users(table.name.schema)
                for own in table.indexes
            ),
            routines=tuple(routine for routine in self.routines if is_users(routine.schema)),
            triggers=tuple(trigger for trigger in self.triggers if is_users(trigger.table.schema)),
            events=tuple(event for event in self.events if is_users(event.schema)),
            sequences=tuple(own.sequence for name, own in self.sequences.items() if is_users(name.schema)),
            accounts=tuple(self.accounts.values()) or None,
            tablespaces=tuple(self.tablespaces),
            others=tuple(self.others),
            unknown=tuple(self.unknown),
            unread=tuple(self.unread),
        )

    def _pointed(self, constraint: Constraint) -> Constraint:
        """A foreign key with the names of what it points at as that table has them."""
        if constraint.references is None:
            return constraint
        parent = self.tables.get(self.stored(constraint.references))
        if parent is None:
            return constraint
        spelled = {column.name.casefold(): column.name for column in parent.columns}
        columns = tuple(spelled.get(name.casefold(), name) for name in constraint.references_columns)
        return dataclasses.replace(constraint, references=parent.name, references_columns=columns)

    def _table(self, table: TableDraft) -> Table:
        collation = self.collation_of(table)
        has_counter = any(column.auto_increment for column in table.columns)
        return Table(
            name=table.name,
            columns=tuple(table.columns),
            constraints=tuple(self._pointed(constraint) for constraint in table.constraints),
            partitioned=table.partitioning is not None,
            partitioning=table.partitioning,
            tablespace=table.tablespace,
            storage_engine=table.storage_engine,
            row_format=table.row_format,
            collation=collation,
            charset=table.charset or (charset_of(collation) if collation else None),
            versioned=table.versioned,
            auto_increment=table.auto_increment if has_counter else None,
            options=tuple(sorted(table.options.items())),
            location=table.location,
        )


def _with_method(index: Index, storage_engine: str | None) -> Index:
    """InnoDB has B-trees whatever is written; MEMORY hashes by default."""
    if index.method not in ("", "btree", "hash"):
        return index
    hashed = storage_engine == "memory" and index.method != "btree"
    return dataclasses.replace(index, method="hash" if hashed else "btree")


def is_users(schema: str) -> bool:
    """Whether a schema is the user's own."""
    return schema.lower() not in NOT_THE_USERS


def resolved(charset: str | None, collation: str | None, mode: Mode) -> tuple[str | None, str | None]:
    """Charset and collation as the server stores them, where one or both are named."""
    charset = modern(charset) if charset else None
    collation = modern(collation) if collation else None
    if collation and collation.startswith("uca1400") and charset:
        collation = f"{charset}_{collation}"
    if collation:
        return charset or charset_of(collation), collation
    return charset, default_collation(charset, mode) if charset else None
