"""From a PostgreSQL script to a Catalog: each statement is understood, known to be irrelevant, or kept as unread."""

from __future__ import annotations

import re
from collections.abc import Iterable

from checks.ddl.cursor import Cursor, NotUnderstoodError
from checks.ddl.postgres import objects, routines, session
from checks.ddl.postgres.alter import alter_table
from checks.ddl.postgres.draft import Draft
from checks.ddl.postgres.tables import create_table
from checks.ddl.splitter import Piece, PieceKind, split
from checks.errors import UnreadableSchemaError
from checks.facts import Catalog, Location, SchemaObject, Unread
from checks.route import Version

_FIRST_WORD = re.compile(r"[A-Za-z]+")
_VERSION = re.compile(r"^-- Dumped from database version (\S+)", re.MULTILINE)
_DUMP_BEGINS = "-- PostgreSQL database dump\n"
_DUMP_ENDS = "-- PostgreSQL database dump complete"
_SECRET = re.compile(r"(?i)(password\s*=?\s*)(E?'(?:[^']|'')*'|[^\s',)]+)")
_STORES = re.compile(r"\sset\s", re.IGNORECASE)
_LONGEST_UNREAD = 400

_IRRELEVANT = frozenset(
    {
        "abort",
        "analyze",
        "begin",
        "checkpoint",
        "cluster",
        "comment",
        "commit",
        "copy",
        "deallocate",
        "delete",
        "discard",
        "end",
        "explain",
        "grant",
        "insert",
        "listen",
        "lock",
        "merge",
        "notify",
        "reassign",
        "refresh",
        "reindex",
        "release",
        "reset",
        "revoke",
        "rollback",
        "savepoint",
        "security",
        "show",
        "start",
        "truncate",
        "unlisten",
        "update",
        "vacuum",
    }
)
"""Statements that change no fact of the catalogue, by their first word."""

_UNQUALIFIED = frozenset(
    {"policy", "rule", "server", "publication", "subscription", "foreign data wrapper", "access method", "group"}
)
_OTHER_KINDS = (
    "foreign data wrapper",
    "text search configuration",
    "text search dictionary",
    "text search parser",
    "text search template",
    "foreign table",
    "user mapping",
    "operator family",
    "operator class",
    "access method",
    "default conversion",
    "conversion",
    "collation",
    "publication",
    "subscription",
    "statistics",
    "transform",
    "operator",
    "domain",
    "policy",
    "server",
    "group",
    "rule",
    "cast",
    "type",
)


def read_pieces(lines: Iterable[str], file: str) -> Catalog:
    """Read a script given as lines. Raises UnreadableSchemaError where it holds more than one database."""
    draft = Draft()
    began = ended = False
    for piece in split(lines):
        location = Location(file, piece.line)
        if not piece.complete:
            _keep_unread(draft, piece.text, "the file ends in the middle of it", location)
            continue
        match piece.kind:
            case PieceKind.STATEMENT:
                _read_statement(piece, draft, location)
            case PieceKind.META:
                _read_meta(piece.text, draft, file)
            case PieceKind.GAP:
                began = began or _DUMP_BEGINS in piece.text
                ended = ended or _DUMP_ENDS in piece.text
                found = _VERSION.search(piece.text)
                if found and found.group(1)[0].isdigit():
                    draft.version = Version.parse(found.group(1))
            case PieceKind.COPY_DATA:
                continue
    if began and not ended:
        _keep_unread(draft, "", "the dump is cut off: its closing comment line is missing", Location(file, 1))
    return draft.build()


def _read_meta(text: str, draft: Draft, file: str) -> None:
    words = text.split()
    if words[0] in ("\\connect", "\\c") and len(words) > 1:
        if draft.holds_objects():
            raise UnreadableSchemaError(
                f"{file} holds more than one database",
                code="several-databases",
                hint="Dump one database at a time: pg_dump --schema-only --file=schema.sql DATABASE",
            )
        draft.database = words[1].strip('"')
    elif words[0] in ("\\i", "\\ir", "\\include", "\\include_relative"):
        raise UnreadableSchemaError(
            f"{file} includes another file: {text.strip()}",
            code="included-file",
            hint="Join the files into one, in the order in which psql would read them.",
        )


def _read_statement(piece: Piece, draft: Draft, location: Location) -> None:
    first = _FIRST_WORD.match(piece.text)
    if first and first.group().lower() in _IRRELEVANT:
        return
    cursor = Cursor(piece.text, location)
    if cursor.done:
        return
    try:
        _dispatch(cursor, draft)
        if not cursor.done:
            raise NotUnderstoodError(f"what begins with {cursor.next().value!r} is not known here")
    except (NotUnderstoodError, ValueError) as reason:
        _keep_unread(draft, piece.text, str(reason), location)


def _keep_unread(draft: Draft, text: str, reason: str, location: Location) -> None:
    draft.unread.append(Unread(text=redacted(text.strip())[:_LONGEST_UNREAD], reason=reason, location=location))


def redacted(text: str) -> str:
    """`text` without the passwords of user mappings, subscriptions and roles."""
    return _SECRET.sub(r"\1'***'", text)


def _dispatch(cursor: Cursor, draft: Draft) -> None:
    first = cursor.name()
    match first:
        case "create":
            _create(cursor, draft)
        case "alter":
            _alter(cursor, draft)
        case "drop":
            _drop(cursor, draft)
        case "set":
            session.read_set(cursor, draft)
        case "select":
            session.read_select(cursor, draft)
        case _ if first != "do" and session.is_plain_query(cursor.text):
            cursor.rest()
        case _:
            raise NotUnderstoodError(f"the effect of {first.upper()} cannot be read")


def _create(cursor: Cursor, draft: Draft) -> None:
    replace = cursor.accept("or", "replace")
    cursor.accept_any("global", "local")
    persistence = {"unlogged": "unlogged", "temporary": "temporary", "temp": "temporary", None: "permanent"}[
        cursor.accept_any("unlogged", "temporary", "temp")
    ]
    unique = cursor.accept("unique")
    trusted = cursor.accept("trusted")
    cursor.accept_any("constraint", "recursive", "procedural")
    start = cursor.mark_place()
    match cursor.name():
        case "table":
            create_table(cursor, draft, persistence)
        case "index":
            objects.create_index(cursor, draft, unique=unique)
        case "view":
            objects.create_view(cursor, draft, materialized=False)
        case "materialized" if cursor.accept("view"):
            objects.create_view(cursor, draft, materialized=True)
        case "sequence":
            objects.create_sequence(cursor, draft)
        case "function" | "procedure" | "aggregate" as kind:
            routines.create_routine(cursor, draft, kind, replace=replace)
        case "trigger":
            objects.create_trigger(cursor, draft)
        case "event" if cursor.accept("trigger"):
            objects.create_event_trigger(cursor, draft)
        case "extension":
            objects.create_extension(cursor, draft)
        case "language":
            objects.create_language(cursor, draft, trusted=trusted)
        case "schema":
            _create_schema(cursor, draft)
        case "tablespace":
            draft.tablespaces.append(cursor.name())
            cursor.rest()
        case "role" | "user" as kind if kind == "role" or not cursor.at_words("mapping"):
            objects.create_role(cursor, draft, login=kind == "user")
        case "database":
            draft.database = cursor.name()
            cursor.rest()
        case _:
            cursor.back_to(start)
            _create_other(cursor, draft)


def _create_schema(cursor: Cursor, draft: Draft) -> None:
    cursor.accept("if", "not", "exists")
    name = cursor.name() if not cursor.at_words("authorization") else ""
    if cursor.accept("authorization"):
        owner = cursor.name()
        name = name or owner
    if not cursor.done:
        raise NotUnderstoodError("objects created inside CREATE SCHEMA are not read")
    draft.schemas.append(name)


def _create_other(cursor: Cursor, draft: Draft) -> None:
    for kind in _OTHER_KINDS:
        if cursor.accept(*kind.split()):
            cursor.accept("if", "not", "exists")
            name = _name_of_other(cursor, draft, kind)
            cursor.rest()
            text = redacted(cursor.text.strip().rstrip(";"))
            draft.others.append(SchemaObject(kind=kind, name=name, definition=text, location=cursor.location))
            return
    raise NotUnderstoodError(f"CREATE {cursor.next().value.upper()} is not known")


def _name_of_other(cursor: Cursor, draft: Draft, kind: str) -> str:
    match kind:
        case "cast":
            return f"({cursor.group_text()})"
        case "operator":
            return cursor.source_until(frozenset(), ("(",))
        case "user mapping":
            return cursor.source_until(frozenset({"options"}))
        case "transform":
            return cursor.source_until(frozenset(), ("(",))
        case (
            "policy"
            | "rule"
            | "server"
            | "publication"
            | "subscription"
            | "foreign data wrapper"
            | "access method"
            | "group"
        ):
            return cursor.name()
        case "statistics" if cursor.at_words("on"):
            return ""
        case _:
            return str(cursor.qualified(draft.schema))


def _alter(cursor: Cursor, draft: Draft) -> None:
    match cursor.name():
        case "table":
            alter_table(cursor, draft)
        case "index":
            objects.alter_index(cursor, draft)
        case "sequence":
            objects.alter_sequence(cursor, draft)
        case "event" if cursor.accept("trigger"):
            objects.alter_event_trigger(cursor, draft)
        case "function" | "procedure" | "routine" | "aggregate":
            routines.alter_routine(cursor, draft)
        case "role" | "user" as kind if not cursor.at_words("mapping") and " set " not in cursor.text.lower():
            objects.create_role(cursor, draft, login=kind == "user")
        case "role" | "user" | "database" as kind if _STORES.search(cursor.text) and not cursor.at_words("mapping"):
            session.read_stored_setting(cursor, draft, kind)
        case "view" | "materialized" | "schema" | "type" | "extension" if _moves(cursor):
            raise NotUnderstoodError("a change of name or schema that this reader does not follow")
        case _:
            cursor.rest()


def _moves(cursor: Cursor) -> bool:
    text = cursor.rest().lower()
    return " rename to " in f" {text} " or " set schema " in f" {text} "


def _drop(cursor: Cursor, draft: Draft) -> None:
    cursor.accept("procedural")
    match cursor.name():
        case "table" | "view" | "index" | "sequence" | "extension" as kind:
            session.drop_relation(cursor, draft, kind)
        case "materialized" if cursor.accept("view"):
            session.drop_relation(cursor, draft, "materialized view")
        case "event" if cursor.accept("trigger"):
            session.drop_relation(cursor, draft, "event trigger")
        case "function" | "procedure" | "routine" | "aggregate":
            routines.drop_routine(cursor, draft)
        case "trigger":
            cursor.accept("if", "exists")
            name = cursor.name()
            cursor.expect("on")
            table = cursor.qualified(draft.schema)
            draft.triggers = [t for t in draft.triggers if (t.name, t.table) != (name, table)]
            cursor.rest()
        case "schema":
            _drop_schema(cursor, draft)
        case "type" | "domain" | "policy" | "rule" | "publication" | "subscription" | "server" as kind:
            session.drop_relation(cursor, draft, kind)
        case _:
            cursor.rest()


def _drop_schema(cursor: Cursor, draft: Draft) -> None:
    cursor.accept("if", "exists")
    name = cursor.name()
    if any(table.schema == name for table in draft.tables):
        raise NotUnderstoodError("it takes objects with it")
    draft.schemas = [schema for schema in draft.schemas if schema != name]
    cursor.rest()
