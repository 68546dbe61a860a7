"""What a source database is to be, as the control API is told it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.kinds import ENGINES

NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class ApplicationRole:
    """A role the application logs in as. `grants` is a file the owner runs with the variable `application`."""

    name: str
    password: str | None = field(default=None, repr=False)
    login: bool = True
    grants: Path | None = None


@dataclass(frozen=True)
class SourceRequest:
    """What a source is to be. `sql_files` run as the owner, in this order, with `variables`: psql's on PostgreSQL, user
    variables of the session (`@scale`) on MySQL and MariaDB."""

    name: str
    database: str
    owner: str
    master_user: str
    sql_files: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[ApplicationRole, ...] = ()
    owner_login: bool = False
    engine: str = "postgres"

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> SourceRequest:
        """From JSON. Raises SandboxError for what is missing, unknown or of no engine the sandbox has."""
        unknown = sorted(set(body) - set(cls.__dataclass_fields__))
        missing = sorted({"name", "database", "owner", "master_user"} - set(body))
        if unknown or missing:
            raise SandboxError(f"a source request with unknown {unknown} and missing {missing} members")
        if body.get("engine", "postgres") not in ENGINES:
            raise SandboxError(f"the sandbox has no engine {body['engine']}", hint=f"it has {', '.join(ENGINES)}")
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
            engine=body.get("engine", "postgres"),
        )


@dataclass(frozen=True)
class Passwords:
    """Of the accounts that may log in: the owner, None where it may not, and the application's roles."""

    owner: str | None = field(repr=False)
    roles: Mapping[str, str] = field(repr=False)

    @classmethod
    def for_source(cls, request: SourceRequest) -> Passwords:
        """Those of the request, and new ones where it names none."""
        return cls(
            owner=secrets.token_urlsafe(24) if request.owner_login else None,
            roles={role.name: role.password or secrets.token_urlsafe(24) for role in request.roles if role.login},
        )
