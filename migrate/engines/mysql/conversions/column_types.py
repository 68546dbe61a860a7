"""Types that only MariaDB has, as the text that the server prints of them; and attributes of storage.

JSON of MariaDB is text with a check, and stays so: every value stays as it is, byte for byte (mysql-compatibility.md
§5). DMS does not know uuid and inet at all (ibid.); as text they read as MariaDB prints them.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrate.engines.mysql.sqltext import Sql
from migrate.engines.mysql.table_ddl import TableDdl

AS_TEXT = {"uuid": "char(36)", "inet6": "varchar(39)", "inet4": "varchar(15)"}
_ASCII = "CHARACTER SET ascii COLLATE ascii_general_ci"
_JSON = r"\bCHECK \(json_valid\("
_STORAGE = (r" ?\bCOMPRESSED(?:=\w+)?(?= |$)", r" COLUMN_FORMAT \w+", r" STORAGE (?:DISK|MEMORY|DEFAULT)\b")


def converted(table: TableDdl) -> Iterator[str]:
    for column in table.columns:
        where = f"{table.name}.{column.name}"
        kind = column.definition.search(r"^(uuid|inet6|inet4)\b")
        if kind is not None:
            text = AS_TEXT[kind[1].lower()]
            column.definition = Sql(f"{text} {_ASCII}{column.definition.text[kind.end() :]}")
            yield f"{where}: {kind[1].lower()} as {text}"
        if column.definition.has(_JSON):
            yield f"{where}: JSON of MariaDB, kept as longtext with its check"
        for pattern in _STORAGE:
            if column.definition.has(pattern):
                column.definition = column.definition.without(pattern)
                yield f"{where}: without {pattern_words(pattern)}"
        if column.definition.has(r" PERSISTENT\b"):
            column.definition = column.definition.replaced(r" PERSISTENT\b", " STORED")


def pattern_words(pattern: str) -> str:
    """The first word that a pattern of storage looks for."""
    return next(word for word in ("COMPRESSED", "COLUMN_FORMAT", "STORAGE") if word in pattern)
