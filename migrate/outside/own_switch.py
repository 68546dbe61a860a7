"""The switch is a team's own command: `COMMAND switch FROM TO` moves the application, `COMMAND owner` says where it is

Invariants: whether it was moved is told by `owner` alone, never by an exit code. While anything that an earlier call
started still runs, nothing is asked and nothing is moved: its late effect would belie the answer.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from migrate.clock import Clock
from migrate.errors import HumanMustDecide, SaysNo
from migrate.model.act import Performed
from migrate.model.cutover import Ownership
from migrate.model.database import Credentials
from migrate.model.json import Facts
from migrate.outside.command import run

ANSWER_SECONDS = 30.0
"""How long `owner` is asked again until it tells a side."""
PAUSE_SECONDS = 1.0
MOST_CHARACTERS = 300
SIDES = {side.value: side for side in (Ownership.SOURCE, Ownership.TARGET)}
OTHER = {Ownership.SOURCE: Ownership.TARGET, Ownership.TARGET: Ownership.SOURCE}


@dataclass(frozen=True)
class OwnSwitch:
    """Implements `ports.cloud.Traffic`."""

    command: tuple[str, ...]
    seconds: float
    """After which a call is ended, with all that it started."""
    folder: Path
    """Where it runs."""
    lock: Path
    """A file that each call which moves something inherits locked: so one is known that outlived its caller."""
    told: Callable[[], Mapping[str, str]]
    """Facts for its environment."""
    login: Callable[[], Credentials]
    """The application's, from its secret."""
    guard: Callable[[], None]
    """Called before it is to move anything, and may raise: then it is not called."""
    masked: Callable[[str], str]
    clock: Clock

    @property
    def look(self) -> str:
        return f"{' '.join(self.command)} owner"

    def owner(self) -> Ownership:
        """As `COMMAND owner` says with its last line and exit code 0; else AMBIGUOUS."""
        return self._answered()[0]

    def settled(self, to: Ownership) -> Ownership:
        """See `ports.cloud.Traffic.settled`. What an earlier call left running is waited for, as long as a call may
        take; what it began elsewhere, and did not wait for, only its author knows."""
        owner, said = self._told()
        if owner is Ownership.AMBIGUOUS:
            raise self._undecidable(said)
        return owner

    def credentials(self) -> Credentials:
        return self.login()

    def place(self) -> tuple[str, str]:
        """It tells a side, no place."""
        return "", ""

    def noted(self) -> Facts:
        """Nothing is changed that would have to be brought back."""
        return {}

    def release(self, noted: Facts) -> None:
        """There is nothing to bring back."""

    def declare(self, owner: Ownership) -> None:
        """Has the command move the application to the declared side, unless it says already that it is there."""
        if self._told()[0] is owner:
            return
        moved = self._move(OTHER[owner], owner)
        seen, said = self._told()
        if seen is not owner:
            raise SaysNo(
                f"{self.look} does not say {owner}, but: {said}; switch had said: {moved.said}",
                code="CUT-087",
                hint=f"Mend the command until `owner` prints {owner}, then: aurora-migrate cutover resume, or rollback",
            )

    def prepare(self, target_host: str, target_port: int, target_database: str, ca_file: str | None) -> None:
        """Only asks it: a command that cannot tell now would leave both sides fenced later."""
        owner, said = self._answered()
        if owner is Ownership.AMBIGUOUS:
            raise SaysNo(
                f"{self.look} must print source or target as its last line and exit with 0: {said}",
                code="CUT-086",
                hint="Mend the command; nothing was frozen. docs/switching.md says what it has to do.",
            )

    def switch(self, to: Ownership) -> None:
        """See `ports.cloud.Traffic.switch`."""
        seen, said = self._told()
        if seen is to:
            return
        if seen is Ownership.AMBIGUOUS or to is Ownership.AMBIGUOUS:
            raise self._undecidable(said)
        moved = self._move(seen, to)
        now, said = self._told()
        if now is to:
            return
        if now is Ownership.AMBIGUOUS:
            raise self._undecidable(f"{said}; switch had said: {moved.said}")
        raise SaysNo(
            f"the command did not switch the application to the {to}: {moved.said}; `owner` says {now}",
            code="CUT-088",
            hint="Nothing changed: the application still belongs to the side it left. It is safe to try again.",
            retryable=True,
        )

    def _move(self, leaving: Ownership, arriving: Ownership) -> Performed:
        self.guard()
        with self._alone() as lock:
            return self._call("switch", leaving.value, arriving.value, lock=lock)

    def _told(self) -> tuple[Ownership, str]:
        """Its answer once nothing of an earlier call runs any more."""
        with self._alone():
            return self._answered()

    def _answered(self) -> tuple[Ownership, str]:
        """The side, and its words. Asked again for a while as long as it tells none."""
        began = self.clock.monotonic()
        while True:
            answer = self._call("owner")
            if answer.yes and answer.said in SIDES:
                return SIDES[answer.said], answer.said
            if self.clock.monotonic() - began > ANSWER_SECONDS:
                return Ownership.AMBIGUOUS, answer.said
            self.clock.sleep(PAUSE_SECONDS)

    def _call(self, *words: str, lock: int | None = None) -> Performed:
        inherited = () if lock is None else (lock,)
        called = run((*self.command, *words), self.told(), self.folder, self.seconds, inherited)
        said = self.masked(called.said)
        return replace(called, said=said if len(said) <= MOST_CHARACTERS else f"{said[: MOST_CHARACTERS - 1]}…")

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """Holds the lock. It is never given back by hand: whatever inherited it goes on holding it."""
        self.lock.parent.mkdir(mode=0o700, exist_ok=True)
        held = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            began = self.clock.monotonic()
            while not _locked(held):
                if self.clock.monotonic() - began > self.seconds:
                    raise self._still_running()
                self.clock.sleep(PAUSE_SECONDS)
            yield held
        finally:
            os.close(held)

    def _still_running(self) -> HumanMustDecide:
        return HumanMustDecide(
            f"an earlier call of {self.command[0]} still runs, after {self.seconds:g} s: it may move something yet",
            code="CUT-089",
            hint=f"Both sides stay fenced. See which process it is: fuser {self.lock}; let it end, or end it. Then: "
            "aurora-migrate cutover resume, or rollback",
        )

    def _undecidable(self, said: str) -> HumanMustDecide:
        return HumanMustDecide(
            f"{self.look} does not say which side the application is switched to: {said}",
            code="CUT-092",
            hint="Both sides stay fenced. Look where your applications connect to, mend the command so that `owner` "
            "prints that side, or say it: aurora-migrate cutover declare --owner source, or target",
        )


def _locked(held: int) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
