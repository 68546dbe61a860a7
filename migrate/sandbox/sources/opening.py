"""Start a source database and fill it."""

from __future__ import annotations

import secrets
from typing import Any

import psycopg
import pymysql

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.roster import Role, Roster
from migrate.sandbox.sources.mysql import fill_mysql
from migrate.sandbox.sources.postgres import fill_postgres
from migrate.sandbox.sources.request import Passwords, SourceRequest


def open_source(roster: Roster, request: SourceRequest) -> dict[str, Any]:
    """Start the server and fill it; the answer has addresses and every generated password.

    Raises SandboxError; then no server is left.
    """
    server = roster.open(request.name, Role.SOURCE, engine=request.engine, settings=request.settings)
    passwords = Passwords.for_source(request)
    try:
        server.create_master(request.master_user, secrets.token_urlsafe(24))
        match server:
            case PostgresServer():
                fill_postgres(server, request, passwords)
            case MySqlServer():
                fill_mysql(server, request, passwords)
    except (psycopg.Error, pymysql.MySQLError) as error:
        roster.close(request.name, Role.SOURCE)
        raise SandboxError(f"the source cannot be set up: {_first_line(error)}") from error
    except BaseException:
        roster.close(request.name, Role.SOURCE)
        raise
    return {
        "name": request.name,
        "engine": server.engine,
        "version": server.version,
        "host": server.host,
        "port": server.port,
        "database": request.database,
        "ca_file": str(server.ca_file),
        "master_user": request.master_user,
        "master_password": server.master_password,
        "owner": request.owner,
        "owner_password": passwords.owner,
        "roles": dict(passwords.roles),
    }


def _first_line(error: psycopg.Error | pymysql.MySQLError) -> str:
    words = str(error) if isinstance(error, psycopg.Error) else str(error.args[-1])
    return words.splitlines()[0]
