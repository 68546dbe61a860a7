"""A live server's databases as a Catalog: read-only, without the toolkit's, DMS's and the server's own objects.

From MySQL 8 on the data dictionary is transactional, so everything comes from one snapshot; before, and on MariaDB, it
is read as it stands while it is read. The forms of the queries are mysql-compatibility.md §2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence as List

from checks.facts import Catalog, Event, Origin, Routine, SchemaObject, Sequence, TableName, Trigger, View
from checks.mysql_spelling import spelled_collation, spelled_type
from migrate.engines.mysql import account_facts, server_state, table_facts
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.queries import query
from migrate.engines.mysql.quoting import identifier, qualified
from migrate.engines.mysql.visibility import hidden

_EVENT_STATES = {"ENABLED": "enabled", "DISABLED": "disabled"}
_SEQUENCES_AT_ONCE = 100


def catalog(connection: Connection, schemas: List[str] = ()) -> Catalog:
    """Everything the rules may ask. Raises pymysql.MySQLError as the server does."""
    with connection.transaction(snapshot=True):
        settings = {str(name): str(value) for name, value in connection.rows("SHOW GLOBAL VARIABLES")}
        found = _schemas(connection, schemas, settings)
        wanted = [name for name, _ in found]
        tables = table_facts.read(connection, wanted)
        accounts = account_facts.accounts(connection)
        state = server_state.state(connection, settings)
        views, routines = _views(connection, wanted), _routines(connection, wanted)
        functions = _loadable_functions(connection)
        return Catalog(
            engine=connection.server.engine,
            origin=Origin.LIVE,
            version=connection.server.version,
            database=_text(connection.rows("SELECT DATABASE()")[0][0]),
            schemas=tuple(wanted),
            schema_collations=tuple((name, spelled_collation(collation)) for name, collation in found),
            tables=tables.tables,
            views=views,
            indexes=tables.indexes,
            routines=routines,
            triggers=_triggers(connection, wanted),
            events=_events(connection, wanted),
            sequences=_sequences(connection, tables.sequences),
            accounts=accounts,
            settings=settings,
            state=state,
            bytes=sum(table.bytes or 0 for table in tables.tables),
            others=functions or (),
            unknown=(
                *(["accounts and definers (no SELECT on mysql.*)"] if accounts is None else []),
                *(["loadable functions (no SELECT on mysql.func)"] if functions is None else []),
                *server_state.unknown(state),
                *_textless(views, routines),
                *hidden(connection, wanted),
            ),
        )


def _schemas(connection: Connection, asked: List[str], settings: dict[str, str]) -> list[tuple[str, str]]:
    """Databases asked for (all where none is), by name; case counts where it counts on the server."""
    fold = str.casefold if settings.get("lower_case_table_names", "0") != "0" else str
    names = {fold(name) for name in asked}
    rows = connection.rows(query("schemas"))
    return [(str(name), str(collation)) for name, collation in rows if not names or fold(str(name)) in names]


def _views(connection: Connection, schemas: list[str]) -> tuple[View, ...]:
    if not schemas:
        return ()
    return tuple(
        View(
            name=TableName(schema, name),
            definition=definition or "",
            definer=definer,
            security_definer=security == "DEFINER",
        )
        for schema, name, definition, definer, security in connection.rows(query("views"), [schemas])
    )


def _routines(connection: Connection, schemas: list[str]) -> tuple[Routine, ...]:
    if not schemas:
        return ()
    arguments: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for schema, name, kind, mode, parameter, type_ in connection.rows(query("parameters"), [schemas]):
        words = [mode.lower()] if kind == "PROCEDURE" and mode else []
        arguments[schema, name, kind].append(" ".join([*words, parameter or "", spelled_type(_text(type_) or "")]))
    return tuple(
        Routine(
            schema=schema,
            name=name,
            arguments=", ".join(arguments[schema, name, kind]),
            kind=kind.lower(),
            language=language.lower(),
            body=_text(body) or "",
            security_definer=security == "DEFINER",
            definer=definer,
            sql_mode=_text(sql_mode),
            deterministic=deterministic == "YES",
            data_access=access.lower(),
        )
        for schema, name, kind, language, body, security, definer, sql_mode, deterministic, access in connection.rows(
            query("routines"), [schemas]
        )
    )


def _triggers(connection: Connection, schemas: list[str]) -> tuple[Trigger, ...]:
    if not schemas:
        return ()
    return tuple(
        Trigger(
            name=name,
            table=TableName(table_schema, table),
            definition=_text(statement) or "",
            timing=timing.lower(),
            event=event.lower(),
            definer=definer,
            sql_mode=_text(sql_mode),
        )
        for _, name, table_schema, table, timing, event, statement, definer, sql_mode in connection.rows(
            query("triggers"), [schemas]
        )
    )


def _events(connection: Connection, schemas: list[str]) -> tuple[Event, ...]:
    if not schemas:
        return ()
    return tuple(
        Event(
            schema=schema,
            name=name,
            enabled=_EVENT_STATES.get(status, "replica"),
            schedule=f"at {at}" if at is not None else f"every {number} {unit}".lower(),
            definition=_text(statement) or "",
            definer=definer,
            sql_mode=_text(sql_mode),
        )
        for schema, name, status, at, number, unit, statement, definer, sql_mode in connection.rows(
            query("events"), [schemas]
        )
    )


def _sequences(connection: Connection, names: List[TableName]) -> tuple[Sequence, ...]:
    """MariaDB's sequences; a sequence is a table of one row."""
    found: list[Sequence] = []
    for first in range(0, len(names), _SEQUENCES_AT_ONCE):
        batch = names[first : first + _SEQUENCES_AT_ONCE]
        selects = " UNION ALL ".join(
            f"SELECT {number}, next_not_cached_value, start_value, maximum_value, increment, cycle_option"
            f" FROM {qualified(name)}"
            for number, name in enumerate(batch)
        )
        rows = if_permitted(connection, selects)
        if rows is None:
            found += [Sequence(name=name) for name in batch]
        for number, following, start, maximum, increment, cycle in rows or ():
            last = None if following == start else int(following) - int(increment)
            found.append(
                Sequence(
                    name=batch[number],
                    last_value=last,
                    increment=int(increment),
                    maximum=int(maximum),
                    cycle=bool(cycle),
                )
            )
    return tuple(found)


def _loadable_functions(connection: Connection) -> tuple[SchemaObject, ...] | None:
    """Functions from shared libraries; MySQL 8 registers those of components, without a library, elsewhere."""
    rows = if_permitted(connection, "SELECT name, dl FROM mysql.func ORDER BY 1")
    if rows is None:
        return None
    return tuple(
        SchemaObject(
            kind="loadable function",
            name=name,
            definition=f"CREATE FUNCTION {identifier(name)} … SONAME '{library}'",
        )
        for name, library in rows
    )


def _textless(views: tuple[View, ...], routines: tuple[Routine, ...]) -> list[str]:
    """A server shows the text of code only to those who may see it, and nothing to the others."""
    counts = {
        "views (no SHOW VIEW)": sum(not view.definition for view in views),
        "routines (no SHOW_ROUTINE, or SELECT on mysql.proc)": sum(not routine.body for routine in routines),
    }
    return [f"the text of {count} {what}" for what, count in counts.items() if count]


def _text(value: object) -> str | None:
    """Some versions tell long text as bytes."""
    return None if value is None else value.decode() if isinstance(value, bytes) else str(value)
