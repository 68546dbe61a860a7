"""What the own login may do on a side of the MySQL family. docs/mysql.md says what each privilege is for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.fence import own
from migrate.engines.mysql.permission import if_permitted
from migrate.engines.mysql.privileges import ON_DATABASES
from migrate.engines.mysql.quoting import account
from migrate.engines.mysql.server_version import ServerVersion
from migrate.model.checkup import Lack

ON_SERVER = ("CREATE USER", "PROCESS", "REPLICATION CLIENT", "REPLICATION SLAVE")
EVERYTHING = "ALL PRIVILEGES"
ALSO_CALLED = {"REPLICATION CLIENT": "BINLOG MONITOR"}
"""What MariaDB calls a privilege from 10.5 on."""
_EVERYWHERE = re.compile(r"GRANT (?P<what>.+?) ON \*\.\* TO .*?(?P<option> WITH .*GRANT OPTION.*)?$")


@dataclass(frozen=True)
class _Held:
    """Privileges on the whole server, of the account and of its active roles."""

    names: frozenset[str]
    passed_on: frozenset[str]

    def lacks(self, name: str) -> bool:
        return not {name, ALSO_CALLED.get(name, name), EVERYTHING} & self.names

    def keeps_to_itself(self, name: str) -> bool:
        return not {name, ALSO_CALLED.get(name, name), EVERYTHING} & self.passed_on


class MySqlRights:
    """Implements ports.rights.Rights. The whole server is asked about: a lock of accounts and the log are the server's,
    and what holds for every database can be passed on for each."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def lacking(self, schemas: Sequence[str]) -> list[Lack]:
        with self._connections.use() as connection:
            user, _, host = own(connection).rpartition("@")
            return list(_lacking(connection, account(user, host)))

    def programs(self) -> str:
        return "none is needed"


def _lacking(connection: Connection, me: str) -> Iterator[Lack]:
    held, server = _held(connection), connection.server
    wanted = [*ON_DATABASES, *ON_SERVER]
    absent = [name for name in wanted if held.lacks(name)]
    if absent:
        needed = "rows, stored code, accounts, sessions and the log are read, and DMS's logins are given their share"
        yield Lack(", ".join(absent), needed, (f"GRANT {', '.join(absent)} ON *.* TO {me} WITH GRANT OPTION;",))
    kept = [name for name in wanted if name not in absent and held.keeps_to_itself(name)]
    if kept:
        grant = f"GRANT {', '.join(kept)} ON *.* TO {me} WITH GRANT OPTION;"
        yield Lack(f"GRANT OPTION for {', '.join(kept)}", "DMS's logins are given their share", (grant,))
    yield from _of_sessions(connection, held, server, me)
    yield from _helpful(held, server, me)


def _held(connection: Connection) -> _Held:
    names, passed_on = set[str](), set[str]()
    for (line,) in connection.rows("SHOW GRANTS"):
        if found := _EVERYWHERE.match(str(line)):
            here = {name.strip().upper() for name in found["what"].split(",")}
            names |= here
            passed_on |= here if found["option"] else set()
    return _Held(frozenset(names), frozenset(passed_on))


def _of_sessions(connection: Connection, held: _Held, server: ServerVersion, me: str) -> Iterator[Lack]:
    """A managed service gives a procedure in its place."""
    name = "CONNECTION ADMIN" if server.mariadb_from(10, 5) else "CONNECTION_ADMIN" if server.mysql_from(8) else "SUPER"
    if not held.lacks(name) or not held.lacks("SUPER") or _may_call(connection):
        return
    yield Lack(name, "a cutover ends the sessions that it fences", (f"GRANT {name} ON *.* TO {me};",))


def _may_call(connection: Connection) -> bool:
    asked = "SELECT 1 FROM information_schema.routines WHERE routine_schema = 'mysql' AND routine_name = 'rds_kill'"
    return bool(if_permitted(connection, asked))


def _helpful(held: _Held, server: ServerVersion, me: str) -> Iterator[Lack]:
    """What the migration does without, telling less or making itself the definer."""
    if server.mysql_from(8) and held.lacks("XA_RECOVER_ADMIN"):
        grant = f"GRANT XA_RECOVER_ADMIN ON *.* TO {me};"
        yield Lack("XA_RECOVER_ADMIN", "prepared transactions are seen; unseen ones keep the freeze's gate closed",
                   (grant,))  # fmt: skip
    names: tuple[str, ...] = ()
    if server.mysql_from(8, 2):
        names = ("SET_ANY_DEFINER", "ALLOW_NONEXISTENT_DEFINER")
    elif server.mysql_from(8):
        names = ("SET_USER_ID",)
    elif server.mariadb_from(10, 5):
        names = ("SET USER",)
    absent = [name for name in names if held.lacks(name)]
    if absent:
        needed = "a trigger or event that was put to rest gets its own definer back; else the toolkit becomes it"
        grant = f"GRANT {', '.join(absent)} ON *.* TO {me};"
        yield Lack(", ".join(absent), needed, (grant,), blocking=False)
