"""A schema file → a Catalog."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from checks.ddl.mysql.reader import read_chunks
from checks.ddl.postgres.reader import read_pieces
from checks.errors import UnreadableSchemaError
from checks.facts import Catalog
from checks.route import Engine

_CUSTOM_FORMAT = b"PGDMP"
_GZIP = b"\x1f\x8b"
_PACKED = {b"BZh": "bunzip2", b"\xfd7zXZ": "unxz", b"\x28\xb5\x2f\xfd": "unzstd", b"PK\x03\x04": "unzip"}
_TABLE_OF_CONTENTS = b"toc.dat"
"""First member of a tar, or file of a directory, that pg_dump wrote."""
_XML = b"<?xml"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 4096
"""Bytes that are enough to know a file by: the header of a dump is in them."""
_CHUNK = 1 << 18
_TOLD_EVERY = 1 << 20
"""Bytes."""
_MYSQL_WORDS = re.compile(
    r"^(?:\).{0,80}\bENGINE ?= ?\w+|/\*!\d{5} SET |CREATE TABLE (?:IF NOT EXISTS )?`|USE `)", re.M | re.I
)
_POSTGRES_WORDS = re.compile(
    r"^(?:\\(?:connect|restrict) |SET search_path\b|CREATE EXTENSION\b|SELECT pg_catalog\.|ALTER \w+ .* OWNER TO )",
    re.M | re.I,
)
"""Statements at the beginning of a line that only one of the families has."""
_SERVER = re.compile(r"^-- Server version\s.*", re.M)
"""In the header of both dump programs, whichever of the two dumped which server."""
_DEFINING = re.compile(r"\s*(?:CREATE|ALTER|DO|BEGIN|IMPORT|RENAME|/\*!)", re.I)
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


def read_file(
    path: Path | str, engine: Engine, schema: str | None = None, told: Callable[[int], None] | None = None
) -> Catalog:
    """Read a plain-text dump or hand-written DDL, in one pass and without holding its data. `told` is told now and then
    how many bytes of the file were read.

    Raises UnreadableSchemaError for what is no such file or of another engine, and OSError where it cannot be opened.
    """
    path = Path(path)
    _refuse_folder(path, engine)
    with _opened(path) as binary:
        head = binary.read(_HEAD)
    _refuse_no_script(head, engine, path)
    if engine is Engine.POSTGRES:
        with _opened(path, told) as binary, io.TextIOWrapper(binary, encoding="utf-8-sig", newline="\n") as text:
            return _told_if_bare(read_pieces(_decoded(text, path), str(path)), path)
    # Rows of a dump may hold bytes of any charset: only what is DDL has to be UTF-8, and the reader says so.
    with (
        _opened(path, told) as binary,
        io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape", newline="\n") as text,
    ):
        chunks = _told_if_blank(iter(lambda: text.read(_CHUNK), ""), path, engine)
        return _told_if_bare(read_chunks(chunks, engine, str(path), schema), path)


class _Followed(io.FileIO):
    """Tells now and then how far it was read, and at its end."""

    def __init__(self, path: Path, told: Callable[[int], None]) -> None:
        super().__init__(path)
        self._told, self._last = told, 0

    def readinto(self, buffer: Any, /) -> int:
        read, at = super().readinto(buffer), self.tell()
        if not read or at - self._last >= _TOLD_EVERY:
            self._told(at)
            self._last = at
        return read


@contextmanager
def _opened(path: Path, told: Callable[[int], None] | None = None) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where gzip packed them. Raises UnreadableSchemaError where they break off."""
    with io.BufferedReader(_Followed(path, told)) if told else path.open("rb") as plain:
        packed = plain.read(len(_GZIP)) == _GZIP
        plain.seek(0)
        try:
            yield cast(BinaryIO, gzip.GzipFile(fileobj=plain)) if packed else plain
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableSchemaError(
                f"{path} is not whole: its gzip data breaks off or is damaged",
                code="truncated",
                hint="Copy it again and compare its size, or try: gunzip --test FILE",
            ) from error


def _refuse_folder(path: Path, engine: Engine) -> None:
    if not path.is_dir():
        return
    if (path / _TABLE_OF_CONTENTS.decode()).is_file() or (path / f"{_TABLE_OF_CONTENTS.decode()}.gz").is_file():
        raise _to_be_restored(path, "directory")
    raise UnreadableSchemaError(f"{path} is a folder", code="not-text", hint=f"Make a dump: {_MAKE_A_DUMP[engine]}")


def _to_be_restored(path: Path, form: str) -> UnreadableSchemaError:
    return UnreadableSchemaError(
        f"{path} is a dump in pg_dump's {form} format, not plain SQL",
        code="custom-format",
        hint=f"Make it plain first: pg_restore --schema-only --file=schema.sql '{path}'",
    )


def _refuse_no_script(head: bytes, engine: Engine, path: Path) -> None:
    if not head:
        raise _empty(str(path), engine)
    if head.startswith(_CUSTOM_FORMAT):
        raise _to_be_restored(path, "custom")
    if head.startswith(_TABLE_OF_CONTENTS) and head[257:262] == b"ustar":
        raise _to_be_restored(path, "tar")
    for magic, program in _PACKED.items():
        if head.startswith(magic):
            raise UnreadableSchemaError(
                f"{path} is compressed",
                code="compressed",
                hint=f"Unpack it first: {program} '{path}' (gzip is read as it is)",
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
    """A dump says in its header which program made it; MySQL and MariaDB are told apart by the server's version.

    Without a header its first statements say it, where one family alone has them.
    """
    postgres = "-- PostgreSQL database dump" in head
    mysql = "-- MySQL dump " in head or "-- MariaDB dump " in head
    if not postgres and not mysql:
        postgres, mysql = bool(_POSTGRES_WORDS.search(head)), bool(_MYSQL_WORDS.search(head))
        if postgres and mysql:
            return
    server = _SERVER.search(head)
    mariadb = "MariaDB" in (server[0] if server else head)
    found = Engine.POSTGRES if postgres else Engine.MARIADB if mariadb else Engine.MYSQL
    if mysql and server is None and engine is not Engine.POSTGRES:
        return
    if (postgres or mysql) and found is not engine:
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


def _told_if_bare(catalog: Catalog, path: Path) -> Catalog:
    """The catalog of a file that defines anything, or tries to: of any other there is nothing to assess."""
    found = (
        *(catalog.tables, catalog.views, catalog.indexes, catalog.routines, catalog.triggers, catalog.events),
        *(catalog.event_triggers, catalog.sequences, catalog.extensions, catalog.others, catalog.accounts or ()),
    )
    if any(found) or any(_DEFINING.match(unread.text) for unread in catalog.unread):
        return catalog
    begins = next((unread.text.split("\n", 1)[0][:60] for unread in catalog.unread if unread.text), "")
    raise UnreadableSchemaError(
        f"{path} defines nothing: no table, view, routine or other object"
        + (f", and is no SQL that can be read: {begins}" if begins else ""),
        code="no-ddl",
        hint=f"Rows alone are not enough. Make a dump of the schema: {_MAKE_A_DUMP[catalog.engine]}",
    )


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
