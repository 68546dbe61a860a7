"""What a table of MySQL 5.7 or MariaDB says that Aurora MySQL does not take, or would take otherwise.

One module per concern. Each changes the table and tells of every change in one line.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrate.engines.mysql.conversions import column_types, defaults, keys, periods, storage
from migrate.engines.mysql.table_ddl import TableDdl

_CONVERSIONS = (periods.converted, column_types.converted, defaults.converted, keys.converted, storage.converted)


def converted(table: TableDdl) -> Iterator[str]:
    """Make `table` fit Aurora MySQL, but for collations; yields what was changed."""
    for convert in _CONVERSIONS:
        yield from convert(table)
