"""`grants`: the SQL that lets the toolkit's login in on the source. It is printed, never run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checks.route import Engine
from migrate.cli.options import DEFAULT_CONFIG, Config
from migrate.errors import UsageError
from migrate.ui import results
from migrate.wiring.grants import grants as script


def register(app: typer.Typer) -> None:
    app.command("grants")(grants)


def grants(
    config: Config = DEFAULT_CONFIG,
    engine: Annotated[Engine | None, typer.Option(help="Without a configuration: the source's engine.")] = None,
    user: Annotated[str, typer.Option(help="Without a configuration: the toolkit's login.")] = "",
    host: Annotated[str, typer.Option(help="MySQL, MariaDB: from where it logs in.")] = "%",
    version: Annotated[str, typer.Option(help="The server's, e.g. 8.0; the newest when left out.")] = "",
    rds: Annotated[bool, typer.Option("--rds", help="The source is on RDS or Aurora.")] = False,
) -> None:
    """The SQL that an administrator runs on the source, so that the toolkit's login may do its work.

    It makes no password and asks no server. DMS's two logins, and the application's on the target, are made by
    `replicate start`: locked, where nobody may log in yet. On Aurora the cluster's master has all that is needed.

    \b
    Examples:
      aurora-migrate grants > grants.sql
      aurora-migrate grants --engine mysql --version 8.0 --user mig --host 10.0.%
      aurora-migrate grants --engine postgres --user mig --rds
    """
    if (engine is None) is not (not user):
        raise UsageError("--engine and --user go together", code="CFG-094", hint="Give both, or neither.")
    engine, user = (engine, user) if engine is not None else _configured(config)
    try:
        results.text(script(engine, user, host=host, version=version, managed=rds))
    except ValueError as problem:
        raise UsageError(
            f"no grants can be written: {problem}", code="CFG-095", hint="Look at --user, --host and --version."
        ) from None


def _configured(config: Path) -> tuple[Engine, str]:
    from migrate.settings import load

    source = load(config).source
    return source.engine, source.user
