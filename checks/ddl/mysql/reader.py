"""From a script of the mysql client to a Catalog: each statement is understood, known to be irrelevant, or unread."""

from __future__ import annotations

import re
from collections.abc import Iterable

from checks.ddl.cursor import NotUnderstoodError
from checks.ddl.mysql import accounts, objects, programs, sequences, session
from checks.ddl.mysql.alter import alter_table
from checks.ddl.mysql.cursor import MySqlCursor
from checks.ddl.mysql.draft import UNNAMED_SCHEMA, Draft
from checks.ddl.mysql.dropping import read_drop
from checks.ddl.mysql.mode import Mode
from checks.ddl.mysql.splitter import Piece, PieceKind, split
from checks.ddl.mysql.tables import create_table
from checks.errors import UnreadableSchemaError
from checks.facts import Catalog, Location, Unread
from checks.route import Engine, Version

_VERSION = re.compile(r"-- Server version:?\s+(?:5\.5\.5-)?(\S+)")
"""Of mysqldump and of phpMyAdmin; MariaDB passes itself off as 5.5.5 to programs of MySQL's."""
_DATABASE = re.compile(r"-- (?:Host: .*?\s+Database: (?P<name>.*\S)|Database: `(?P<quoted>(?:[^`]|``)+)`)\s*\Z")
_BEGINS = re.compile(r"-- (?:MySQL|MariaDB) dump ")
_ENDS = "-- Dump completed"
_PART = re.compile(r"-- Dumping (routines|events) for database ")
_PARTS = ("routines", "events")
_INCLUDES = "it includes another file, which is not read with this one"
_LONGEST_UNREAD = 400
_NO_UTF_8 = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as surrogateescape decodes them."""

_IRRELEVANT = frozenset(
    {
        *("analyze", "begin", "binlog", "cache", "change", "check", "checksum", "commit", "deallocate", "desc"),
        *("describe", "explain", "flush", "handler", "help", "kill", "load", "lock", "optimize"),
        *("purge", "release", "repair", "reset", "revoke", "rollback", "savepoint", "select", "show", "shutdown"),
        *("start", "stop", "table", "truncate", "unlock", "values", "warnings", "with", "xa"),
    }
)
"""Statements that change no fact of the catalogue, by their first word."""


def read_chunks(chunks: Iterable[str], engine: Engine, file: str, schema: str | None = None) -> Catalog:
    """Read a script given in chunks of any size; `schema` is that of unqualified names before any USE.

    Raises UnreadableSchemaError for a dump of the family's other engine, and for DDL that is not UTF-8.
    """
    draft = Draft(Mode(engine), schema=schema or UNNAMED_SCHEMA)
    began = ended = 0
    parts: set[str] = set()
    for piece in split(chunks, draft.mode):
        location = Location(file, piece.line)
        if not piece.complete:
            _keep_unread(draft, piece.text, "the file ends in the middle of it", location)
            continue
        match piece.kind:
            case PieceKind.STATEMENT:
                _read_statement(piece, draft, location)
            case PieceKind.COMMENT:
                began += _BEGINS.match(piece.text) is not None
                ended += piece.text.startswith(_ENDS)
                parts |= {found.group(1)} if (found := _PART.match(piece.text)) else set()
                _read_header(piece.text, draft, file, named=schema is not None)
            case PieceKind.DATA:
                continue
    if began > ended:
        reason = "the dump is cut off: its closing comment line is missing"
        _keep_unread(draft, "", reason, Location(file, 1))
    elif began:
        draft.unknown += [f"{part} (the dump was made without --{part})" for part in _PARTS if part not in parts]
    return draft.build()


def _read_header(comment: str, draft: Draft, file: str, *, named: bool) -> None:
    if found := _VERSION.match(comment):
        _read_version(found.group(1), draft, file)
    elif (found := _DATABASE.match(comment)) and not named:
        draft.database = found.group("name") or found.group("quoted").replace("``", "`")
        draft.use(draft.database)


def _read_version(text: str, draft: Draft, file: str) -> None:
    mariadb = "mariadb" in text.lower()
    if mariadb is not draft.mode.mariadb:
        other = Engine.MARIADB if mariadb else Engine.MYSQL
        raise UnreadableSchemaError(
            f"{file} is a dump of {other.value} {text}, not of {draft.mode.engine.value}",
            code="other-engine",
            hint=f"Give --engine {other.value}.",
        )
    if text[0].isdigit():
        draft.mode.version = Version.parse(text)


def _read_statement(piece: Piece, draft: Draft, location: Location) -> None:
    if not piece.text.isascii() and _NO_UTF_8.search(piece.text):
        raise UnreadableSchemaError(
            f"{location.file} is not UTF-8 (in the statement at line {location.line})",
            code="not-utf-8",
            hint="Dump again with: mysqldump --default-character-set=utf8mb4",
        )
    try:
        cursor = MySqlCursor(piece.text, location, draft.mode)
        if cursor.done:
            return
        _dispatch(cursor, draft)
        if not cursor.done:
            raise NotUnderstoodError(f"what begins with {cursor.next().value!r} is not known here")
    except (NotUnderstoodError, ValueError) as reason:
        _keep_unread(draft, piece.text, str(reason), location)
    except RecursionError:
        _keep_unread(draft, piece.text, "its brackets nest too deep", location)


def _keep_unread(draft: Draft, text: str, reason: str, location: Location) -> None:
    kept = objects.redacted(text.strip())[:_LONGEST_UNREAD]
    draft.unread.append(Unread(text=kept, reason=reason, location=location))


def _dispatch(cursor: MySqlCursor, draft: Draft) -> None:
    first = cursor.peek()
    if first and first.value == "(":
        cursor.rest()
        return
    if cursor.accept_mark("\\"):
        _read_client_command(cursor, draft)
        return
    word = cursor.keyword()
    match word:
        case "create":
            _create(cursor, draft)
        case "alter":
            _alter(cursor, draft)
        case "drop":
            read_drop(cursor, draft)
        case "rename" if cursor.accept_any("table", "tables"):
            objects.rename_tables(cursor, draft)
        case "rename" if cursor.accept("user"):
            accounts.rename_accounts(cursor, draft)
        case "set":
            session.read_set(cursor, draft)
        case "use":
            draft.use(cursor.name())
        case "grant":
            accounts.grant(cursor, draft)
        case "do" | "select" if cursor.accept("setval"):
            sequences.set_sequence(cursor, draft)
        case "do":
            cursor.rest()
        case "prepare" | "execute":
            session.read_prepared(cursor, draft, word)
        case "source":
            raise NotUnderstoodError(_INCLUDES)
        case "install":
            objects.install(cursor, draft)
        case "begin" if cursor.accept("not"):
            raise NotUnderstoodError("the effect of a block of statements cannot be read")
        case _ if word in _IRRELEVANT:
            cursor.rest()
        case _:
            raise NotUnderstoodError(f"the effect of {word.upper()} cannot be read")


def _read_client_command(cursor: MySqlCursor, draft: Draft) -> None:
    """The client's `\\u name` and `\\. file`."""
    if not cursor.accept("u"):
        raise NotUnderstoodError(_INCLUDES if cursor.at_mark(".") else "a command of the client that is not known")
    draft.use(cursor.name())


def _create(cursor: MySqlCursor, draft: Draft) -> None:
    heading = programs.read_heading(cursor)
    temporary = cursor.accept("temporary")
    cursor.accept_any("online", "offline")
    index = cursor.accept_any("unique", "fulltext", "spatial", "vector")
    cursor.accept("aggregate")
    kind = cursor.keyword()
    match kind:
        case "table":
            create_table(cursor, draft, temporary=temporary, replace=heading.replace)
        case "index":
            objects.create_index(cursor, draft, index, replace=heading.replace)
        case "view":
            programs.create_view(cursor, draft, heading)
        case "trigger":
            programs.create_trigger(cursor, draft, heading)
        case "function" | "procedure":
            programs.create_routine(cursor, draft, heading, kind)
        case "event":
            programs.create_event(cursor, draft, heading)
        case "database" | "schema":
            objects.create_schema(cursor, draft)
        case "sequence":
            sequences.create_sequence(cursor, draft)
        case "user" | "role":
            accounts.create_accounts(cursor, draft, login=kind == "user")
        case "tablespace":
            draft.tablespaces.append(cursor.name())
            cursor.rest()
        case "undo" if cursor.accept("tablespace"):
            objects.create_other(cursor, draft, "undo tablespace")
        case "server":
            objects.create_other(cursor, draft, "server")
        case "package":
            programs.create_package(cursor, draft, heading)
        case "resource" if cursor.accept("group"):
            objects.create_other(cursor, draft, "resource group")
        case "logfile" if cursor.accept("group"):
            objects.create_other(cursor, draft, "logfile group")
        case "spatial" if cursor.accept("reference", "system"):
            objects.create_other(cursor, draft, "spatial reference system")
        case "library":
            objects.create_other(cursor, draft, "library")
        case _:
            raise NotUnderstoodError(f"CREATE {kind.upper()} is not known")


def _alter(cursor: MySqlCursor, draft: Draft) -> None:
    heading = programs.read_heading(cursor)
    cursor.accept_any("online", "offline")
    cursor.accept("ignore")
    kind = cursor.keyword()
    match kind:
        case "table":
            alter_table(cursor, draft)
        case "view":
            programs.create_view(cursor, draft, heading)
        case "database" | "schema":
            objects.create_schema(cursor, draft)
        case "event":
            programs.alter_event(cursor, draft, heading)
        case "sequence":
            sequences.alter_sequence(cursor, draft)
        case "user":
            accounts.create_accounts(cursor, draft, login=True)
        case "function" | "procedure":
            programs.alter_routine(cursor, draft)
        case "instance" | "server" | "tablespace" | "undo" | "logfile" | "resource" | "library":
            cursor.rest()
        case _:
            raise NotUnderstoodError(f"ALTER {kind.upper()} is not known")
