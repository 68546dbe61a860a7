"""The schema while it is being read: statements change it, `build` freezes it into a Catalog."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.ddl.cursor import NotUnderstoodError
from checks.facts import (
    Account,
    Catalog,
    Column,
    Constraint,
    ConstraintKind,
    EventTrigger,
    Extension,
    Index,
    Language,
    Location,
    Origin,
    ReplicaIdentity,
    Routine,
    SchemaObject,
    Sequence,
    StoredSetting,
    Table,
    TableName,
    Trigger,
    Unread,
    View,
)
from checks.route import Engine, Version

_KEYS = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE, ConstraintKind.FOREIGN_KEY, ConstraintKind.EXCLUDE)


@dataclass
class OwnConstraint:
    """A constraint and whether it reaches the partitions (it does not where ALTER TABLE ONLY made it)."""

    constraint: Constraint
    cascades: bool


@dataclass
class OwnIndex:
    index: Index
    cascades: bool


@dataclass
class TableDraft:
    """A table that later statements may still change."""

    name: TableName
    location: Location
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: list[OwnConstraint] = field(default_factory=list)
    parents: list[TableName] = field(default_factory=list)
    persistence: str = "permanent"
    partitioned: bool = False
    partition_of: TableName | None = None
    replica_identity: ReplicaIdentity = ReplicaIdentity.DEFAULT
    tablespace: str | None = None
    access_method: str | None = None
    row_security: bool = False

    def change(self, column: str, **changes: object) -> None:
        """Change facts of one column; of an inherited column that is not listed here, nothing is recorded."""
        if column in self.columns:
            self.columns[column] = dataclasses.replace(self.columns[column], **changes)  # type: ignore[arg-type]

    def find_constraint(self, name: str) -> OwnConstraint | None:
        return next((own for own in self.constraints if own.constraint.name == name), None)


@dataclass
class Draft:
    """Everything read so far, and the session state that later statements depend on."""

    schema: str = "public"
    """Where unqualified names go: the first schema of the search path."""
    tablespace: str | None = None
    access_method: str | None = None
    version: Version | None = None
    database: str | None = None
    schemas: list[str] = field(default_factory=list)
    tables: dict[TableName, TableDraft] = field(default_factory=dict)
    views: dict[TableName, View] = field(default_factory=dict)
    indexes: dict[TableName, OwnIndex] = field(default_factory=dict)
    routines: list[Routine] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)
    event_triggers: dict[str, EventTrigger] = field(default_factory=dict)
    sequences: dict[TableName, Sequence] = field(default_factory=dict)
    extensions: dict[str, Extension] = field(default_factory=dict)
    languages: dict[str, Language] = field(default_factory=dict)
    tablespaces: list[str] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    others: list[SchemaObject] = field(default_factory=list)
    large_objects: int = 0
    encoding: str | None = None
    stored_settings: list[StoredSetting] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    def table(self, name: TableName) -> TableDraft:
        """The table so named. Raises NotUnderstoodError where the file has not created it."""
        if name not in self.tables:
            raise NotUnderstoodError(f"the file does not create table {name}")
        return self.tables[name]

    def schema_of_relation(self, name: TableName) -> TableName:
        """`name`, or the same name in `public` where only that one exists (a search path with several schemas)."""
        public = TableName("public", name.name)
        known = name in self.tables or name in self.views
        return public if not known and (public in self.tables or public in self.views) else name

    def holds_objects(self) -> bool:
        """Whether anything of a database has been read (session settings and accounts are not)."""
        return bool(self.tables or self.views or self.routines or self.sequences or self.extensions or self.others)

    def add_constraint(self, table: TableDraft, constraint: Constraint, *, cascades: bool) -> None:
        """Add a constraint, naming it as the server would where the statement does not."""
        if not constraint.name:
            constraint = dataclasses.replace(constraint, name=self._constraint_name(table, constraint))
        if constraint.kind is ConstraintKind.PRIMARY_KEY:
            for column in constraint.columns:
                table.change(column, nullable=False)
        table.constraints.append(OwnConstraint(constraint, cascades))

    def _constraint_name(self, table: TableDraft, constraint: Constraint) -> str:
        label = {
            ConstraintKind.PRIMARY_KEY: "pkey",
            ConstraintKind.UNIQUE: "key",
            ConstraintKind.FOREIGN_KEY: "fkey",
            ConstraintKind.CHECK: "check",
            ConstraintKind.EXCLUDE: "excl",
        }[constraint.kind]
        middle = () if constraint.kind is ConstraintKind.PRIMARY_KEY else constraint.columns
        return self.free_name("_".join((table.name.name, *(column or "expr" for column in middle), label)), table)

    def free_name(self, wanted: str, table: TableDraft) -> str:
        """`wanted`, with a number after it where an index or constraint already has that name."""
        taken = {own.constraint.name for own in table.constraints}
        taken.update(name.name for name in self.indexes if name.schema == table.name.schema)
        number = 0
        while (name := wanted + (str(number) if number else "")) in taken:
            number += 1
        return name

    def build(self) -> Catalog:
        """The final state as facts."""
        children: dict[TableName, list[TableDraft]] = {}
        for table in self.tables.values():
            if table.partition_of:
                children.setdefault(table.partition_of, []).append(table)
        for table in self.tables.values():
            self._inherit_columns(table, set())
        roots = [table for table in self.tables.values() if table.partition_of is None]
        for root in roots:
            self._pass_down(root, children)
        schemas = dict.fromkeys([*self.schemas, *(name.schema for name in self.tables)])
        return Catalog(
            engine=Engine.POSTGRES,
            origin=Origin.DUMP,
            version=self.version,
            database=self.database,
            schemas=tuple(sorted(schemas)),
            tables=tuple(_freeze(table) for table in self.tables.values()),
            views=tuple(self.views.values()),
            indexes=tuple(own.index for own in self.indexes.values()),
            routines=tuple(self.routines),
            triggers=tuple(self.triggers),
            event_triggers=tuple(self.event_triggers.values()),
            sequences=tuple(self.sequences.values()),
            extensions=tuple(self.extensions.values()),
            languages=tuple(self.languages.values()),
            tablespaces=tuple(self.tablespaces),
            accounts=tuple(self.accounts.values()) or None,
            large_objects=self.large_objects or None,
            encoding=self.encoding,
            stored_settings=tuple(self.stored_settings),
            others=tuple(self.others),
            unread=tuple(self.unread),
        )

    def _inherit_columns(self, table: TableDraft, seen: set[TableName]) -> None:
        if table.name in seen:
            return
        seen.add(table.name)
        merged: dict[str, Column] = {}
        for name in (*table.parents, *([table.partition_of] if table.partition_of else [])):
            parent = self.tables.get(name)
            if parent:
                self._inherit_columns(parent, seen)
                merged.update({key: value for key, value in parent.columns.items() if key not in table.columns})
                self._inherit_checks(table, parent)
        if merged:
            table.columns = {**merged, **table.columns}

    def _inherit_checks(self, child: TableDraft, parent: TableDraft) -> None:
        for own in parent.constraints:
            check = (
                own.constraint.kind is ConstraintKind.CHECK and "no inherit" not in own.constraint.definition.lower()
            )
            if check and not _has_equivalent(child, own.constraint):
                self._inherit_constraint(child, own.constraint)

    def _pass_down(self, parent: TableDraft, children: dict[TableName, list[TableDraft]]) -> None:
        for child in children.get(parent.name, []):
            for own in list(parent.constraints):
                if own.cascades and not _has_equivalent(child, own.constraint):
                    self._inherit_constraint(child, own.constraint)
            for index in [own for own in self.indexes.values() if own.cascades and own.index.table == parent.name]:
                self._inherit_index(child, index.index)
            self._pass_down(child, children)

    def _inherit_constraint(self, child: TableDraft, constraint: Constraint) -> None:
        name = constraint.name if constraint.kind is ConstraintKind.CHECK else ""
        self.add_constraint(child, dataclasses.replace(constraint, name=name, inherited=True), cascades=True)

    def _inherit_index(self, child: TableDraft, index: Index) -> None:
        wanted = "_".join((child.name.name, *(column or "expr" for column in index.columns), "idx"))
        name = TableName(child.name.schema, self.free_name(wanted, child))
        copy = dataclasses.replace(index, name=name.name, table=child.name)
        self.indexes[name] = OwnIndex(copy, cascades=True)


def _has_equivalent(table: TableDraft, constraint: Constraint) -> bool:
    def same(other: Constraint) -> bool:
        if other.kind is not constraint.kind:
            return False
        if constraint.kind in _KEYS:
            return other.columns == constraint.columns and other.references == constraint.references
        return other.name == constraint.name

    return any(same(own.constraint) for own in table.constraints)


def _freeze(table: TableDraft) -> Table:
    return Table(
        name=table.name,
        columns=tuple(table.columns.values()),
        constraints=tuple(own.constraint for own in table.constraints),
        persistence=table.persistence,
        partitioned=table.partitioned,
        partition_of=table.partition_of,
        parents=tuple(table.parents),
        replica_identity=table.replica_identity,
        tablespace=table.tablespace,
        access_method=table.access_method,
        row_security=table.row_security,
        location=table.location,
    )


def resolve_any(draft: Draft, name: TableName) -> Iterator[str]:
    """The kinds of relation, other than table, that the file has created under this name."""
    if name in draft.views:
        yield "view"
    if name in draft.sequences:
        yield "sequence"
    if name in draft.indexes:
        yield "index"
    if any(other.kind == "foreign table" and other.name == str(name) for other in draft.others):
        yield "foreign table"
