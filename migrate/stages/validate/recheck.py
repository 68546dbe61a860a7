"""Looks again at keys that seemed to differ, until it is certain of each: changes may have been under way.

One round: read both sides, settle (everything the feeding side held at the read has now arrived), read both again. A
key is cleared when a side shows what the other showed during the round. It has differed through a round when neither
side moved, and they are unequal. A key that moves in every round is read continuously while the round lasts; if no
value is ever seen on both sides, it stays undecided.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice

from checks.facts import TableName
from migrate.errors import MigrateError
from migrate.model.validation import Key
from migrate.stages.validate.sides import Sides
from migrate.stages.validate.threads import Threads

Settle = Callable[[], None]
"""Returns when the side that is fed holds everything that the feeding side held at the call."""

ROUNDS_TO_CONVICT = 2
"""A value that changed and changed back between two reads can look stable once."""
ROUNDS_MAX = 12
ROUNDS_BEFORE_WATCHING = 2
WATCHED_MAX = 500
KEYS_AT_ONCE = 5_000
PAUSE_SECONDS = 0.002
"""Between two looks at what is watched, so that a server has time for others."""


@dataclass(frozen=True)
class Conviction:
    """A key that differs, with the row hash of each side, None where the row is missing."""

    key: Key
    source: str | None
    target: str | None


_Values = tuple[str | None, str | None]
"""Row hash on the source and on the target."""


@dataclass
class _Suspicion:
    """What one round saw of a key, beginning with the last read of the round before."""

    last: _Values
    sources: set[str | None]
    targets: set[str | None]
    rounds: int = 0
    strikes: int = 0

    @classmethod
    def of(cls, values: _Values, rounds: int = 0, strikes: int = 0) -> _Suspicion:
        return cls(values, {values[0]}, {values[1]}, rounds, strikes)


class Suspects:
    """The keys of one table that are not decided yet, and up to `most` that are convicted."""

    def __init__(self, sides: Sides, table: TableName, keys: Sequence[Key], most: int) -> None:
        self._sides = sides
        self._table = table
        self._unread = list(dict.fromkeys(keys))
        self._suspected = len(self._unread)
        self._open: dict[Key, _Suspicion] = {}
        self._most = most
        self.convicted: list[Conviction] = []
        self._begin()

    @property
    def cleared(self) -> int:
        """Keys that turned out to be alike."""
        return self._suspected - self.undecided - len(self.convicted)

    @property
    def undecided(self) -> int:
        """Keys that are neither cleared nor convicted."""
        return len(self._open) + len(self._unread)

    @property
    def open(self) -> tuple[Key, ...]:
        """These keys."""
        return (*self._open, *self._unread)

    @property
    def enough(self) -> bool:
        """Whether as many are convicted as are asked for: the others need no looking at."""
        return len(self.convicted) >= self._most

    def glance(self) -> bool:
        """Note the present values of keys that have moved in several rounds. False when there are none."""
        moving = [k for k, s in self._open.items() if s.rounds >= ROUNDS_BEFORE_WATCHING and s.strikes == 0]
        for key, (source, target) in self._read(moving[:WATCHED_MAX]):
            self._open[key].sources.add(source)
            self._open[key].targets.add(target)
        return bool(moving)

    def look_again(self) -> None:
        """The second read of a round, after settling; it is the first read of the next one.

        When enough of the keys stood out, the rest waits: a key's round may be longer than one settling.
        """
        standing = 0
        for key, now in self._read(list(self._open)):
            if standing >= 2 * self._most:
                break
            known = self._open[key]
            if now[0] == now[1] or now[1] in known.sources or now[0] in known.targets:
                del self._open[key]
            elif now != known.last or len(known.sources) + len(known.targets) > 2:
                self._open[key] = _Suspicion.of(now, known.rounds + 1)
            elif known.strikes + 1 < ROUNDS_TO_CONVICT:
                self._open[key] = _Suspicion.of(now, known.rounds + 1, known.strikes + 1)
                standing += 1
            else:
                del self._open[key]
                self.convicted.append(Conviction(key, *now))
                standing += 1
        self._begin()

    def convict(self) -> None:
        """Take what differs now as final: both sides are frozen."""
        while not self.enough and self.undecided:
            self.convicted += [Conviction(key, *suspicion.last) for key, suspicion in self._open.items()]
            self._open.clear()
            self._begin()

    def _begin(self) -> None:
        """The first read of keys, as many as can be dealt with next."""
        while self._unread and len(self._open) < 2 * self._most:
            batch, self._unread = self._unread[:KEYS_AT_ONCE], self._unread[KEYS_AT_ONCE:]
            self._open |= {key: _Suspicion.of(v) for key, v in self._read(batch) if v[0] != v[1]}

    def _read(self, keys: Sequence[Key]) -> Iterator[tuple[Key, _Values]]:
        wanted = iter(keys)
        while batch := list(islice(wanted, KEYS_AT_ONCE)):
            here, there = self._hashes_of(batch)
            yield from ((key, (here.get(key), there.get(key))) for key in batch)

    def _hashes_of(self, batch: Sequence[Key]) -> tuple[dict[Key, str], dict[Key, str]]:
        return self._sides.both(lambda rows: rows.hashes_of(self._table, batch), patient=True, urgent=True)


@contextmanager
def watching(suspects: Iterable[Suspects]) -> Iterator[None]:
    """Read the restless keys again and again while the block runs. A read that fails ends the watch, not the block."""
    every, stop = list(suspects), threading.Event()

    def watch() -> None:
        restless = every
        while restless and not stop.wait(PAUSE_SECONDS):
            restless = [seen for seen in restless if seen.glance()]

    thread = Threads(1, "watch")
    watched = thread.submit(watch)
    try:
        yield
    finally:
        stop.set()
        thread.close(0)
    with suppress(MigrateError):
        watched.result()
