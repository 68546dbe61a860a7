"""The control room on a terminal, drawn anew in its place; in a pipe its lines, as text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from migrate.ui.listener import PlainConsole

Line = Sequence[tuple[str, str]]
STYLES = {"good": "green", "bad": "bold red", "warning": "yellow", "now": "cyan", "dim": "dim", "bold": "bold", "": ""}
"""Signs carry the same, for NO_COLOR and for eyes that do not tell them apart."""


@contextmanager
def screen(console: Console | None = None) -> Iterator[tuple[Callable[[], int], Callable[[Sequence[Line]], None]]]:
    """The height in lines as it is now, and a way to draw; each line is cut to the width. The last picture stays."""
    console = console or PlainConsole(highlight=False)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as shown:

        def draw(lines: Sequence[Line]) -> None:
            shown.update(painted(lines), refresh=True)

        yield (lambda: console.size.height - 1), draw


def painted(lines: Sequence[Line]) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis", end="")
    for number, line in enumerate(lines):
        if number:
            text.append("\n")
        for style, piece in line:
            text.append(_visible(piece), STYLES[style])
    return text


def plain(line: Line) -> str:
    return "".join(_visible(piece) for _, piece in line).rstrip()


def _visible(piece: str) -> str:
    """Names come from databases: what would move the cursor or ring the bell is shown as what it is."""
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in piece)


def watched() -> bool:
    """Whether somebody sits at the other end of stdout."""
    return sys.stdout.isatty()
