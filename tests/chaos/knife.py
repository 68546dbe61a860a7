"""Stops a runner at a point of its journal, exactly, from outside.

The runner writes every entry into a SQLite file. As soon as an entry shows up, the harness takes that file's write
lock: from then on the runner may act, but cannot write. So its place is known, whatever the machine's load:

after intent    the lock is taken when the intent is there, and the process is killed at once
after act       the same, but it is killed only when it waits for the lock: it has acted and wants to write `done`
after done      the lock is taken when `done` is there, and the process is killed at once
before intent   the lock is taken when the entry before is there; killed when it waits: it wants to write the intent
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrate.runner.load import load
from migrate.shipped import shipped
from tests.chaos.case import Case, Trouble, steps
from tests.chaos.tape import Entry, Hold, Tape

PATIENCE_SECONDS = 300.0
_SLEEPS = {"230", "35", "115", "101"}
"""clock_nanosleep and nanosleep, of x86-64 and of arm64."""


class Missed(Exception):
    """The runner was past the point before the lock was held; or it ended."""


@dataclass(frozen=True)
class Knife:
    """Follows one process that was started when the journal's head was `since`."""

    process: subprocess.Popen[str]
    tape: Tape
    hold: Hold
    since: int

    def stop_at(self, case: Case) -> None:
        """Bring the runner to the case's point and hold the lock there. Raises Missed."""
        order = steps(case.run)
        beyond = set(order[order.index(case.step) + 1 :])

        def later(entry: Entry) -> bool:
            return entry.kind == "intent" and entry.step.partition(":")[0] in beyond

        if case.trouble is Trouble.BEFORE_INTENT:
            self._hold_at(self._entry_before(case), lambda entry: entry.says("intent", case.step) or later(entry))
            self._await_waiting()
        elif case.trouble is Trouble.AFTER_DONE:
            self._hold_at(_is("done", case.step), later)
        else:
            intent = self._hold_at(
                _is("intent", case.step), lambda entry: entry.says("done", case.step) or later(entry)
            )
            if case.trouble is Trouble.AFTER_ACT:
                self._await_waiting()
                self._let_through(intent, own_entries(case), case.step)

    def kill(self) -> None:
        """SIGKILL the runner and whatever it started, then give the lock back."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        self.hold.release()

    def _entry_before(self, case: Case) -> Callable[[Entry], bool]:
        order = steps(case.run)
        place = order.index(case.step)
        return _is("done", order[place - 1]) if place else lambda entry: entry.kind == "planned"

    def _hold_at(self, wanted: Callable[[Entry], bool], passed: Callable[[Entry], bool]) -> int:
        """Take the lock once `wanted` is in the journal: its number. Raises Missed when `passed` came after it."""
        deadline, head = time.monotonic() + PATIENCE_SECONDS, self.since
        while not any(map(wanted, new := self.tape.since(head))):
            self._alive(deadline)
            if any(map(passed, new)):
                raise Missed("it had happened before")
            head = new[-1].seq if new else head
            time.sleep(0.002)
        self.hold.take()
        entries = self.tape.since(self.since)
        place = max(number for number, entry in enumerate(entries) if wanted(entry))
        if any(map(passed, entries[place + 1 :])):
            raise Missed(f"the journal's last entry is {entries[-1].kind} {entries[-1].step}")
        return entries[place].seq

    def _await_waiting(self) -> None:
        """Until the runner's main thread sleeps in SQLite's busy handler: it waits for the lock, with all else done."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not waits_for_the_lock(self.process.pid):
            self._alive(deadline)
            time.sleep(0.002)

    def _let_through(self, intent: int, own: int, step: str) -> None:
        """Let the runner write the entries that belong to the act itself; it then waits to write `done`."""
        while (head := self.tape.head()) < intent + own:
            self.hold.release()
            while True:
                self._alive(time.monotonic() + 1.0)
                if self.hold.try_to_take():
                    if self.tape.head() > head:
                        break
                    self.hold.release()
                    time.sleep(0.0001)
            if any(entry.says("done", step) for entry in self.tape.since(intent)):
                raise Missed(f"{step} was done before the lock was held")
        if own:
            self._await_waiting()

    def _alive(self, deadline: float) -> None:
        if self.process.poll() is not None:
            out, err = self.process.communicate()
            raise Missed(f"it ended with {self.process.returncode}: {out[-300:]} {err[-1500:]}")
        if time.monotonic() > deadline:
            raise Missed("it did not come there in time")


def _is(kind: str, step: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.says(kind, step)


def own_entries(case: Case) -> int:
    """How many entries a step writes while it acts: an answer for each gate, a piece of evidence."""
    match case.step:
        case "gates/preflight" | "gates/frozen":
            moment = case.step.removeprefix("gates/")
            gates = load(shipped("runbooks") / f"{case.run}.toml").gates
            return next(len(slugs) for when, slugs in gates if when.value == moment)
        case "gates/finalize" | "prepare/probe-way-back" | "after/round-trip":
            return 1
        case _:
            return 0


def waits_for_the_lock(pid: int) -> bool:
    """SQLite sleeps by `usleep`, relative and by the wall clock; Python's own sleeps are absolute and monotonic."""
    try:
        told = Path(f"/proc/{pid}/syscall").read_text().split()
    except OSError:
        return False
    return len(told) > 2 and told[0] in _SLEEPS and (told[0] in ("35", "101") or told[1:3] == ["0x0", "0x0"])
