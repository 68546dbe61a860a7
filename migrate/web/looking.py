"""Looks once for all browsers, on a thread of its own; each browser's stream tells what changed for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from migrate.model.control_room import ControlRoom
from migrate.report.control_room.page import Pages, Panels
from migrate.web.changes import changes, message

PAUSE_SECONDS = 0.1
BREATH_SECONDS = 10.0
"""After so long without news a stream says that it is there."""


@dataclass
class Looking:
    """`looks` yields a look and why it could not be taken, if it could not; it ends when the program does."""

    looks: Iterator[tuple[ControlRoom, str]]
    pages: Pages = field(default_factory=Pages)

    def __post_init__(self) -> None:
        self._over = False
        self._take(next(self.looks))
        threading.Thread(target=self._work, name="looking", daemon=True).start()

    def _work(self) -> None:
        """Whatever ends it ends the streams: a browser must not show what nobody looks at any more."""
        try:
            for look in self.looks:
                self._take(look)
        finally:
            self._over = True

    def _take(self, look: tuple[ControlRoom, str]) -> None:
        room, problem = look
        self._now = room, self.pages.panels(room, problem)

    def page(self) -> str:
        return self.pages.page(*self._now)

    async def stream(self) -> AsyncIterator[str]:
        """Everything first, then what changed; ends when nobody looks any more."""
        last: Panels | None = None
        silent = 0.0
        yield "retry: 1000\n\n"
        while not self._over:
            _, now = self._now
            told = changes(last, now) if now is not last else {}
            if told or silent >= BREATH_SECONDS:
                yield message(told, now.at)
                silent = 0.0
            last = now
            await asyncio.sleep(PAUSE_SECONDS)
            silent += PAUSE_SECONDS
