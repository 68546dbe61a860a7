"""`checks`: the rule catalogue."""

from __future__ import annotations

import typer

from checks.errors import UnknownRuleError
from checks.explain import explain as page
from checks.registry import catalogue
from migrate.cli.options import Format, Output
from migrate.errors import UsageError
from migrate.ui import results

app = typer.Typer(help="The rule catalogue.", no_args_is_help=True)


@app.command("list")
def list_rules(output: Output = Format.TEXT) -> None:
    """Every rule with its code and severity."""
    rows = [(rule.code, rule.severity.value, rule.slug) for rule in catalogue().values()]
    if output is Format.JSON:
        results.document([{"code": code, "severity": severity, "slug": slug} for code, severity, slug in rows])
    else:
        results.table(("code", "severity", "fault"), rows)


@app.command()
def explain(code: str) -> None:
    """What a rule finds, why it matters on Aurora, and what to do."""
    try:
        results.text(page(code))
    except UnknownRuleError as problem:
        raise UsageError(str(problem), code="CFG-043", hint="See: aurora-migrate checks list") from None
