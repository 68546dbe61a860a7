"""Source databases for a rehearsal: a server, an application's database in it, and the roles that use it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.psql import run_file
from migrate.sandbox.servers.quoting import identifier, literal
from migrate.sandbox.servers.roster import Role, Roster

NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class ApplicationRole:
    """A role the application logs in as. `grants` is a file the owner runs with psql variable `application`."""

    name: str
    password: str | None = field(default=None, repr=False)
    login: bool = True
    grants: Path | None = None


@dataclass(frozen=True)
class SourceRequest:
    """What a source is to be. `sql_files` run as the owner, in this order, with `variables` as psql's."""

    name: str
    database: str
    owner: str
    master_user: str
    sql_files: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[ApplicationRole, ...] = ()
    owner_login: bool = False

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> SourceRequest:
        """From JSON. Raises SandboxError for what is missing, unknown or of another engine."""
        known = {"engine", *cls.__dataclass_fields__}
        unknown = sorted(set(body) - known)
        missing = sorted({"name", "database", "owner", "master_user"} - set(body))
        if unknown or missing:
            raise SandboxError(f"a source request with unknown {unknown} and missing {missing} members")
        if body.get("engine", "postgres") != "postgres":
            raise SandboxError(f"the sandbox has no source engine {body['engine']}", hint="it has postgres")
        if not NAME.fullmatch(body["name"]):
            raise SandboxError(f"{body['name']!r} is no name for a server", hint="small letters, digits and hyphens")
        return cls(
            name=body["name"],
            database=body["database"],
            owner=body["owner"],
            master_user=body["master_user"],
            sql_files=tuple(Path(file) for file in body.get("sql_files", [])),
            variables={str(key): str(value) for key, value in body.get("variables", {}).items()},
            settings={str(key): str(value) for key, value in body.get("settings", {}).items()},
            roles=tuple(
                ApplicationRole(
                    role["name"],
                    role.get("password"),
                    bool(role.get("login", True)),
                    Path(role["grants"]) if role.get("grants") else None,
                )
                for role in body.get("roles", [])
            ),
            owner_login=bool(body.get("owner_login", False)),
        )


def open_source(roster: Roster, request: SourceRequest) -> dict[str, Any]:
    """Start the server and fill it; the answer has addresses and every generated password.

    Raises SandboxError; then no server is left.
    """
    server = roster.open(request.name, Role.SOURCE, settings=request.settings)
    try:
        return _fill(server, request)
    except psycopg.Error as error:
        roster.close(request.name, Role.SOURCE)
        raise SandboxError(f"the source cannot be set up: {str(error).splitlines()[0]}") from error
    except BaseException:
        roster.close(request.name, Role.SOURCE)
        raise


def _fill(server: PostgresServer, request: SourceRequest) -> dict[str, Any]:
    server.create_master(request.master_user, secrets.token_urlsafe(24))
    owner_password = secrets.token_urlsafe(24) if request.owner_login else None
    passwords = {role.name: role.password or secrets.token_urlsafe(24) for role in request.roles if role.login}
    master = identifier(request.master_user)
    if request.owner != request.master_user:
        # As on RDS, where the master made the role itself and so may administer it.
        server.execute(
            _create_role(request.owner, owner_password),
            f"GRANT {identifier(request.owner)} TO {master} WITH ADMIN OPTION",
        )
    for role in request.roles:
        server.execute(
            _create_role(role.name, passwords.get(role.name)),
            f"GRANT {identifier(role.name)} TO {master} WITH ADMIN OPTION",
        )
    server.create_database(request.database, request.owner)
    for file in request.sql_files:
        run_file(server, file, database=request.database, role=request.owner, variables=request.variables)
    for role in request.roles:
        if role.grants is not None:
            variables = {**request.variables, "application": role.name}
            run_file(server, role.grants, database=request.database, role=request.owner, variables=variables)
    return {
        "name": request.name,
        "engine": "postgres",
        "host": server.host,
        "port": server.port,
        "database": request.database,
        "ca_file": str(server.ca_file),
        "master_user": request.master_user,
        "master_password": server.master_password,
        "owner": request.owner,
        "owner_password": owner_password,
        "roles": passwords,
    }


def _create_role(name: str, password: str | None) -> str:
    login = "NOLOGIN" if password is None else f"LOGIN PASSWORD {literal(password)}"
    return f"CREATE ROLE {identifier(name)} {login}"
