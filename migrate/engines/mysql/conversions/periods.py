"""System versioning and periods of MariaDB: the current rows stay, their history does not come along."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.engines.mysql.quoting import identifier
from migrate.engines.mysql.sqltext import NAME, Sql, unquoted
from migrate.engines.mysql.table_ddl import TableDdl

_ROW_TIME = r"\bGENERATED ALWAYS AS ROW (?:START|END)\b"
_VERSIONING = r" ?\bWITH(?:OUT)? SYSTEM VERSIONING\b"


def converted(table: TableDdl) -> Iterator[str]:
    versioned = table.options.has(_VERSIONING) or any(c.definition.has(_ROW_TIME) for c in table.columns)
    gone = [column.name for column in table.columns if column.definition.has(_ROW_TIME)]
    table.columns = [column for column in table.columns if column.name not in gone]
    for column in table.columns:
        column.definition = column.definition.without(_VERSIONING)
    table.options = table.options.without(_VERSIONING)
    if table.partitions.has(r"^PARTITION BY SYSTEM_TIME\b"):
        table.partitions = Sql("")
    if versioned:
        without = f" and without {', '.join(gone)}" if gone else ""
        yield f"{table.name}: without system versioning{without}; its history stays behind"
    for period in table.periods:
        name = period.search(rf"^PERIOD FOR ({NAME}) \(({NAME}), ({NAME})\)")
        if name is not None:
            yield f"{table.name}: without PERIOD {period.at(name, 1)}"
            _spread(table, *(unquoted(period.at(name, group)) for group in (1, 2, 3)))
    table.periods = []
    for key in table.keys:
        parts = [part.text for part in key.columns.parts()]
        kept = [part for part in parts if not any(part.startswith(identifier(name)) for name in gone)]
        key.columns = Sql(",".join(kept))
    table.keys = [key for key in table.keys if key.columns.text]


def _spread(table: TableDdl, period: str, start: str, end: str) -> None:
    """A key WITHOUT OVERLAPS becomes one by the period's two ends: less strict, but never wrong."""
    for key in table.keys:
        key.columns = key.columns.replaced(
            rf"{NAME} WITHOUT OVERLAPS",
            lambda found: f"{identifier(start)},{identifier(end)}" if found.startswith(identifier(period)) else found,
        )
