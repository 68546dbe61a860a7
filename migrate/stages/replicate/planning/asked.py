"""What a plan is made from: facts of the source, what was measured, and what migration.toml asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from checks.facts import Catalog, Table, TableName
from checks.keys import log_tells_rows_apart, unique_indexes
from checks.route import Engine
from migrate.model.family import Family
from migrate.model.measurement import LobSize, Measurements
from migrate.model.tuning import Tuning
from migrate.stages.replicate.planning.asked_target import AskedExtensions, AskedRoles
from migrate.stages.replicate.planning.lob_types import lob_columns


@dataclass(frozen=True, kw_only=True)
class AskedTask:
    """One [[tasks]] section, its patterns resolved."""

    name: str
    identifier: str
    tables: tuple[TableName, ...]
    """Empty where the patterns select nothing: refused, not raised."""
    marker_table: TableName
    tuning: Tuning
    full_load_subtasks: int
    together: tuple[tuple[TableName, ...], ...] = ()
    idle_patterns: tuple[str, ...] = ()
    """Patterns that fit no table."""


@dataclass(frozen=True, kw_only=True)
class LoadRate:
    """How fast a load goes. Rows where a load was measured, bytes where none was."""

    rows_per_second: float | None = None
    bytes_per_second: float = 20 * 1024 * 1024
    basis: str = "assumed, measured nowhere: 20 MiB/s for a task"


@dataclass(frozen=True, kw_only=True)
class Asked:
    family: Family
    catalog: Catalog
    tasks: tuple[AskedTask, ...]
    measured: Measurements = field(default_factory=Measurements)
    rate: LoadRate = field(default_factory=LoadRate)
    full_load_subtasks: int = 8
    instance_class: str = ""
    """What migration.toml asks for; empty where nothing does (serverless)."""
    storage_gb: int = 0
    most_units: int = 0
    """DCU at most, where the replication is serverless."""
    time_zone: str = "UTC"
    """What DMS is to take for the source's zone."""
    slots_made: bool = False
    """The replication was begun: its slots are among those that are taken."""
    accepted: frozenset[TableName] = frozenset()
    """Tables without a key whose finding was waived: somebody answers for them."""
    roles: AskedRoles = field(default_factory=AskedRoles)
    extensions: AskedExtensions = field(default_factory=AskedExtensions)

    def table(self, name: TableName) -> Table:
        found = self.catalog.table(name)
        assert found is not None, name
        return found

    @property
    def moved(self) -> tuple[TableName, ...]:
        return tuple(sorted({table for task in self.tasks for table in task.tables}))

    def keyless(self, name: TableName) -> bool:
        """Without what DMS tells rows apart by: on PostgreSQL the identity that its log holds of a row, on MySQL a
        primary key or a unique key over columns that are never NULL."""
        table = self.table(name)
        if self.catalog.engine is Engine.POSTGRES:
            return not log_tells_rows_apart(table)
        if table.primary_key is not None:
            return False
        required = {column.name for column in table.columns if not column.nullable}
        keys = [one.columns for one in table.constraints if one.kind.value == "unique" and not any(one.prefixes)]
        keys += [index.columns for index in unique_indexes(self.catalog).get(name, ())]
        return not any(set(columns) <= required for columns in keys)

    def lobs(self, name: TableName) -> tuple[LobSize, ...]:
        return self._lobs.get(name, ())

    @cached_property
    def _lobs(self) -> dict[TableName, tuple[LobSize, ...]]:
        found: dict[TableName, tuple[LobSize, ...]] = {}
        for one in self.measured.lobs:
            found[one.table] = (*found.get(one.table, ()), one)
        return found

    def unmeasured_lobs(self, name: TableName) -> bool:
        """Whether a LOB column of the table was not measured."""
        seen = {one.column for one in self.lobs(name)}
        return any(column.name not in seen for column in lob_columns(self.catalog, self.table(name)))

    def bytes(self, name: TableName) -> int:
        return self.table(name).bytes or 0
