"""`grants`: the SQL that lets the toolkit's login in on either side. It is printed, never run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checks.route import Engine, TargetEngine
from migrate.cli.options import DEFAULT_CONFIG, Config
from migrate.errors import UsageError
from migrate.ui import results
from migrate.wiring.grants import grants as script

OF_TARGET = (
    "-- On the target, run by the cluster's master. It has all of this from birth: only a login beside it needs it,",
    "-- one that [target] master_username and password name.",
)
AURORA_MYSQL_SPEAKS = "8.0"
"""What Aurora MySQL 3 is compatible with."""


def register(app: typer.Typer) -> None:
    app.command("grants")(grants)


def grants(
    config: Config = DEFAULT_CONFIG,
    engine: Annotated[Engine | None, typer.Option(help="Without a configuration: the source's engine.")] = None,
    user: Annotated[str, typer.Option(help="Without a configuration: the toolkit's login.")] = "",
    host: Annotated[str, typer.Option(help="MySQL, MariaDB: from where it logs in.")] = "%",
    version: Annotated[str, typer.Option(help="The server's, e.g. 8.0; the newest when left out.")] = "",
    rds: Annotated[bool, typer.Option("--rds", help="The source is on RDS or Aurora.")] = False,
    target: Annotated[
        bool, typer.Option("--target", help="For the Aurora cluster: a login beside its master, which has all of it.")
    ] = False,
) -> None:
    """The SQL that an administrator runs on the source, so that the toolkit's login may do its work.

    It makes no password and asks no server. DMS's two logins, and the application's on the target, are made by
    `replicate start`: locked, where nobody may log in yet. On Aurora the cluster's master has all that is needed;
    `--target` is for a login beside it.

    \b
    Examples:
      aurora-migrate grants > grants.sql
      aurora-migrate grants --engine mysql --version 8.0 --user mig --host 10.0.%
      aurora-migrate grants --engine postgres --user mig --rds
      aurora-migrate grants --target
    """
    if (engine is None) is not (not user):
        raise UsageError("--engine and --user go together", code="CFG-094", hint="Give both, or neither.")
    if engine is None:
        engine, user, version = _configured(config, version, target)
    try:
        lines = script(engine, user, host=host, version=version, managed=rds or target)
        results.text([*(OF_TARGET if target else ()), *lines])
    except ValueError as problem:
        raise UsageError(
            f"no grants can be written: {problem}", code="CFG-095", hint="Look at --user, --host and --version."
        ) from None


def _configured(config: Path, version: str, target: bool) -> tuple[Engine, str, str]:
    """Engine, login and version of the side that is asked for."""
    from migrate.settings import load

    settings = load(config)
    if not target:
        return settings.source.engine, settings.source.user, version
    if settings.target.engine is TargetEngine.AURORA_MYSQL:
        return Engine.MYSQL, settings.target.master_username, version or AURORA_MYSQL_SPEAKS
    return Engine.POSTGRES, settings.target.master_username, version or settings.target.version
