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
from migrate.engines.postgres.permission import if_permitted
from migrate.engines.postgres.queries import query

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
_ENABLED = {"O": "origin", "D": "disabled", "R": "replica", "A": "always"}


def catalog(connection: Connection, schemas: List[str] = ()) -> Catalog:
    """Everything the rules may ask. Raises psycopg.Error as the server does."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        wanted = [row[0] for row in connection.execute(query("schemas"), [list(schemas)])]
        found = connection.execute(query("tables"), [wanted]).fetchall()
        oids = [row[0] for row in found]
        server = connection.execute(query("server")).fetchone()
        assert server is not None
        version, database, size, slots, slots_used, senders, senders_used = server
        return Catalog(
            engine=Engine.POSTGRES,
            origin=Origin.LIVE,
            version=Version.parse(version),
            database=database,
            schemas=tuple(wanted),
            tables=_tables(connection, found, oids),
            views=tuple(
                View(name=TableName(schema, name), materialized=materialized, definition=definition)
                for schema, name, materialized, definition in connection.execute(query("views"), [wanted])
            ),
            indexes=tuple(_index(row) for row in connection.execute(query("indexes"), [oids, wanted])),
            routines=tuple(_routine(row) for row in connection.execute(query("routines"), [wanted])),
            triggers=tuple(
                Trigger(name=name, table=TableName(schema, table), enabled=_ENABLED[enabled], definition=definition)
                for name, schema, table, enabled, definition in connection.execute(query("triggers"), [oids, wanted])
            ),
            event_triggers=tuple(
                EventTrigger(name=name, event=event, function=function, enabled=_ENABLED[enabled])
                for name, event, function, enabled in connection.execute(query("event_triggers"))
            ),
            sequences=tuple(_sequence(row) for row in connection.execute(query("catalog_sequences"), [wanted])),
            extensions=tuple(
                Extension(name=name, version=installed, schema=schema)
                for name, installed, schema in connection.execute(
                    "SELECT e.extname::text, e.extversion, n.nspname::text FROM pg_extension e"
                    " JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1"
                )
            ),
            languages=tuple(
                Language(name=name, trusted=trusted)
                for name, trusted in connection.execute(
                    "SELECT lanname::text, lanpltrusted FROM pg_language WHERE lanispl ORDER BY 1"
                )
            ),
            tablespaces=tuple(
                row[0]
                for row in connection.execute(
                    "SELECT spcname::text FROM pg_tablespace WHERE spcname !~ '^pg_' ORDER BY 1"
                )
            ),
            accounts=_accounts(connection),
            settings=dict(
                connection.execute(
                    "SELECT name, coalesce(reset_val, setting, '') FROM pg_settings ORDER BY 1"
                ).fetchall()
            ),
            large_objects=_large_objects(connection),
            replication=ReplicationCapacity(
                slots_maximum=slots, slots_used=slots_used, senders_maximum=senders, senders_used=senders_used
            ),
            state=server_state.state(connection),
            encoding=server_state.encoding(connection),
            locale=server_state.locale(connection),
            stored_settings=server_state.stored_settings(connection),
            bytes=size,
            others=tuple(
                SchemaObject(kind=kind, name=name, definition=definition)
                for kind, name, definition in connection.execute(query("others"), [wanted])
            ),
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


def _accounts(connection: Connection) -> tuple[Account, ...] | None:
    rows = if_permitted(connection, query("roles"), [[APPLICATION_NAME, *_ADMINISTRATORS]])
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


def _large_objects(connection: Connection) -> int | None:
    rows = if_permitted(connection, "SELECT count(*) FROM pg_largeobject_metadata")
    return None if rows is None else int(rows[0][0])
