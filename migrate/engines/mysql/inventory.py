"""Everything that databases of the MySQL family are made of, spelled alike whichever server and version tells it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from checks.facts import Catalog, Column, Constraint, ConstraintKind, Index, Table
from checks.mysql_settings import SQL_MODES
from checks.mysql_spelling import spelled_collation, spelled_expression
from migrate.engines.mysql import introspect, inventory_words
from migrate.engines.mysql.account_list import own_name
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.conversions.collations import known
from migrate.engines.mysql.sessions import KEEPERS
from migrate.model.inventory import Inventory
from migrate.model.roles import KEPT, Roles, renamed

_MADE_UP = re.compile(r"^CONSTRAINT_\d+$|_chk_\d+$")
"""Names that servers give to checks without one: such a check is known by what it says."""
Found = Iterator[tuple[str, str, str | None]]
"""Object, aspect, value; an aspect without value is none."""


def inventory(
    connection: Connection,
    schemas: Sequence[str],
    friends: Sequence[str],
    copied: Callable[[Catalog], Catalog],
    users: Roles = KEPT,
) -> Inventory:
    """As a target made from it would tell itself, as far as types and collations go. The toolkit's own account, and the
    service's, stand for whoever makes things: they are told as no definer. Raises pymysql.MySQLError.
    """
    catalog = copied(introspect.catalog(connection, schemas))
    own = "@".join(own_name(connection))
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for part in (
        _schemas(catalog),
        _tables(catalog),
        _code(catalog),
        inventory_words.comments(connection, catalog.schemas),
        inventory_words.order(connection, catalog.schemas),
        inventory_words.code(connection, catalog.schemas),
        inventory_words.rights(connection, catalog.schemas, friends, users),
    ):
        for thing, aspect, value in part:
            found[thing]
            if aspect == "definer" and value:
                user, _, host = value.rpartition("@")
                called = renamed(user, users)
                value = f"{called}@{host}" if value != own and user not in KEEPERS and called else None
            if value:
                found[thing][aspect] = value
    return found


def _schemas(catalog: Catalog) -> Found:
    for name, collation in catalog.schema_collations:
        yield f"database {name}", "collation", _collation(collation)


def _tables(catalog: Catalog) -> Found:
    for table in catalog.tables:
        yield from _table(table)
        for column in table.columns:
            yield from _column(table, column)
        for constraint in table.constraints:
            yield from _constraint(table, constraint)
    for index in catalog.indexes:
        yield from _index(index)
    for sequence in catalog.sequences:
        yield f"sequence {sequence.name}", "increment", str(sequence.increment)


def _table(table: Table) -> Found:
    name = f"table {table.name}"
    yield name, "columns", ", ".join(column.name for column in table.columns)
    yield name, "storage engine", table.storage_engine
    yield name, "row format", table.row_format if table.row_format not in ("dynamic", "page") else None
    yield name, "collation", _collation(table.collation)
    yield name, "options", ", ".join(f"{option}={value}" for option, value in table.options)
    yield name, "system versioning", "yes" if table.versioned else None
    if table.partitioning is not None:
        cut = table.partitioning
        yield name, "partitioned by", f"{cut.method} ({_plain(cut.expression)}){' twice' if cut.subpartitioned else ''}"


def _column(table: Table, column: Column) -> Found:
    name = f"column {table.name}.{column.name}"
    yield name, "type", column.type
    yield name, "nullability", None if column.nullable else "not null"
    yield name, "default", _default(column)
    yield (
        name,
        "generated",
        column.generated and f"{_plain(column.generated)} {'stored' if column.stored else 'virtual'}",
    )
    yield name, "collation", _collation(column.collation)
    yield name, "auto_increment", "yes" if column.auto_increment else None
    yield name, "on update", column.on_update
    yield name, "invisible", "yes" if column.invisible else None
    yield name, "srid", None if column.srid is None else str(column.srid)


def _default(column: Column) -> str | None:
    """A number is the same with quotes and without."""
    if column.default is None:
        return None
    number = re.fullmatch(r"'?(-?\d+(?:\.\d+)?)'?", column.default)
    return number[1] if number and not column.charset else _plain(column.default)


def _constraint(table: Table, key: Constraint) -> Found:
    name = f"{'constraint' if key.kind is not ConstraintKind.UNIQUE else 'unique key'} {key.name} on {table.name}"
    if key.kind is ConstraintKind.CHECK:
        name = f"check on {table.name}: {_plain(key.definition)}"
        made_up = bool(key.columns) or _MADE_UP.search(key.name) is not None
        yield name, "name", None if made_up else key.name
        yield name, "validity", None if key.validated else "not enforced"
        return
    yield name, "columns", _columns(key.columns, key.prefixes)
    if key.references is not None:
        yield name, "references", f"{key.references} ({', '.join(key.references_columns)})"
        yield name, "on delete", key.on_delete
        yield name, "on update", key.on_update


def _index(index: Index) -> Found:
    name = f"index {index.name} on {index.table}"
    yield name, "columns", _columns(index.columns, index.prefixes)
    yield name, "method", index.method
    yield name, "invisible", "yes" if index.invisible else None


def _columns(names: Sequence[str], prefixes: Sequence[int | None]) -> str:
    lengths = prefixes or [None] * len(names)
    told = (_plain(name) if name.startswith("(") else name for name in names)
    return ", ".join(f"{name}({length})" if length else name for name, length in zip(told, lengths, strict=True))


def _code(catalog: Catalog) -> Found:
    for view in catalog.views:
        yield f"view {view.name}", "definition", _plain(view.definition.replace(f"`{view.name.schema}`.", ""))
        yield f"view {view.name}", "security", "definer" if view.security_definer else "invoker"
        yield f"view {view.name}", "definer", view.definer
    for routine in catalog.routines:
        name = f"{routine.kind} {routine.schema}.{routine.name}"
        yield name, "arguments", routine.arguments
        yield name, "body", _lines(routine.body)
        yield name, "security", "definer" if routine.security_definer else "invoker"
        yield name, "definer", routine.definer
        yield name, "sql_mode", _modes(routine.sql_mode)
        yield name, "deterministic", "yes" if routine.deterministic else None
        yield name, "data", routine.data_access
    for trigger in catalog.triggers:
        name = f"trigger {trigger.name} on {trigger.table}"
        yield name, "moment", f"{trigger.timing} {trigger.event}"
        yield name, "body", _lines(trigger.definition)
        yield name, "definer", trigger.definer
        yield name, "sql_mode", _modes(trigger.sql_mode)
    for event in catalog.events:
        name = f"event {event.schema}.{event.name}"
        yield name, "schedule", event.schedule
        yield name, "enabled", event.enabled
        yield name, "body", _lines(event.definition)
        yield name, "definer", event.definer
        yield name, "sql_mode", _modes(event.sql_mode)


def _collation(name: str | None) -> str | None:
    return spelled_collation(known(name)) if name else None


def _modes(text: str | None) -> str | None:
    return text and ",".join(sorted(word for word in text.split(",") if word in SQL_MODES))


def _plain(text: str) -> str:
    """An expression without what each server prints its own way: quotes of names, brackets, blanks, introducers."""
    bare = re.sub(r"_(?:utf8mb[34]|latin1|ascii|binary)(?=\s*\\?')", "", spelled_expression(text))
    pieces = re.split(r"('(?:[^'\\]|''|\\.)*')", re.sub(r"\\'", "'", bare))
    pieces[::2] = [re.sub(r"[`()\s]", "", _synonyms(piece.lower())) for piece in pieces[::2]]
    return "".join(pieces)


def _lines(text: str) -> str:
    """A body without line ends; some versions print a quote in it once where it stands twice."""
    return " ".join(text.replace("''", "'").split())


def _synonyms(text: str) -> str:
    return re.sub(r"\blcase\b", "lower", re.sub(r"\bucase\b", "upper", text))
