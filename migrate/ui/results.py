"""Printing of results on stdout, and of errors on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from migrate.errors import MigrateError
from migrate.model.json import Json

WIDE = 240
"""Columns of a table in a pipe: nothing may be folded there, for somebody may search it."""


def document(value: Json) -> None:
    """Exactly one JSON document on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def line(value: Json) -> None:
    """One JSON document on one line, flushed: for whoever reads it from a pipe while the program goes on."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def text(lines: Iterable[str] | str) -> None:
    for line in [lines] if isinstance(lines, str) else lines:
        sys.stdout.write(line + "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> None:
    """A plain table; columns that hold only numbers are set to the right."""
    body = [[str(cell) for cell in row] for row in rows]
    drawn = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for place, heading in enumerate(headings):
        numeric = bool(body) and all(row[place].replace(".", "").replace(",", "").isdigit() for row in body)
        drawn.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        drawn.add_row(*(escape(cell) for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(drawn)


def error(problem: MigrateError, *, as_json: bool) -> None:
    """What happened, why, what to do. With `as_json` the error is the one JSON document on stdout."""
    if as_json:
        document(
            {
                "report": "error",
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
                "retryable": problem.retryable,
                "fault": problem.fault,
                "exit": int(problem.exit),
                "notes": list(getattr(problem, "__notes__", [])),
            }
        )
        return
    console = Console(stderr=True, highlight=False)
    console.print(f"[red]{problem.code}[/red] {escape(problem.message)}", soft_wrap=True)
    for note in getattr(problem, "__notes__", []):
        console.print(f"  [dim]{escape(note)}[/dim]", soft_wrap=True)
    if problem.hint:
        console.print(f"  → {escape(problem.hint)}", soft_wrap=True)
