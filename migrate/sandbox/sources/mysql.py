"""A MySQL or MariaDB source: accounts from everywhere, a database of the owner's, files run as the owner.

The owner has every privilege on its own database and may pass them on, and no other: what the application's people
wrote must not need more.
"""

from __future__ import annotations

import secrets

from pymysql.cursors import Cursor

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_file import run_file
from migrate.sandbox.sources.request import Passwords, SourceRequest

RETENTION_HOURS = 72
"""A source is prepared as the guide of DMS asks (dms.md §10): its log is kept."""


def fill_mysql(server: MySqlServer, request: SourceRequest, passwords: Passwords) -> None:
    """Make the accounts and the database and run the files. Raises SandboxError or pymysql.MySQLError.

    An owner that is to have no login is locked at the end; what it defined goes on working.
    """
    server.execute(f"CALL mysql.rds_set_configuration('binlog retention hours', {RETENTION_HOURS})")
    owns_itself = request.owner != request.master_user
    password = passwords.owner or secrets.token_urlsafe(24) if owns_itself else server.master_password
    with server.connect() as connection, connection.cursor() as cursor:
        if owns_itself:
            _create_user(cursor, request.owner, password)
        for role in request.roles:
            if role.login:
                _create_user(cursor, role.name, passwords.roles[role.name])
            else:
                cursor.execute("CREATE ROLE %s", [role.name])
    server.create_database(request.database, request.owner)
    files = [(file, dict(request.variables)) for file in request.sql_files]
    files += [(role.grants, {**request.variables, "application": role.name}) for role in request.roles if role.grants]
    for file, variables in files:
        run_file(server, file, database=request.database, user=request.owner, password=password, variables=variables)
    if owns_itself and passwords.owner is None:
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("ALTER USER %s@'%%' ACCOUNT LOCK", [request.owner])


def _create_user(cursor: Cursor, name: str, password: str) -> None:
    cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY %s", [name, password])
