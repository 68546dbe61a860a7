"""A live database as a Catalog: read-only, one snapshot, without the toolkit's, DMS's and extensions' objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence as List
from typing import Any

from checks.facts import (
    Account,
    Catalog,
    Column,
    Constraint,
    ConstraintKind,
    EventTrigger,
    Extension,
    Index,
    Language,
    Origin,
    ReplicaIdentity,
    ReplicationCapacity,
    Routine,
    SchemaObject,
    Sequence,
    Table,
    TableName,
    Trigger,
    View,
)
from checks.route import Engine, Version
from migrate.engines.postgres import server_state
from migrate.engines.postgres.connection import APPLICATION_NAME, Connection
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier
from migrate.engines.postgres.reading import Reading

_PERSISTENCE = {"p": "permanent", "u": "unlogged", "t": "temporary"}
_IDENTITY = {
    "d": ReplicaIdentity.DEFAULT,
    "f": ReplicaIdentity.FULL,
    "n": ReplicaIdentity.NOTHING,
    "i": ReplicaIdentity.INDEX,
}
_CONSTRAINT = {
    "p": ConstraintKind.PRIMARY_KEY,
    "u": ConstraintKind.UNIQUE,
    "f": ConstraintKind.FOREIGN_KEY,
    "c": ConstraintKind.CHECK,
    "x": ConstraintKind.EXCLUDE,
}
_ADMINISTRATORS = ("psql", "pg_dump", "pg_dumpall", "pg_restore", "pgAdmin 4")
_EXTENSIONS = (
    "SELECT e.extname::text, e.extversion, n.nspname::text FROM pg_extension e"
    " JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1"
)
_LANGUAGES = "SELECT lanname::text, lanpltrusted FROM pg_language WHERE lanispl ORDER BY 1"
_TABLESPACES = "SELECT spcname::text FROM pg_tablespace WHERE spcname !~ '^pg_' ORDER BY 1"
_CAPACITY = ("slots_maximum", "slots_used", "senders_maximum", "senders_used")
_ENABLED = {"O": "origin", "D": "disabled", "R": "replica", "A": "always"}


def catalog(connection: Connection, schemas: List[str] = ()) -> Catalog:
    """Everything the rules may ask. Raises psycopg.Error as the server does.

    What is closed to this login stands in `unknown`; without tables, columns and constraints there is no catalog.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        reading = Reading(connection)
        wanted = [row[0] for row in connection.execute(query("schemas"), [list(schemas)])]
        found = connection.execute(query("tables"), [wanted]).fetchall()
        oids = [row[0] for row in found]
        server = connection.execute(query("server")).fetchone()
        assert server is not None
        version, database, size = server
        settings = _settings(reading)
        return Catalog(
            engine=Engine.POSTGRES,
            origin=Origin.LIVE,
            version=Version.parse(version),
            database=database,
            schemas=tuple(wanted),
            tables=_tables(connection, found, oids),
            views=tuple(
                View(name=TableName(schema, name), materialized=materialized, definition=definition)
                for schema, name, materialized, definition in reading.rows("views", query("views"), [wanted]) or ()
            ),
            indexes=tuple(_index(row) for row in connection.execute(query("indexes"), [oids, wanted])),
            routines=tuple(_routine(row) for row in reading.rows("routines", query("routines"), [wanted]) or ()),
            triggers=tuple(
                Trigger(name=name, table=TableName(schema, table), enabled=_ENABLED[enabled], definition=definition)
                for name, schema, table, enabled, definition in reading.rows(
                    "triggers", query("triggers"), [oids, wanted]
                )
                or ()
            ),
            event_triggers=tuple(
                EventTrigger(name=name, event=event, function=function, enabled=_ENABLED[enabled])
                for name, event, function, enabled in reading.rows("event triggers", query("event_triggers")) or ()
            ),
            sequences=_sequences(reading, wanted),
            extensions=tuple(
                Extension(name=name, version=installed, schema=schema)
                for name, installed, schema in reading.rows("extensions", _EXTENSIONS) or ()
            ),
            languages=tuple(
                Language(name=name, trusted=trusted) for name, trusted in reading.rows("languages", _LANGUAGES) or ()
            ),
            tablespaces=tuple(name for (name,) in reading.rows("tablespaces", _TABLESPACES) or ()),
            accounts=_accounts(reading),
            settings=settings,
            large_objects=_large_objects(reading),
            replication=_replication(reading),
            state=server_state.state(reading),
            encoding=server_state.encoding(connection),
            locale=server_state.locale(connection),
            stored_settings=server_state.stored_settings(reading),
            bytes=size,
            others=tuple(
                SchemaObject(kind=kind, name=name, definition=definition)
                for kind, name, definition in reading.rows(
                    "types, rules, publications and foreign data", query("others"), [wanted]
                )
                or ()
            ),
            unknown=tuple(dict.fromkeys(reading.unknown)),
        )


def _tables(connection: Connection, found: List[tuple[Any, ...]], oids: List[int]) -> tuple[Table, ...]:
    columns: defaultdict[int, list[Column]] = defaultdict(list)
    for oid, name, type_, nullable, default, generated, identity, collation in connection.execute(
        query("columns"), [oids]
    ):
        columns[oid].append(
            Column(
                name=name,
                type=type_,
                nullable=nullable,
                default=default,
                generated=generated,
                identity=identity,
                collation=collation,
            )
        )
    constraints: defaultdict[int, list[Constraint]] = defaultdict(list)
    for oid, name, kind, names, schema, table, deferrable, validated, inherited, text in connection.execute(
        query("constraints"), [oids]
    ):
        constraints[oid].append(
            Constraint(
                name=name,
                kind=_CONSTRAINT[kind],
                columns=tuple(names),
                references=TableName(schema, table) if table is not None else None,
                deferrable=deferrable,
                validated=validated,
                inherited=inherited,
                definition=text,
            )
        )
    return tuple(_table(row, tuple(columns[row[0]]), tuple(constraints[row[0]])) for row in found)


def _table(row: tuple[Any, ...], columns: tuple[Column, ...], constraints: tuple[Constraint, ...]) -> Table:
    _, schema, name, persistence, partitioned, parent_schema, parent, identity, space, method, *more = row
    rows, size, updates, parents, row_security = more
    return Table(
        name=TableName(schema, name),
        columns=columns,
        constraints=constraints,
        persistence=_PERSISTENCE[persistence],
        partitioned=partitioned,
        partition_of=TableName(parent_schema, parent) if parent is not None else None,
        parents=tuple(TableName(pair[0], pair[1]) for pair in parents),
        row_security=row_security,
        replica_identity=_IDENTITY[identity],
        tablespace=space,
        access_method=method,
        rows=rows,
        bytes=size,
        updates=updates,
    )


def _index(row: tuple[Any, ...]) -> Index:
    name, schema, table, columns, unique, method, valid, definition = row
    return Index(
        name=name,
        table=TableName(schema, table),
        columns=tuple(columns),
        unique=unique,
        method=method,
        valid=valid,
        definition=definition,
    )


def _routine(row: tuple[Any, ...]) -> Routine:
    schema, name, arguments, kind, language, body, security_definer, owner, settings = row
    return Routine(
        schema=schema,
        name=name,
        arguments=arguments,
        kind=kind,
        language=language,
        body=body or "",
        security_definer=security_definer,
        settings=tuple(settings),
        owner=owner,
    )


def _sequence(row: tuple[Any, ...]) -> Sequence:
    schema, name, owned_by, identity, last, increment, maximum, cycle = row
    return Sequence(
        name=TableName(schema, name),
        owned_by=owned_by,
        identity=bool(identity),
        last_value=last,
        increment=increment,
        maximum=maximum,
        cycle=cycle,
    )


def _sequences(reading: Reading, schemas: List[str]) -> tuple[Sequence, ...]:
    rows = reading.rows("sequences", query("catalog_sequences"), [schemas]) or []
    closed = [row for row in rows if not row[-1]]
    if closed:
        places = ", ".join(dict.fromkeys(identifier(row[0]) for row in closed))
        reading.lacks(f"positions of {len(closed):,} sequences", f"SELECT on ALL SEQUENCES IN SCHEMA {places}")
    return tuple(_sequence(row[:-1]) for row in rows)


def _settings(reading: Reading) -> dict[str, str] | None:
    """Some are shown to those alone who may read all."""
    rows = reading.rows(
        "settings of the server", "SELECT name, coalesce(reset_val, setting, '') FROM pg_settings ORDER BY 1"
    )
    settings = None if rows is None else dict(rows)
    if settings is not None and "shared_preload_libraries" not in settings:
        reading.lacks("preloaded libraries", "pg_read_all_settings")
    return settings


def _replication(reading: Reading) -> ReplicationCapacity | None:
    rows = reading.rows("free replication slots and senders", query("replication_capacity"))
    return ReplicationCapacity(**dict(zip(_CAPACITY, rows[0], strict=True))) if rows else None


def _accounts(reading: Reading) -> tuple[Account, ...] | None:
    rows = reading.rows("roles", query("roles"), [[APPLICATION_NAME, *_ADMINISTRATORS]])
    if rows is None:
        return None
    return tuple(
        Account(
            name=name,
            login=login,
            superuser=superuser,
            replication=replication,
            bypasses_row_security=bypasses,
            member_of=tuple(roles),
            sessions=sessions,
            owns=owns,
        )
        for name, login, superuser, replication, bypasses, roles, sessions, owns in rows
    )


def _large_objects(reading: Reading) -> int | None:
    rows = reading.rows("large objects", "SELECT count(*) FROM pg_largeobject_metadata")
    return None if rows is None else int(rows[0][0])
