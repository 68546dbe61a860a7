"""A report that is drawn anew in its place: on a terminal alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.live import Live
from rich.text import Text

from migrate.ui.listener import PlainConsole


class Draw(Protocol):
    def __call__(self, lines: Sequence[str]) -> None: ...


@contextmanager
def live() -> Iterator[Draw]:
    """What was drawn last stays on the screen when the block ends. Long reports are cut to the screen's height."""
    console = PlainConsole(highlight=False)
    with Live(console=console, auto_refresh=False, vertical_overflow="ellipsis") as shown:

        def draw(lines: Sequence[str]) -> None:
            shown.update(Text("\n".join(lines)), refresh=True)

        yield draw
