"""What an administrator of a MySQL or MariaDB source runs once, so that the toolkit's login may do its work."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.engines.mysql.quoting import account

SERVER = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, "
    "EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER, "
    "CREATE USER, PROCESS, REPLICATION CLIENT, REPLICATION SLAVE"
)
"""What RDS gives its master; docs/mysql.md says what each is for."""
DEFINERS_SPLIT = (8, 2)
"""From this version of MySQL on two privileges stand for SET_USER_ID."""


def script(user: str, *, host: str, mariadb: bool, version: str, managed: bool) -> Iterator[str]:
    """Lines of SQL. It can be run again. `managed` is RDS or Aurora, which keep the last privileges to themselves."""
    me = account(user, host)
    known = tuple(int(part) for part in f"{version}.0".split(".")[:2])
    yield f"-- {'MariaDB' if mariadb else 'MySQL'} {version}{' on RDS' if managed else ''}: as an administrator."
    yield "-- Then give the password where no history keeps it: ALTER USER … IDENTIFIED BY … ACCOUNT UNLOCK"
    yield f"CREATE USER IF NOT EXISTS {me} ACCOUNT LOCK;"
    yield f"GRANT {SERVER} ON *.* TO {me} WITH GRANT OPTION;"
    if not managed:
        yield f"GRANT {', '.join(_own(mariadb, known))} ON *.* TO {me};"


def _own(mariadb: bool, version: tuple[int, ...]) -> tuple[str, ...]:
    if mariadb:
        return ("CONNECTION ADMIN", "SET USER", "SLAVE MONITOR")
    if version < (8, 0):
        return ("SUPER",)
    definers = ("SET_USER_ID",) if version < DEFINERS_SPLIT else ("SET_ANY_DEFINER", "ALLOW_NONEXISTENT_DEFINER")
    return ("CONNECTION_ADMIN", "XA_RECOVER_ADMIN", *definers)
