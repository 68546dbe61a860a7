"""`provision cost`: prices by AWS's Price List, never by a built-in number."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session
from migrate.errors import UsageError
from migrate.operations.cost import cost as operation
from migrate.report import cost as report
from migrate.report.heading import headed
from migrate.stages.provision.cost import Usage
from migrate.ui import results


def cost(
    config: Config = DEFAULT_CONFIG,
    prices: Annotated[Path | None, typer.Option(help="A saved price list to read, instead of asking AWS.")] = None,
    save: Annotated[Path | None, typer.Option(help="Keep what AWS answered, for --prices.")] = None,
    storage_gb: Annotated[int | None, typer.Option(min=1, help="What the cluster will hold, in GB.")] = None,
    io_millions: Annotated[str, typer.Option(help="I/O requests in a month, in millions: 200 or 200-900.")] = "",
    days: Annotated[int, typer.Option(min=1, max=365, help="How long both sides and DMS stand.")] = 14,
    output: Output = Format.TEXT,
) -> None:
    """What the target costs in a month, and the migration once: each number with its SKU, unit and date.

    On-demand list prices of AWS's Price List, without discounts and taxes. What has no single price is "not priced".

    \b
    Examples:
      aurora-migrate provision cost
    """
    usage = Usage(storage_gb=storage_gb, io_millions=_range(io_millions), days=days)
    with session(config) as opened:
        found = operation(opened, usage, saved=prices, save=save)
    if output is Format.JSON:
        results.document(headed("cost", report.document(found)))
        return
    results.table(report.HEADINGS, report.rows(found.monthly), title=f"The target in a month ({found.region})")
    results.text(f"a month: {report.summary(found.monthly)}")
    results.table(report.HEADINGS, report.rows(found.migration), title=f"The migration, once ({found.days} days)")
    results.text(f"the migration: {report.summary(found.migration)}")
    results.text(f"{found.source}, asked {found.asked_at}; list prices on demand, without discounts and taxes")


def _range(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    least, _, most = text.partition("-")
    if not least.isdigit() or (most and not most.isdigit()) or int(most or least) < int(least):
        raise UsageError(
            f"{text!r} is no number of millions", code="PRV-053", hint="Write --io-millions 200, or 200-900."
        )
    return int(least), int(most or least)
