"""A schema file → a Catalog."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from checks.ddl.mysql.reader import read_chunks
from checks.ddl.postgres.reader import read_pieces
from checks.errors import UnreadableSchemaError
from checks.facts import Catalog
from checks.route import Engine

_CUSTOM_FORMAT = b"PGDMP"
_GZIP = b"\x1f\x8b"
_XML = b"<?xml"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 4096
"""Bytes that are enough to know a file by: the header of a dump is in them."""
_CHUNK = 1 << 18
_FAMILY_OPTIONS = "--no-data --routines --triggers --events --result-file=schema.sql --databases DATABASE"
_MAKE_A_DUMP = {
    Engine.POSTGRES: "pg_dump --schema-only --file=schema.sql DATABASE",
    Engine.MYSQL: f"mysqldump {_FAMILY_OPTIONS}",
    Engine.MARIADB: f"mariadb-dump {_FAMILY_OPTIONS}",
}


def read_text(sql: str, engine: Engine, file: str = "<text>", schema: str | None = None) -> Catalog:
    """Read DDL given as text; `schema` is where unqualified names of the MySQL family go before any USE.

    Raises UnreadableSchemaError where it is empty, or a dump of another engine.
    """
    if not sql.strip():
        raise _empty(file, engine)
    _refuse_other_engine(sql[:_HEAD], engine, file)
    if engine is Engine.POSTGRES:
        return read_pieces(io.StringIO(sql, newline="\n"), file)
    return read_chunks([sql], engine, file, schema)


def read_file(path: Path | str, engine: Engine, schema: str | None = None) -> Catalog:
    """Read a plain-text dump or hand-written DDL, in one pass and without holding its data.

    Raises UnreadableSchemaError for what is no such file or of another engine, and OSError where it cannot be opened.
    """
    path = Path(path)
    with path.open("rb") as binary:
        head = binary.read(_HEAD)
    _refuse_no_script(head, engine, path)
    if engine is Engine.POSTGRES:
        with path.open(encoding="utf-8-sig", newline="\n") as text:
            return read_pieces(_decoded(text, path), str(path))
    # Rows of a dump may hold bytes of any charset: only what is DDL has to be UTF-8, and the reader says so.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as text:
        return read_chunks(_told_if_blank(iter(lambda: text.read(_CHUNK), ""), path, engine), engine, str(path), schema)


def _refuse_no_script(head: bytes, engine: Engine, path: Path) -> None:
    if not head:
        raise _empty(str(path), engine)
    if head.startswith(_CUSTOM_FORMAT):
        raise UnreadableSchemaError(
            f"{path} is a dump in pg_dump's custom format, not plain SQL",
            code="custom-format",
            hint=f"Make it plain first: pg_restore --schema-only --file=schema.sql '{path}'",
        )
    if head.startswith(_GZIP):
        raise UnreadableSchemaError(
            f"{path} is compressed", code="compressed", hint=f"Unpack it first: gunzip --keep '{path}'"
        )
    if head.startswith(_XML):
        raise UnreadableSchemaError(
            f"{path} is XML, not SQL", code="not-sql", hint=f"Dump again without --xml: {_MAKE_A_DUMP[engine]}"
        )
    if head.startswith(_UTF_16):
        raise UnreadableSchemaError(
            f"{path} is UTF-16, as a shell's redirection writes it on Windows",
            code="not-utf-8",
            hint=f"Let the dump program write the file: {_MAKE_A_DUMP[engine]}",
        )
    if head[257:262] == b"ustar" or b"\0" in head[:16]:
        raise UnreadableSchemaError(
            f"{path} is not text", code="not-text", hint=f"Give a plain-text dump: {_MAKE_A_DUMP[engine]}"
        )
    _refuse_other_engine(head.decode("utf-8", "replace"), engine, str(path))


def _refuse_other_engine(head: str, engine: Engine, file: str) -> None:
    """A dump says in its header which program made it; MySQL and MariaDB are told apart by the server's version."""
    postgres = "-- PostgreSQL database dump" in head
    mysql = "-- MySQL dump " in head or "-- MariaDB dump " in head
    if (postgres and engine is not Engine.POSTGRES) or (mysql and engine is Engine.POSTGRES):
        found = Engine.POSTGRES if postgres else Engine.MARIADB if "MariaDB" in head else Engine.MYSQL
        raise UnreadableSchemaError(
            f"{file} looks like a dump of {found.value}, not of {engine.value}",
            code="other-engine",
            hint=f"Give --engine {found.value}.",
        )


def _told_if_blank(chunks: Iterator[str], path: Path, engine: Engine) -> Iterator[str]:
    blank = True
    for chunk in chunks:
        blank = blank and not chunk.strip()
        yield chunk
    if blank:
        raise _empty(str(path), engine)


def _decoded(lines: Iterable[str], path: Path) -> Iterator[str]:
    read = 0
    blank = True
    try:
        for line in lines:
            read += 1
            blank = blank and not line.strip()
            yield line
    except UnicodeDecodeError as error:
        raise UnreadableSchemaError(
            f"{path} is not UTF-8 (near line {read + 1}: {error.reason})",
            code="not-utf-8",
            hint="Dump again with: pg_dump --encoding=UTF8",
        ) from error
    if blank:
        raise _empty(str(path), Engine.POSTGRES)


def _empty(file: str, engine: Engine) -> UnreadableSchemaError:
    return UnreadableSchemaError(f"{file} is empty", code="empty", hint=f"Make a dump: {_MAKE_A_DUMP[engine]}")
