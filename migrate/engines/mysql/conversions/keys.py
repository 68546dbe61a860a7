"""Keys: those that only MariaDB can ignore or cluster by, and the AUTO_INCREMENT column that leads none."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.engines.mysql.quoting import identifier
from migrate.engines.mysql.sqltext import Sql
from migrate.engines.mysql.table_ddl import Key, TableDdl


def converted(table: TableDdl) -> Iterator[str]:
    for key in table.keys:
        key.options = key.options.replaced(r"\bIGNORED\b", "INVISIBLE").without(r" ?\bNOT INVISIBLE\b")
        for pattern in (r" ?\bKEY_BLOCK_SIZE ?= ?\d+", r" ?\bCLUSTERING ?= ?\w+", r" ?\bSECONDARY_ENGINE_ATTRIBUTE\S*"):
            key.options = key.options.without(pattern)
    counting = next((column.name for column in table.columns if column.counts), None)
    if counting is not None and all(key.first != counting for key in table.keys):
        # MyISAM may count within a group, by the second column of a key; InnoDB counts for the whole table.
        table.keys.append(Key("KEY", f"{counting}_counts"[:64], Sql(identifier(counting)), Sql("")))
        yield f"{table.name}: {counting} counts within a group; in InnoDB it counts for the whole table, by a key added"
