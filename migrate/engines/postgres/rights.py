"""What the own login may do on a PostgreSQL side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.engines.postgres import programs
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier
from migrate.model.checkup import Lack

SILENCE = "session_replication_role"


class PostgresRights:
    """Implements ports.rights.Rights."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def lacking(self, schemas: Sequence[str]) -> list[Lack]:
        with self._connections.use() as connection:
            return list(_lacking(connection, schemas))

    def programs(self) -> str:
        with self._connections.use() as connection:
            major = connection.info.server_version // 10000
        return str(programs.found(self._connections, major))


def _lacking(connection: Connection, schemas: Sequence[str]) -> Iterator[Lack]:
    row = connection.execute(query("rights")).fetchone()
    assert row is not None
    (version, on_rds, superuser, makes_roles, replicates, rds_replicates, rds_superuser) = row[:7]
    (monitors, signals, creates, database, owner, owns, name) = row[7:]
    me = identifier(name)
    if superuser:
        return
    if not makes_roles:
        yield Lack("CREATEROLE", "DMS's two logins and the application's are made", (f"ALTER ROLE {me} CREATEROLE;",))
    if not (replicates or rds_replicates or rds_superuser):
        grant = f"GRANT rds_replication TO {me};" if on_rds else f"ALTER ROLE {me} REPLICATION;"
        yield Lack("REPLICATION", "the log is read by slots, and DMS's login is given the same", (grant,))
    if not monitors:
        yield Lack("pg_monitor", "sessions, settings and the log's backlog are seen", (f"GRANT pg_monitor TO {me};",))
    if not signals:
        grant = f"GRANT pg_signal_backend TO {me};"
        yield Lack("pg_signal_backend", "a cutover ends the sessions that it fences", (grant,))
    if not creates:
        grant = f"GRANT CREATE ON DATABASE {identifier(database)} TO {me};"
        yield Lack("CREATE on the database", "the toolkit's markers and DMS's tables stand in schemas of their own",
                   (grant,))  # fmt: skip
    if not owns:
        grant = f"GRANT {identifier(owner)} TO {me};"
        yield Lack(f"member of {owner}, who owns the database", "only the owner takes the right to connect away",
                   (grant,))  # fmt: skip
    yield from _of_tables(connection, schemas, me)
    if not rds_superuser and not _gives_silence(connection, version):
        yield _silence(version, on_rds, me)


def _of_tables(connection: Connection, schemas: Sequence[str], me: str) -> Iterator[Lack]:
    for owner, tables in connection.execute(query("strange_owners"), [list(schemas)]):
        what = f"member of {owner}, who owns {tables} of the tables"
        needed = "they are read in full, their triggers put to rest, and DMS let in"
        yield Lack(what, needed, (f"GRANT {identifier(owner)} TO {me};",))


def _gives_silence(connection: Connection, version: int) -> bool:
    """Before 15 the right belongs to superusers, and on RDS to members of rds_superuser."""
    if version < 150000:
        return False
    asked = "SELECT has_parameter_privilege($1, 'SET WITH GRANT OPTION')"
    row = connection.execute(asked, [SILENCE]).fetchone()
    return bool(row is not None and row[0])


def _silence(version: int, on_rds: bool, me: str) -> Lack:
    needed = "DMS switches triggers and foreign keys off for the rows it brings; only a side that is fed needs it"
    if on_rds:
        grants: tuple[str, ...] = (f"GRANT rds_superuser TO {me};",)
    elif version >= 150000:
        grants = (f"GRANT SET ON PARAMETER {SILENCE} TO {me} WITH GRANT OPTION;",)
    else:
        grants = ()
    return Lack(f"SET on {SILENCE}, to pass on", needed, grants, blocking=False)
