"""Composition root of the databases: which engine stands behind an address or a URL.

An engine is imported when one of its databases is opened: a command pays for what it uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from checks.route import Engine
from migrate.errors import UsageError
from migrate.model.database import Address, Credentials, Fencing, Side, Tls, unfenced
from migrate.model.family import FAMILY_OF
from migrate.ports.database import Database
from migrate.references import resolve


def database(address: Address, credentials: Credentials, side: Side, fencing: Fencing = unfenced) -> Database:
    """Raises UsageError where the engine's driver is not installed."""
    with driver_of(address.engine):
        match address.engine:
            case Engine.POSTGRES:
                from migrate.engines.postgres.database import PostgresDatabase

                return PostgresDatabase(address, credentials, side, fencing)
            case Engine.MYSQL | Engine.MARIADB:
                from migrate.engines.mysql.database import MySqlDatabase

                return MySqlDatabase(address, credentials, side, fencing)


EXTRAS = {Engine.POSTGRES: "postgres", Engine.MYSQL: "mysql", Engine.MARIADB: "mysql"}
"""The extra with which an engine's driver is installed."""


@contextmanager
def driver_of(engine: Engine) -> Iterator[None]:
    """Around what imports the engine's driver: that it is missing is told as what to install."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if missing.name not in ("psycopg", "pymysql"):
            raise
        raise UsageError(
            f"the driver for {engine.value} is not installed: there is no {missing.name}",
            code="CFG-099",
            hint=f"Install it: pip install 'aurora-migrate[{EXTRAS[engine]}]'",
        ) from None


SCHEMES = {"postgresql": Engine.POSTGRES, "mysql": Engine.MYSQL, "mariadb": Engine.MARIADB}


def address_from_url(url: str) -> Address:
    """From `postgresql://user@host:port/database?sslmode=…&sslrootcert=…`; or mysql://, mariadb://.

    Raises UsageError.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unusable("its host or port cannot be read") from None
    if parts.scheme not in SCHEMES:
        raise _unusable(f"it does not begin with {', '.join(f'{scheme}://' for scheme in SCHEMES)}")
    lacking = {"user": parts.username, "host": parts.hostname, "database": parts.path.strip("/")}
    if absent := [name for name, value in lacking.items() if not value]:
        raise _unusable(f"it names no {' and no '.join(absent)}")
    options = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    if unknown := sorted(options.keys() - {"sslmode", "sslrootcert", "password"}):
        raise _unusable(f"it has an unknown option {', '.join(unknown)}")
    loopback = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    mode = options.get("sslmode", "disable" if loopback else "verify-full")
    if mode not in set(Tls):
        raise UsageError(f"unknown sslmode {mode}", code="CFG-026", hint=f"Known: {', '.join(Tls)}.")
    return Address(
        engine=SCHEMES[parts.scheme],
        host=parts.hostname or "",
        port=port or FAMILY_OF[SCHEMES[parts.scheme]].port,
        database=unquote(parts.path.strip("/")),
        tls=Tls(mode),
        ca_file=unquote(options["sslrootcert"]) if "sslrootcert" in options else None,
    )


def _unusable(why: str) -> UsageError:
    hint = "Write engine://user@host:port/database?sslmode=verify-full&sslrootcert=FILE with engine postgresql, mysql…"
    return UsageError(f"the database URL is not usable: {why}", code="CFG-021", hint=hint)


def user_from_url(url: str) -> str:
    return unquote(urlsplit(url).username or "")


def database_from_url(url: str, side: Side) -> Database:
    """The password comes from AURORA_MIGRATE_SOURCE_PASSWORD or …_TARGET_PASSWORD: one in the URL is refused, for it
    would stand in the shell's history. Raises UsageError.
    """
    address = address_from_url(url)
    variable = f"AURORA_MIGRATE_{side.value.upper()}_PASSWORD"
    if urlsplit(url).password or "password=" in urlsplit(url).query:
        raise UsageError("the database URL holds a password", code="CFG-022", hint=f"Set {variable} instead.")
    password = resolve(f"env:{variable}", Path(), lambda _: {})
    return database(address, Credentials(user_from_url(url), password), side)
