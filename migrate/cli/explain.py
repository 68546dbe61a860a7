"""`explain`: what a code means that the program has said."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterator, Sequence

import typer

from checks.errors import UnknownRuleError
from checks.explain import explain as page
from migrate.cli.options import Format, Output
from migrate.errors import UsageError
from migrate.gates.registry import gates
from migrate.operations import codes
from migrate.operations.codes import FAMILIES, Told
from migrate.shipped import pages
from migrate.stages.replicate.watching.honesty.judge import LIES
from migrate.stages.replicate.watching.honesty.lie import Lie
from migrate.ui import results

PAGE, EXITS = "docs/reference/errors.md", "docs/reference/exit-codes.md"


def register(app: typer.Typer) -> None:
    app.command("explain")(explain)


def explain(code: str, output: Output = Format.TEXT) -> None:
    """What an error's, a rule's or a finding's code or a gate's name means, and what to do.

    \b
    Examples:
      aurora-migrate explain SRC-110
      aurora-migrate explain PG301
      aurora-migrate explain lag-by-marker
      aurora-migrate explain DMS111
    """
    wanted = code.upper()
    if code in gates():
        _print(code, f"gate {code}\n\n{inspect.getdoc(gates()[code].ask)}", output)
        return
    if (lie := _lie(code)) is not None:
        _print(lie.code, _told(lie), output)
        return
    told, family = codes.about(wanted), wanted.partition("-")[0]
    if told or (family == "AWS" and wanted != family):
        _show(wanted if told else f"{family}-{code.partition('-')[2]}", told, output)
        return
    try:
        _print(wanted, page(wanted), output)
    except UnknownRuleError:
        raise _unknown(code) from None


def _lie(code: str) -> Lie | None:
    """What `replicate status` finds that DMS does not say, by code or name."""
    return next((lie for lie in LIES if code.upper() == lie.code or code == lie.slug), None)


def _told(lie: Lie) -> str:
    """The source's own page; where it stands in notes is nobody's business."""
    return (
        f"{lie.code} {lie.slug} ({lie.severity.value}), told by: aurora-migrate replicate status\n\n"
        f"  {lie.why}\n  → {lie.remedy}\n\nSource: {lie.source.partition(' (dms.md')[0]}\n"
        "What shows each of them: docs/watching.md"
    )


def _print(code: str, text: str, output: Format) -> None:
    if output is Format.JSON:
        results.document({"code": code, "text": text, "pages": pages(text)})
    else:
        results.text(text)
        _lead_to(pages(text))


def _show(code: str, told: Sequence[Told], output: Format) -> None:
    family = FAMILIES.get(code.partition("-")[0], "")
    named = pages(*(f"{one.message} {one.hint}" for one in told), PAGE, EXITS)
    if output is Format.JSON:
        said = [{"message": one.message, "hint": one.hint, "exit": int(one.exit) if one.exit else None} for one in told]
        results.document({"code": code, "about": family, "said": said, "page": PAGE, "pages": named})
        return
    results.text(f"{code}: about {family}" if family else code)
    results.text(line for one in told for line in _lines(one))
    if not told:
        results.text(f"AWS itself answered with {code.partition('-')[2]}: its own documentation says when it does.")
    _lead_to(named)


def _lead_to(paths: Sequence[str]) -> None:
    """A text names pages as the project does; where an installed one lies nobody could guess."""
    if paths:
        results.text(["\nRead on:", *(f"  {path}" for path in paths)])


def _lines(one: Told) -> Iterator[str]:
    yield f"\n  {one.message}{f' (exit {one.exit})' if one.exit else ''}"
    if one.hint:
        yield f"  → {one.hint}"


def _unknown(code: str) -> UsageError:
    known = [*sorted({one.code for one in codes.every()}), *gates(), *(lie.code for lie in LIES)]
    near = difflib.get_close_matches(code.upper(), known, n=1) or difflib.get_close_matches(code, known, n=1)
    return UsageError(
        f"no error, rule or gate is called {code}",
        code="CFG-093",
        hint=f"Did you mean {near[0]}?" if near else f"Errors: {PAGE}. Rules: aurora-migrate checks list",
    )
