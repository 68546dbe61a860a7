"""What follows the brackets of CREATE TABLE: options of the table and its partitions."""

from __future__ import annotations

import re

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.lexer import Kind
from checks.ddl.mysql.charsets import modern
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import Draft, TableDraft, resolved
from checks.facts import Partitioning
from checks.mysql_names import quoted

_PLAIN = frozenset(
    {
        *("autoextend_size", "auto_increment", "avg_row_length", "checksum", "table_checksum", "compression"),
        *("connection", "delay_key_write", "encryption", "engine_attribute", "secondary_engine_attribute"),
        *("insert_method", "key_block_size", "max_rows", "min_rows", "pack_keys", "password", "row_format"),
        *("secondary_engine", "stats_auto_recalc", "stats_persistent", "stats_sample_pages", "transactional"),
        *(
            "page_checksum",
            "page_compressed",
            "page_compression_level",
            "encrypted",
            "encryption_key_id",
            "ietf_quotes",
        ),
        *("itef_quotes", "sequence", "storage", "comment", "union", "start"),
    }
)
_SECRET = frozenset({"password", "connection", "comment"})
"""Options whose value is no fact: a federated table's connection holds a password."""
_WITHOUT_FACT = frozenset({"comment", "union", "start", "storage"})


def read_table_option(cursor: MySqlCursor, draft: Draft, table: TableDraft) -> bool:
    """Read one option of CREATE TABLE or ALTER TABLE, if one comes next."""
    place = cursor.mark_place()
    cursor.accept("default")
    if cursor.accept_any("charset") or cursor.accept("character", "set") or cursor.accept("char", "set"):
        cursor.accept_mark("=")
        name = cursor.word_or_string()
        table.charset, table.collation = (None, None) if name.lower() == "default" else resolved(name, None, draft.mode)
    elif cursor.accept("collate"):
        cursor.accept_mark("=")
        table.charset, table.collation = resolved(table.charset, cursor.word_or_string(), draft.mode)
    elif cursor.accept_any("engine", "type"):
        cursor.accept_mark("=")
        table.storage_engine = cursor.word_or_string().lower()
    elif cursor.accept("tablespace"):
        cursor.accept_mark("=")
        name = cursor.name()
        table.tablespace = None if name.lower() == "innodb_file_per_table" else name
        if cursor.accept("storage"):
            cursor.next()
    elif cursor.accept("with", "system", "versioning"):
        table.versioned = True
    elif cursor.accept("data", "directory") or cursor.accept("index", "directory"):
        cursor.accept_mark("=")
        table.options["data directory" if "data" in cursor.source_since(place).lower() else "index directory"] = (
            cursor.string()
        )
    elif not _read_plain(cursor, table):
        cursor.back_to(place)
        return False
    return True


def _read_plain(cursor: MySqlCursor, table: TableDraft) -> bool:
    token = cursor.peek()
    if token is None or token.kind not in (Kind.WORD, Kind.QUOTED):
        return False
    following = cursor.peek(1)
    assigned = following is not None and following.value == "="
    name = token.value.lower()
    if name not in _PLAIN and not assigned:
        return False
    cursor.next()
    cursor.accept_mark("=")
    if cursor.at_mark("("):
        cursor.skip_one()
        return True
    value = cursor.next().value if not cursor.at_string() else cursor.string()
    if name == "auto_increment":
        table.auto_increment = int(value)
    elif name == "row_format":
        table.row_format = None if value.lower() == "default" else value.lower()
    elif name not in _WITHOUT_FACT:
        table.options[name] = "***" if name in _SECRET else value
    return True


def read_partitions(cursor: MySqlCursor, table: TableDraft) -> None:
    """Read what follows PARTITION BY."""
    linear = "linear " if cursor.accept("linear") else ""
    kind = cursor.keyword()
    expression = ""
    if kind == "key":
        if cursor.accept("algorithm"):
            cursor.accept_mark("=")
            cursor.next()
        expression = _quoted_names(cursor)
    elif kind == "system_time":
        _skip_system_time(cursor)
        expression = "unix_timestamp(`row_end`)"
    elif kind in ("range", "list") and cursor.accept("columns"):
        kind += " columns"
        expression = _quoted_names(cursor)
    elif kind in ("range", "list", "hash"):
        plain = cursor.peek(2)
        single = plain is not None and plain.value == ")" and cursor.peek(1)
        expression = _quoted_names(cursor) if single else re.sub(r"\s+", " ", cursor.group_text())
    else:
        raise NotUnderstoodError(f"PARTITION BY {kind.upper()} is not known")
    count = cursor.integer() if cursor.accept("partitions") else None
    subpartitioned = cursor.accept("subpartition", "by")
    if subpartitioned:
        cursor.accept("linear")
        if cursor.keyword() == "key" and cursor.accept("algorithm"):
            cursor.accept_mark("=")
            cursor.next()
        cursor.skip_one()
        if cursor.accept("subpartitions"):
            cursor.integer()
    names = read_partition_list(cursor) if cursor.at_mark("(") else _generated(count or 1)
    table.partitioning = Partitioning(
        method=linear + kind, expression=expression, subpartitioned=subpartitioned, partitions=names
    )


def _generated(count: int) -> tuple[str, ...]:
    return tuple(f"p{number}" for number in range(count))


def _quoted_names(cursor: MySqlCursor) -> str:
    """Columns in brackets as a live server prints them."""
    following = cursor.peek(1)
    if following and following.value == ")":
        cursor.skip_one()
        return ""
    return ",".join(quoted(name) for name in cursor.names_in_parentheses())


def _skip_system_time(cursor: MySqlCursor) -> None:
    if cursor.accept("interval"):
        cursor.skip_one()
        cursor.keyword()
        if cursor.accept("starts"):
            cursor.source_until(frozenset({"auto", "partitions"}), ("(",))
    elif cursor.accept("limit"):
        cursor.integer()
    cursor.accept("auto")


def read_partition_list(cursor: MySqlCursor) -> tuple[str, ...]:
    """`(PARTITION p0 VALUES …, …)`: the names of the partitions."""
    cursor.expect_mark("(")
    names: list[str] = []
    while True:
        cursor.expect("partition")
        names.append(cursor.name())
        cursor.skip_until_mark(",", ")")
        if not cursor.accept_mark(","):
            cursor.expect_mark(")")
            return tuple(names)


def read_schema_option(cursor: MySqlCursor, draft: Draft, name: str) -> bool:
    """Read one option of CREATE or ALTER DATABASE, if one comes next."""
    cursor.accept("default")
    if cursor.accept("charset") or cursor.accept("character", "set") or cursor.accept("char", "set"):
        cursor.accept_mark("=")
        draft.schemas[name] = resolved(cursor.word_or_string(), None, draft.mode)[1]
    elif cursor.accept("collate"):
        cursor.accept_mark("=")
        draft.schemas[name] = modern(cursor.word_or_string())
    elif cursor.accept("read", "only") or cursor.accept_any("encryption", "comment"):
        cursor.accept_mark("=")
        cursor.next()
    else:
        return False
    return True
