"""`checks`: the rule catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checks.errors import ChecksError, UnknownRuleError
from checks.explain import explain as page
from checks.finding import Severity
from checks.registry import catalogue, select
from checks.route import Engine
from checks.rule import STAGES
from checks.scaffold import new as scaffold
from migrate.cli.options import Format, Output
from migrate.cli.prefixes import Ignore, Select, prefixes
from migrate.errors import UsageError
from migrate.ui import results

app = typer.Typer(help="The rule catalogue.", no_args_is_help=True)


@app.command("list")
def list_rules(
    selected: Select = None,
    ignored: Ignore = None,
    engine: Annotated[Engine | None, typer.Option(help="Only rules for this source.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only rules of this usual severity.")] = None,
    blocks: Annotated[str | None, typer.Option(help=f"Only rules that block a stage: {', '.join(STAGES)}.")] = None,
    output: Output = Format.TEXT,
) -> None:
    """Every rule with its code and severity, or those that are asked for.

    \b
    Examples:
      aurora-migrate checks list --engine mysql --severity blocker
    """
    if blocks is not None and blocks not in STAGES:
        raise UsageError(f"{blocks} is no stage", code="CFG-074", hint=f"Known: {', '.join(STAGES)}.")
    try:
        rules = select(catalogue(), select=prefixes(selected), ignore=prefixes(ignored))
    except UnknownRuleError as problem:
        raise UsageError(str(problem), code="CFG-070", hint="See: aurora-migrate checks list") from None
    rows = [
        (rule.code, rule.severity.value, rule.blocks or "", rule.slug)
        for rule in rules
        if engine in (None, *rule.engines) and severity in (None, rule.severity) and blocks in (None, rule.blocks)
    ]
    if output is Format.JSON:
        results.document(
            [
                {"code": code, "severity": severe, "blocks": stage or None, "slug": slug}
                for code, severe, stage, slug in rows
            ]
        )
    else:
        results.table(("code", "severity", "blocks", "fault"), rows)


@app.command()
def explain(code: str) -> None:
    """What a rule finds, why it matters on Aurora, and what to do.

    \b
    Examples:
      aurora-migrate checks explain PG301
    """
    try:
        results.text(page(code))
    except UnknownRuleError as problem:
        raise UsageError(str(problem), code="CFG-043", hint="See: aurora-migrate checks list") from None


@app.command()
def new(
    code: str,
    slug: Annotated[str, typer.Argument(help="The fault in words joined by hyphens: table-without-key.")],
    folder: Annotated[Path | None, typer.Option(help="Write there instead of into the package's own rules.")] = None,
) -> None:
    """Write the file of a new rule, with docstring and examples; its tests fail until it finds the bad one.

    \b
    Examples:
      aurora-migrate checks new PG399 table-without-key --folder rules
    """
    try:
        results.text(str(scaffold(code, slug, folder)))
    except ChecksError as problem:
        raise UsageError(str(problem), code="CFG-075", hint=problem.hint) from None
    except OSError as problem:
        raise UsageError(
            f"the rule cannot be written: {problem}", code="CFG-075", hint="Name a folder of yours with --folder."
        ) from None
