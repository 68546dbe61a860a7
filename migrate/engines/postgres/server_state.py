"""What a server tells of itself at this moment, and of the database as a whole."""

from __future__ import annotations

from checks.facts import StoredSetting
from checks.server_facts import Locale, ReplicationSlot, ServerState, Transaction
from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.permission import if_permitted
from migrate.engines.postgres.queries import query

_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin"}
_WITH_PROVIDER = 150000
_WITH_DATLOCALE = 170000


def state(connection: Connection) -> ServerState:
    """The server's state; what the user may not read is None."""
    row = connection.execute(
        "SELECT pg_is_in_recovery(), age(datfrozenxid), pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),"
        " (SELECT has_schema_privilege('public', oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public')"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None
    standby, frozen_age, sees_sessions, public_creates = row
    custom = if_permitted(
        connection,
        "SELECT DISTINCT f.name FROM pg_file_settings f WHERE f.name LIKE '%.%'"
        " AND NOT EXISTS (SELECT 1 FROM pg_settings s WHERE lower(s.name) = lower(f.name)) ORDER BY 1",
    )
    return ServerState(
        standby=standby,
        slots=_slots(connection),
        prepared=_prepared(connection),
        writers=_writers(connection) if sees_sessions else None,
        frozen_age=frozen_age,
        public_creates=public_creates,
        custom_settings=None if custom is None else tuple(name for (name,) in custom),
    )


def encoding(connection: Connection) -> str:
    """Encoding of the database."""
    row = connection.execute(
        "SELECT pg_encoding_to_char(encoding)::text FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None
    return str(row[0])


def locale(connection: Connection) -> Locale:
    """Locale of the database. Before PostgreSQL 15 there is libc alone, without a version."""
    version = connection.info.server_version
    columns = "'c', datcollate::text, NULL, NULL"
    if version >= _WITH_PROVIDER:
        name = "datlocale" if version >= _WITH_DATLOCALE else "daticulocale"
        columns = f"datlocprovider::text, coalesce({name}, datcollate)::text, datcollversion, "
        columns += "pg_database_collation_actual_version(oid)"
    row = connection.execute(f"SELECT {columns} FROM pg_database WHERE datname = current_database()").fetchone()
    assert row is not None
    provider, found, recorded, actual = row
    return Locale(provider=_PROVIDERS.get(provider), name=found, recorded=recorded, actual=actual)


def stored_settings(connection: Connection) -> tuple[StoredSetting, ...]:
    """Values of ALTER DATABASE and ALTER ROLE that hold in this database."""
    return tuple(
        StoredSetting(name=name, role=role, database=database)
        for name, role, database in connection.execute(query("stored_settings"))
    )


def _slots(connection: Connection) -> tuple[ReplicationSlot, ...] | None:
    rows = if_permitted(connection, query("slots"))
    if rows is None:
        return None
    return tuple(
        ReplicationSlot(name=name, logical=logical, active=active, status=status, retained=retained)
        for name, logical, active, status, retained in rows
    )


def _prepared(connection: Connection) -> tuple[Transaction, ...]:
    rows = connection.execute(
        "SELECT gid, owner::text, database::text, extract(epoch FROM clock_timestamp() - prepared)::int"
        " FROM pg_prepared_xacts ORDER BY prepared"
    )
    return tuple(
        Transaction(user=owner, seconds=seconds, database=database, gid=gid) for gid, owner, database, seconds in rows
    )


def _writers(connection: Connection) -> tuple[Transaction, ...]:
    return tuple(
        Transaction(user=user, seconds=seconds, database=database, pid=pid)
        for user, seconds, database, pid in connection.execute(query("writers"))
    )
