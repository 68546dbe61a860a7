"""A schema file → a Catalog."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from checks.ddl.postgres.reader import read_pieces
from checks.errors import UnreadableSchemaError
from checks.facts import Catalog
from checks.route import Engine

_CUSTOM_FORMAT = b"PGDMP"
_GZIP = b"\x1f\x8b"


def read_text(sql: str, engine: Engine, file: str = "<text>") -> Catalog:
    """Read DDL given as text. Raises UnreadableSchemaError where it is empty or of an engine without a reader."""
    if not sql.strip():
        raise _empty(file)
    return _read(io.StringIO(sql, newline="\n"), engine, file)


def read_file(path: Path | str, engine: Engine) -> Catalog:
    """Read a plain-text dump or hand-written DDL, in one pass and without holding its data.

    Raises UnreadableSchemaError for what is no such file, and OSError where it cannot be opened.
    """
    path = Path(path)
    with path.open("rb") as binary:
        head = binary.read(16)
    if not head:
        raise _empty(str(path))
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
    if head[257:262] == b"ustar" or b"\0" in head:
        raise UnreadableSchemaError(f"{path} is not text", code="not-text", hint="Give a plain-text pg_dump file.")
    with path.open(encoding="utf-8-sig", newline="\n") as text:
        return _read(_decoded(text, path), engine, str(path))


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
        raise _empty(str(path))


def _read(lines: Iterable[str], engine: Engine, file: str) -> Catalog:
    match engine:
        case Engine.POSTGRES:
            return read_pieces(lines, file)
        case Engine.MYSQL | Engine.MARIADB:
            raise UnreadableSchemaError(
                f"{file}: schema files of {engine.value} cannot be read yet",
                code="no-reader",
                hint="Schema files of PostgreSQL can (--engine postgres).",
            )


def _empty(file: str) -> UnreadableSchemaError:
    return UnreadableSchemaError(
        f"{file} is empty", code="empty", hint="Make a dump: pg_dump --schema-only --file=schema.sql DATABASE"
    )
