"""Storage engine, table options and partitions: InnoDB, in the server's own place and format."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.engines.mysql.sqltext import NAME, STRING, Sql
from migrate.engines.mysql.table_ddl import TableDdl

_KEPT = ("AUTO_INCREMENT", "COMMENT", "STATS_PERSISTENT", "STATS_AUTO_RECALC", "STATS_SAMPLE_PAGES")
_SILENT = ("ENGINE", "ROW_FORMAT=DYNAMIC", "PAGE_CHECKSUM")
"""Told otherwise, or what InnoDB does anyway."""
_OPTION = rf"(?P<name>(?:DATA |INDEX )?[A-Z_]+|{NAME}) ?(?:= ?(?P<value>{STRING}|{NAME}|\([^)]*\)|[^\s,]+))"
_WORDS = rf"\bTABLESPACE {NAME}|\bSTORAGE (?:DISK|MEMORY)\b"
_CHARSET = r"(?:\bDEFAULT )?\b(?:CHARSET|CHARACTER SET|COLLATE) ?=? ?\w+"


def converted(table: TableDdl) -> Iterator[str]:
    """Character set and collation are another concern: they are taken off here, and said anew by it."""
    engine = table.options.search(r"\bENGINE ?= ?(\w+)")
    if engine is not None and engine[1].lower() != "innodb":
        yield f"{table.name}: stored in {engine[1]}, made as InnoDB"
    kept, dropped = ["ENGINE=InnoDB"], []
    for name, text in _options(table.options.without(_CHARSET)):
        if name in _KEPT:
            kept.append(text)
        elif name not in _SILENT and text.upper() not in _SILENT:
            dropped.append(text)
    if dropped:
        yield f"{table.name}: without {', '.join(dropped)}"
    table.options = Sql(" ".join(kept))
    yield from _partitions(table)


def _options(options: Sql) -> Iterator[tuple[str, str]]:
    rest = options
    while (found := rest.search(_WORDS)) is not None:
        yield "", rest.at(found)
        rest = Sql(rest.text[: found.start()] + rest.text[found.end() :])
    while (found := rest.search(_OPTION)) is not None:
        yield found["name"].upper(), rest.at(found)
        rest = Sql(rest.text[found.end() :])


def _partitions(table: TableDdl) -> Iterator[str]:
    """Each partition names its engine, and may name a directory of the old machine."""
    place = rf" (?:(?:DATA|INDEX) DIRECTORY ?= ?{STRING}|TABLESPACE ?= ?{NAME})"
    if table.partitions.has(place):
        yield f"{table.name}: partitions without directories and tablespaces"
    table.partitions = table.partitions.without(place).replaced(r"\bENGINE ?= ?\w+", "ENGINE = InnoDB")
