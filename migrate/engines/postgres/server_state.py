"""What a server tells of itself at this moment, and of the database as a whole."""

from __future__ import annotations

from checks.facts import StoredSetting
from checks.server_facts import Locale, ReplicationSlot, ServerState, Transaction
from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.reading import Reading

_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin"}
_WITH_PROVIDER = 150000
_WITH_DATLOCALE = 170000


def state(reading: Reading) -> ServerState:
    """The server's state; what the user may not read is None."""
    row = reading.connection.execute(
        "SELECT pg_is_in_recovery(), age(datfrozenxid), pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),"
        " (SELECT has_schema_privilege('public', oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'),"
        " current_user::text"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None
    standby, frozen_age, sees_sessions, public_creates, user = row
    custom = reading.rows(
        "settings of configuration files",
        "SELECT DISTINCT f.name FROM pg_show_all_file_settings() f WHERE f.name LIKE '%.%'"
        " AND NOT EXISTS (SELECT 1 FROM pg_settings s WHERE lower(s.name) = lower(f.name)) ORDER BY 1",
    )
    return ServerState(
        standby=standby,
        slots=_slots(reading),
        prepared=_prepared(reading),
        writers=_writers(reading, sees_sessions=sees_sessions),
        frozen_age=frozen_age,
        public_creates=public_creates,
        custom_settings=None if custom is None else tuple(name for (name,) in custom),
        user=user,
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


def stored_settings(reading: Reading) -> tuple[StoredSetting, ...]:
    """Values of ALTER DATABASE and ALTER ROLE that hold in this database."""
    rows = reading.rows("settings of roles and of the database", query("stored_settings")) or ()
    return tuple(StoredSetting(name=name, role=role, database=database) for name, role, database in rows)


def _slots(reading: Reading) -> tuple[ReplicationSlot, ...] | None:
    rows = reading.rows("replication slots", query("slots"))
    if rows is None:
        return None
    return tuple(
        ReplicationSlot(name=name, logical=logical, active=active, status=status, retained=retained)
        for name, logical, active, status, retained in rows
    )


def _prepared(reading: Reading) -> tuple[Transaction, ...] | None:
    rows = reading.rows(
        "prepared transactions",
        "SELECT gid, owner::text, database::text, extract(epoch FROM clock_timestamp() - prepared)::int"
        " FROM pg_prepared_xacts ORDER BY prepared",
    )
    if rows is None:
        return None
    return tuple(
        Transaction(user=owner, seconds=seconds, database=database, gid=gid) for gid, owner, database, seconds in rows
    )


def _writers(reading: Reading, *, sees_sessions: bool) -> tuple[Transaction, ...] | None:
    """Of others' sessions the server shows that they are there, and no more, unless one may read all."""
    if not sees_sessions:
        reading.lacks("open transactions", "pg_read_all_stats")
        return None
    rows = reading.rows("open transactions", query("writers"))
    if rows is None:
        return None
    return tuple(Transaction(user=user, seconds=age, database=database, pid=pid) for user, age, database, pid in rows)
