"""Printing of results on stdout, and of errors on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from migrate.errors import MigrateError
from migrate.model.json import Json
from migrate.ui.listener import PlainConsole, lossy

UNBOUNDED = 1_000_000
"""Columns that a table may take in a pipe, where it takes what its cells need: nothing is folded, for somebody
may search it."""


def document(value: Json) -> None:
    """Exactly one JSON document on stdout."""
    _say(json.dumps(value, indent=2, ensure_ascii=False))


def line(value: Json) -> None:
    """One JSON document on one line: for whoever reads it from a pipe while the program goes on."""
    _say(json.dumps(value, ensure_ascii=False))


def text(lines: Iterable[str] | str) -> None:
    for line in [lines] if isinstance(lines, str) else lines:
        _say(line)


def flush() -> None:
    """For whoever reads from a pipe while the program goes on."""
    with lossy(sys.stdout, BrokenPipeError):
        sys.stdout.flush()


def _say(line: str) -> None:
    """A reader who has enough may go (`| head`); a full disk is an error, for there the result is missed."""
    with lossy(sys.stdout, BrokenPipeError):
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
    console = PlainConsole(highlight=False)
    if not console.is_terminal:
        console.width = UNBOUNDED
    with lossy(console.file, BrokenPipeError):
        console.print(drawn)


def error(problem: MigrateError, *, as_json: bool) -> None:
    """What happened, why, what to do. With `as_json` the error is the one JSON document on stdout."""
    with lossy(sys.stdout if as_json else sys.stderr):
        _complain(problem, as_json)


def _complain(problem: MigrateError, as_json: bool) -> None:
    if as_json:
        document(
            {
                "report": "error",
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
                "explain": explained_by(problem),
                "retryable": problem.retryable,
                "fault": problem.fault,
                "exit": int(problem.exit),
                "notes": list(getattr(problem, "__notes__", [])),
            }
        )
        return
    console = PlainConsole(stderr=True, highlight=False)
    console.print(f"[red]{problem.code}[/red] {escape(problem.message)}", soft_wrap=True)
    for note in getattr(problem, "__notes__", []):
        console.print(f"  [dim]{escape(note)}[/dim]", soft_wrap=True)
    if problem.hint:
        console.print(f"  → {escape(problem.hint)}", soft_wrap=True)
    console.print(f"  [dim]? {explained_by(problem)}[/dim]", soft_wrap=True)


def explained_by(problem: MigrateError) -> str:
    """The command that says more of an error."""
    return f"aurora-migrate explain {problem.code}"
