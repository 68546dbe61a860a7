"""A PostgreSQL source: roles the master may administer, a database of the owner's, files run by psql."""

from __future__ import annotations

from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.psql import run_file
from migrate.sandbox.servers.quoting import identifier, literal
from migrate.sandbox.sources.request import Passwords, SourceRequest


def fill_postgres(server: PostgresServer, request: SourceRequest, passwords: Passwords) -> None:
    """Make the roles and the database and run the files. Raises SandboxError or psycopg.Error."""
    master = identifier(request.master_user)
    if request.owner != request.master_user:
        # As on RDS, where the master made the role itself and so may administer it.
        server.execute(
            _create_role(request.owner, passwords.owner),
            f"GRANT {identifier(request.owner)} TO {master} WITH ADMIN OPTION",
        )
    for role in request.roles:
        server.execute(
            _create_role(role.name, passwords.roles.get(role.name)),
            f"GRANT {identifier(role.name)} TO {master} WITH ADMIN OPTION",
        )
    server.create_database(request.database, request.owner)
    for file in request.sql_files:
        run_file(server, file, database=request.database, role=request.owner, variables=request.variables)
    for role in request.roles:
        if role.grants is not None:
            variables = {**request.variables, "application": role.name}
            run_file(server, role.grants, database=request.database, role=request.owner, variables=variables)


def _create_role(name: str, password: str | None) -> str:
    login = "NOLOGIN" if password is None else f"LOGIN PASSWORD {literal(password)}"
    return f"CREATE ROLE {identifier(name)} {login}"
