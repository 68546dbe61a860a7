"""`doctor`: what a migration needs, asked before anything depends on it."""

from __future__ import annotations

from typing import Annotated

import typer

from migrate.cli.checks_shown import show
from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session
from migrate.errors import Exit, UsageError
from migrate.model.checkup import Check, healthy
from migrate.operations.doctor.cloud import Role
from migrate.operations.doctor.examine import examine, without_settings

BOTH = [Role.PROVISIONER, Role.MIGRATOR]


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    config: Config = DEFAULT_CONFIG,
    roles: Annotated[
        list[Role], typer.Option("--as", help="Whose permissions in AWS are asked for; repeatable, left out: both.")
    ] = BOTH,
    output: Output = Format.TEXT,
) -> None:
    """Environment, servers, logins, privileges, AWS identity and permissions, all at once. Problems end with exit 3.

    Nothing is changed. Missing privileges come with the GRANTs, missing permissions are all named.

    \b
    Examples:
      aurora-migrate doctor
      aurora-migrate doctor --format json
    """
    checks: list[Check] = []
    try:
        with session(config) as opened:
            checks += examine(opened, roles)
    except UsageError as problem:
        checks += without_settings(problem)
    show("doctor", checks, output)
    if not healthy(checks):
        raise typer.Exit(int(Exit.SAYS_NO))
