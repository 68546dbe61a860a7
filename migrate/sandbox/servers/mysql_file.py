"""SQL files run as the `mysql` client would run them, so that what the application's own people feed to it works."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pymysql

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_quoting import identifier
from migrate.sandbox.servers.mysql_script import statements


def run_file(
    server: MySqlServer,
    file: Path,
    *,
    database: str,
    user: str,
    password: str,
    variables: Mapping[str, str] | None = None,
) -> None:
    """Run `file` logged in as `user`; `variables` are user variables of the session, texts: `@scale` is '1.0'.

    Raises SandboxError with the line and the server's words; everything before the failing statement stays done.
    """
    if not file.is_file():
        raise SandboxError(f"there is no SQL file {file}")
    # Bytes that are no UTF-8 reach the server as they are, as from the client.
    script = file.read_text(encoding="utf-8", errors="surrogateescape")
    with server.connect(database, user, password, local_infile=True) as connection, connection.cursor() as cursor:
        for name, value in (variables or {}).items():
            cursor.execute(f"SET @{identifier(name)} = %s", [value])
        for statement in statements(script):
            try:
                cursor.execute(statement.text)
                while cursor.nextset():
                    pass
            except pymysql.MySQLError as error:
                raise SandboxError(f"{file.name} failed: line {statement.line}: {error.args[-1]}") from error
