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
from migrate.model.visible import LAYOUT, visible
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


_OBEYED = {number: f"\\x{number:02x}" for number in range(32) if chr(number) not in LAYOUT}
"""What every terminal obeys. JSON holds none of it unescaped, so a document goes out as it is."""


def text(lines: Iterable[str] | str) -> None:
    for line in [lines] if isinstance(lines, str) else lines:
        _say(line.translate(_OBEYED))


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
    drawn = Table(title=title and _safe(title), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for place, heading in enumerate(headings):
        numeric = bool(body) and all(row[place].replace(".", "").replace(",", "").isdigit() for row in body)
        drawn.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        drawn.add_row(*(_safe(cell) for cell in row))
    console = PlainConsole(highlight=False)
    if not console.is_terminal:
        console.width = UNBOUNDED
    with lossy(console.file, BrokenPipeError):
        console.print(drawn)


def error(problem: MigrateError) -> None:
    """What happened, why, what to do: for a person, on stderr."""
    with lossy(sys.stderr):
        console = PlainConsole(stderr=True, highlight=False)
        console.print(f"[red]{problem.code}[/red] {_safe(problem.message)}", soft_wrap=True)
        for note in getattr(problem, "__notes__", []):
            console.print(f"  [dim]{_safe(note)}[/dim]", soft_wrap=True)
        if problem.hint:
            console.print(f"  → {_safe(problem.hint)}", soft_wrap=True)
        console.print(f"  [dim]? {problem.explain}[/dim]", soft_wrap=True)


def last_document(value: Json) -> None:
    """As `document`, where the program ends anyway: a full disk changes nothing about its exit code."""
    with lossy(sys.stdout):
        document(value)


def _safe(text: str) -> str:
    """As it is, also where a stranger named things: neither rich's markup nor anything that the terminal would obey."""
    return escape(visible(text, LAYOUT))
