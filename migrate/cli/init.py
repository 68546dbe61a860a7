"""`init`: write migration.toml from a live source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, watching
from migrate.operations import init as operation
from migrate.operations.read_catalog import read_catalog
from migrate.ui import results
from migrate.wiring.databases import address_from_url, database_from_url, user_from_url


def register(app: typer.Typer) -> None:
    app.command("init")(init)


def init(
    source: Annotated[
        str,
        typer.Option(
            help="postgresql://, mysql:// or mariadb://user@host:port/database; the password from the environment."
        ),
    ],
    name: Annotated[str, typer.Option(help="Name of the migration.")] = "migration",
    region: Annotated[str, typer.Option(help="AWS region of the target.")] = "eu-central-1",
    endpoint_url: Annotated[str | None, typer.Option(help="The sandbox's endpoint; leave out for AWS.")] = None,
    application_secret: Annotated[
        str, typer.Option(help="Secret that the application reads its database from.")
    ] = "app",
    target_ca_file: Annotated[str | None, typer.Option(help="Certificate bundle of the target.")] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Read the source and write the settings: route, schemas and sizes filled in. No password is written.

    \b
    Examples:
      aurora-migrate init --source postgresql://mig@db.internal:5432/shop --name shop
    """
    from migrate.model.database import Side

    operation.refuse(Path(config), name)
    with watching() as ui:
        database = database_from_url(source, Side.SOURCE)
        try:
            catalog = read_catalog(database, ui)
        finally:
            database.close()
        asked = operation.Asked(
            name=name,
            region=region,
            endpoint_url=endpoint_url,
            password="env:AURORA_MIGRATE_SOURCE_PASSWORD",
            user=user_from_url(source),
            application_secret=application_secret,
            poll_seconds=0.2 if endpoint_url else 15.0,
            target_ca_file=target_ca_file,
        )
        operation.write(Path(config), address_from_url(source), catalog, asked)
    results.text(f"wrote {config}: {len(catalog.tables)} tables in {', '.join(catalog.schemas)}")
    if not endpoint_url:
        results.text("to fill in before provision plan: [target.tags]; before replicate start: [replication]")
    results.text("next: aurora-migrate assess")
