"""Tables of a live server with their columns, keys, indexes and partitions, in a fixed number of queries."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from checks.facts import Column, Constraint, ConstraintKind, Index, Partitioning, Table, TableName
from checks.mysql_spelling import quoted_literal, spelled_collation, spelled_expression, spelled_now, spelled_type
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.keys import index_is_shown
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.queries import query
from migrate.engines.mysql.server_version import ServerVersion

_ACTIONS = {"CASCADE": "cascade", "SET NULL": "set null", "SET DEFAULT": "set default"}
_METHODS = {"RTREE": "spatial"}
_PRIMARY = "PRIMARY"
_BARE_LITERAL = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?\Z", re.IGNORECASE)
_BITS = re.compile(r"(b'[01]*'|0x[0-9a-f]*|x'[0-9a-f]*')\Z", re.IGNORECASE)
_OPTION = re.compile(r"`?([a-z]\w*(?: directory)?)`?=(?:'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|(\S+))", re.IGNORECASE)
_ESCAPES = {"n": "\n", "r": "\r", "0": "\0", "Z": "\x1a"}
_NO_OPTIONS = frozenset(("row_format", "partitioned"))


@dataclass(frozen=True)
class Tables:
    """What belongs together: tables, their indexes, and the names of MariaDB's sequences."""

    tables: tuple[Table, ...]
    indexes: tuple[Index, ...]
    sequences: tuple[TableName, ...]


@dataclass(frozen=True)
class _Key:
    """An index as the server keeps it, before it is told as a constraint or an index."""

    table: TableName
    name: str
    unique: bool
    method: str
    visible: bool
    columns: tuple[str, ...]
    prefixes: tuple[int | None, ...]


def read(connection: Connection, schemas: list[str]) -> Tables:
    """All tables of these databases, by name. Statistics are as fresh as the session asks for."""
    if not schemas:
        return Tables((), (), ())
    columns = _columns(connection, schemas)
    keys = _keys(connection, schemas)
    constraints: defaultdict[TableName, list[Constraint]] = defaultdict(list)
    for key in keys:
        if key.unique:
            constraints[key.table].append(
                Constraint(
                    name=key.name,
                    kind=ConstraintKind.PRIMARY_KEY if key.name == _PRIMARY else ConstraintKind.UNIQUE,
                    columns=key.columns,
                    prefixes=key.prefixes,
                )
            )
    for found in (_foreign_keys(connection, schemas), _checks(connection, schemas, columns)):
        for name, more in found.items():
            constraints[name] += more
    partitioning = _partitioning(connection, schemas)
    spaces = _tablespaces(connection)
    rows = connection.rows(query("tables"), [schemas])
    tables = tuple(
        _table(row, tuple(columns[name]), tuple(constraints[name]), partitioning.get(name), spaces.get(name))
        for row in rows
        if row[2] != "SEQUENCE" and (name := TableName(row[0], row[1]))
    )
    indexes = tuple(
        Index(
            name=key.name,
            table=key.table,
            columns=key.columns,
            prefixes=key.prefixes,
            method=key.method,
            invisible=not key.visible,
        )
        for key in keys
        if not key.unique
    )
    return Tables(tables, indexes, tuple(TableName(row[0], row[1]) for row in rows if row[2] == "SEQUENCE"))


def _table(
    row: tuple[Any, ...],
    columns: tuple[Column, ...],
    constraints: tuple[Constraint, ...],
    partitioning: Partitioning | None,
    tablespace: str | None,
) -> Table:
    schema, name, kind, engine, row_format, rows, size, auto_increment, collation, options = row
    return Table(
        name=TableName(schema, name),
        columns=columns,
        constraints=constraints,
        partitioned=partitioning is not None,
        partitioning=partitioning,
        tablespace=tablespace,
        storage_engine=engine.lower() if engine else None,
        row_format=row_format.lower() if row_format else None,
        collation=spelled_collation(collation) if collation else None,
        charset=spelled_collation(collation.partition("_")[0]) if collation else None,
        versioned=kind == "SYSTEM VERSIONED",
        auto_increment=int(auto_increment or 1) if any(column.auto_increment for column in columns) else None,
        options=_options(options or ""),
        rows=None if rows is None else int(rows),
        bytes=None if size is None else int(size),
    )


def _options(printed: str) -> tuple[tuple[str, str], ...]:
    found = [(option[1].lower(), option[2] or option[3] or option[4] or "") for option in _OPTION.finditer(printed)]
    return tuple(sorted(option for option in found if option[0] not in _NO_OPTIONS))


def _columns(connection: Connection, schemas: list[str]) -> defaultdict[TableName, list[Column]]:
    server = connection.server
    found: defaultdict[TableName, list[Column]] = defaultdict(list)
    text = query("columns", srid="srs_id" if server.mysql_from(8) else "NULL")
    for schema, table, *about in connection.rows(text, [schemas]):
        found[TableName(schema, table)].append(_column(server, about))
    return found


def _column(server: ServerVersion, about: list[Any]) -> Column:
    name, printed, nullable, default, extra, generated, charset, collation, srid = about
    printed = printed.decode() if isinstance(printed, bytes) else printed
    updated = re.search(r"on update (\S+)", extra, re.IGNORECASE)
    expression = (generated or "") if server.mariadb else _unescaped(generated or "")
    type_ = spelled_type(printed)
    return Column(
        name=name,
        type=type_,
        nullable=nullable == "YES",
        default=None if expression else _default(server, default, extra, type_),
        generated=spelled_expression(expression) or None,
        stored="VIRTUAL" not in extra.upper(),
        collation=spelled_collation(collation) if collation else None,
        charset=spelled_collation(charset) if charset else None,
        auto_increment="auto_increment" in extra.lower(),
        on_update=spelled_now(updated[1]) if updated else None,
        invisible="INVISIBLE" in extra.upper(),
        srid=None if srid is None else int(srid),
        compressed="COMPRESSED*/" in printed,
    )


def _default(server: ServerVersion, printed: str | None, extra: str, type_: str) -> str | None:
    """MariaDB prints a default as DDL has it; MySQL a literal without quotes, and from 8.0 on says of an expression."""
    if printed is None or (server.mariadb and printed == "NULL"):
        return None
    now = spelled_now(printed) if type_.startswith(("timestamp", "datetime")) else None
    if now is not None:
        return now
    if type_.startswith(("bit", "binary", "varbinary")) and _BITS.match(printed):
        return _bytes(printed.lower())
    if server.mariadb:
        return quoted_literal(printed) if _BARE_LITERAL.match(printed) else spelled_expression(printed)
    if "DEFAULT_GENERATED" in extra.upper():
        return _expression(printed)
    return quoted_literal(printed)


def _bytes(printed: str) -> str:
    """Bits as they are; bytes, which MySQL tells as a number here, as the string of the DDL where they are text."""
    if not printed.startswith("0x"):
        return printed
    data = bytes.fromhex(printed[2:])
    return quoted_literal(data.decode("ascii")) if data.isascii() and data.decode().isprintable() else printed


def _keys(connection: Connection, schemas: list[str]) -> list[_Key]:
    server = connection.server
    expression = "expression" if server.mysql_from(8, 0, 13) else "NULL"
    text = query("index_parts", expression=expression, visible=index_is_shown(server))
    parts: defaultdict[tuple[TableName, str], list[tuple[Any, ...]]] = defaultdict(list)
    for schema, table, name, *part in connection.rows(text, [schemas]):
        parts[TableName(schema, table), name].append(tuple(part))
    keys = []
    for (owner, name), found in parts.items():
        not_unique, _, _, method, _, shown = found[0]
        prefixes = tuple(None if part[2] is None else int(part[2]) for part in found)
        whole = method in ("SPATIAL", "RTREE", "FULLTEXT") or not any(prefixes)
        keys.append(
            _Key(
                table=owner,
                name=name,
                unique=not int(not_unique),
                method=_METHODS.get(method, method.lower()),
                visible=bool(shown),
                columns=tuple(part[1] if part[1] is not None else f"({_expression(part[4])})" for part in found),
                prefixes=() if whole else prefixes,
            )
        )
    return keys


def _expression(printed: str) -> str:
    return spelled_expression(_unescaped(printed))


def _unescaped(printed: str) -> str:
    """MySQL escapes what an expression quotes, though not in SHOW CREATE TABLE."""
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), printed, flags=re.DOTALL)


def _foreign_keys(connection: Connection, schemas: list[str]) -> dict[TableName, list[Constraint]]:
    actions = {
        (schema, table, name): (_ACTIONS.get(deleted), _ACTIONS.get(updated))
        for schema, table, name, deleted, updated in connection.rows(query("foreign_key_actions"), [schemas])
    }
    columns: defaultdict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    parents: dict[tuple[str, str, str], TableName] = {}
    for schema, table, name, column, parent_schema, parent, referenced in connection.rows(
        query("foreign_key_columns"), [schemas]
    ):
        columns[schema, table, name].append((column, referenced))
        parents[schema, table, name] = TableName(parent_schema, parent)
    found: defaultdict[TableName, list[Constraint]] = defaultdict(list)
    for key, pairs in columns.items():
        deleted, updated = actions.get(key, (None, None))
        found[TableName(key[0], key[1])].append(
            Constraint(
                name=key[2],
                kind=ConstraintKind.FOREIGN_KEY,
                columns=tuple(pair[0] for pair in pairs),
                references=parents[key],
                references_columns=tuple(pair[1] for pair in pairs),
                on_delete=deleted,
                on_update=updated,
            )
        )
    return found


def _checks(
    connection: Connection, schemas: list[str], columns: dict[TableName, list[Column]]
) -> dict[TableName, list[Constraint]]:
    server = connection.server
    if not server.mariadb and not server.mysql_from(8, 0, 16):
        return {}
    text = query("checks_mariadb" if server.mariadb else "checks_mysql")
    found: defaultdict[TableName, list[Constraint]] = defaultdict(list)
    for schema, table, name, clause, enforced in connection.rows(text, [schemas]):
        owner = TableName(schema, table)
        clause = clause.decode() if isinstance(clause, bytes) else clause
        carried = server.mariadb and any(column.name == name for column in columns[owner])
        found[owner].append(
            Constraint(
                name=name,
                kind=ConstraintKind.CHECK,
                columns=(name,) if carried else (),
                validated=enforced == "YES",
                definition=clause if server.mariadb else _expression(clause),
            )
        )
    return found


def _partitioning(connection: Connection, schemas: list[str]) -> dict[TableName, Partitioning]:
    cuts: defaultdict[TableName, list[tuple[Any, ...]]] = defaultdict(list)
    for schema, table, *about in connection.rows(query("partitions"), [schemas]):
        cuts[TableName(schema, table)].append(tuple(about))
    return {
        table: Partitioning(
            method=cut[0][1].lower(),
            expression=cut[0][2] or "",
            subpartitioned=cut[0][3] is not None,
            partitions=tuple(dict.fromkeys(part[0] for part in cut)),
        )
        for table, cut in cuts.items()
    }


def _tablespaces(connection: Connection) -> dict[TableName, str]:
    """Tablespaces other than a file of the table's own, which MySQL 8 tells to those with PROCESS."""
    if not connection.server.mysql_from(8):
        return {}
    rows = if_permitted(connection, query("tablespaces")) or []
    return {TableName(_plain(schema), _plain(table)): space for schema, table, space in rows}


def _plain(file_name: str) -> str:
    """A name as its file has it, where a mark is its code (`@002d`); letters with codes of their own stay coded."""
    return re.sub(r"@([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), file_name)
