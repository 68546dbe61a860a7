"""One case from beginning to end: the trouble, the way on, the verdict."""

from __future__ import annotations

import random
import re
import subprocess
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.chaos.arena import Arena
from tests.chaos.case import Case
from tests.chaos.knife import Knife, Missed
from tests.chaos.tape import Hold, Tape
from tests.scenarios.theatre import LONG, Ran, Staged

TRIES = 4
WRITES = 15
RATE = 8.0
"""Transactions offered per second: enough to lose one of, and a busy machine keeps up with them."""
HUMAN = 5
BEGIN = {"cutover": ("cutover", "run"), "rollback": ("rollback",), "finalize": ("cutover", "finalize")}
GO_ON = {
    "cutover": [("cutover", "resume")],
    "rollback": [("rollback",), ("cutover", "resume")],
    "finalize": [("cutover", "finalize")],
}
"""Commands that go on with a run that was broken off."""


@dataclass
class Result:
    """What became of a case. `outcome` begins with `FAILED` where an invariant did not hold, with `missed` where the
    point was not hit, which says nothing of the product."""

    case: str
    seed: int
    outcome: str = ""
    owner: str = ""
    exits: list[int] = field(default_factory=list)
    """Exit codes of the harmed run, when it was not killed, and of every command after it."""
    codes: list[str] = field(default_factory=list)
    """The error code of each of these that failed."""
    lost: int = 0
    duplicated: int = 0
    contradictions: int = 0
    both_open: int = 0
    looks: int = 0
    acknowledged: int = 0
    seconds: float = 0.0
    detail: str = ""

    @property
    def conclusive(self) -> bool:
        return not self.outcome.startswith("missed")

    @property
    def kept(self) -> bool:
        return self.conclusive and not self.outcome.startswith("FAILED")

    def judged(self, verdict: dict[str, Any]) -> None:
        """Take down what the judge says of the owner's database; `both_open` must be known by then."""
        self.lost, self.duplicated = verdict["lost"], verdict["duplicated"]
        self.contradictions, self.acknowledged = len(verdict["contradictions"]), verdict["acknowledged"]
        if verdict["verdict"] != "kept":
            self.outcome = f"FAILED: {self.lost} lost, {self.duplicated} twice"
            self.detail += str(verdict["contradictions"][:3])
        if self.both_open:
            self.outcome = f"FAILED: both sides open in {self.both_open} looks"

    def facts(self) -> dict[str, object]:
        return asdict(self)


def trial(arena: Arena, case: Case, seed: int) -> Result:
    """Run the case where the application owns the side that it starts from. Raises nothing that the product causes."""
    result, began = Result(case.name, seed), time.monotonic()
    try:
        _Trial(arena, case, result, random.Random(f"{seed}/{case.name}")).play()
    except Missed as problem:
        result.outcome, result.detail = "missed", str(problem)
    except (AssertionError, subprocess.TimeoutExpired) as problem:
        result.outcome, result.detail = "FAILED: stuck", str(problem)[-3000:]
    result.seconds = round(time.monotonic() - began, 1)
    return result


@dataclass(frozen=True)
class _Trial:
    arena: Arena
    case: Case
    result: Result
    chance: random.Random

    @property
    def staged(self) -> Staged:
        return self.arena.staged

    def play(self) -> None:
        with self.arena.watching() as (tape, hold), self.staged.application(RATE) as application:
            with self.staged.doors(patient=True) as doors:
                application.write(WRITES)
                approve(self.arena, self.case.run)
                missed = None
                try:
                    self._trouble(tape, hold)
                except Missed as problem:
                    missed = problem
                self._go_on(tape)
                self.result.owner = self.arena.owner()
                application.write(WRITES)
            self.result.both_open, self.result.looks = doors.both_open, doors.looks
        self.result.judged(self.staged.judge(self.result.owner))
        if missed is not None and not self.result.outcome.startswith("FAILED"):
            raise missed

    def _trouble(self, tape: Tape, hold: Hold) -> None:
        since = tape.head()
        process = self.staged.start(*BEGIN[self.case.run])
        knife = Knife(process, tape, hold, since)
        try:
            knife.stop_at(self.case)
            if not self.case.trouble.kills_the_runner:
                return self._harm(process, hold)
            knife.kill()
        except Missed:
            if process.poll() is None:
                knife.kill()
            raise
        finally:
            hold.release()
        return None

    def _harm(self, process: subprocess.Popen[str], hold: Hold) -> None:
        """The runner has announced the step and cannot say it is done: harm it, let it go on, heal after a while."""
        self.arena.harm(self.case.trouble)
        hold.release()
        try:
            time.sleep(self.chance.uniform(0.3, 3.0))
        finally:
            self.arena.heal(self.case.trouble)
        out, err = process.communicate(timeout=LONG)
        note(self.result, Ran(process.returncode, out, err))

    def _go_on(self, tape: Tape) -> None:
        """Do what an operator does until no run is open."""
        rolls_back = self.case.run == "cutover" and self.case.on == "rollback"
        command = ("rollback",) if rolls_back else self.chance.choice(GO_ON[self.case.run])
        for _ in range(TRIES):
            if tape.open_run() is None:
                break
            if self.result.exits[-2:] == [HUMAN, HUMAN]:
                note(self.result, self.staged.run("cutover", "declare", "--owner", self.arena.owner(), "--by", "chaos"))
            if note(self.result, self.staged.run(*command)):
                time.sleep(1.0)
        self.result.outcome = self._outcome(tape)

    def _outcome(self, tape: Tape) -> str:
        exits, killed = self.result.exits, self.case.trouble.kills_the_runner
        if tape.open_run() is not None:
            return f"FAILED: still open after {TRIES} tries"
        if 1 in exits:
            return "FAILED: internal error"
        human = "stopped with exit 5, then " if HUMAN in exits else ""
        if not killed and exits[0] == 0:
            return "went on"
        if not killed and len(exits) == 1:
            return f"{human}unwound by itself"
        if not exits:
            return "nothing was open"
        if exits[-1]:
            return f"{human}unwound by itself when resumed"
        tried = f" at try {len(exits) - (not killed)}" if len(exits) - (not killed) > 1 else ""
        return f"{human}{'rolled back' if self.case.on == 'rollback' else 'resumed'}{tried}"


def approve(arena: Arena, run: str) -> None:
    """Give the approval that the run needs, if it needs one."""
    if run != "rollback":
        arena.staged.must("cutover", "approve", "--by", "chaos", *(["--finalize"] if run == "finalize" else []))


def note(result: Result, ran: Ran) -> int:
    """Take down how a command ended."""
    result.exits.append(ran.code)
    if ran.code:
        result.codes.append(_code(ran.err))
        result.detail = (result.detail + ran.err[-1500:])[-4000:]
    return ran.code


def _code(err: str) -> str:
    """The code that the error's line begins with."""
    found = re.findall(r"^([A-Z]{2,4}-[A-Za-z0-9-]+) ", err, re.MULTILINE)
    return found[-1] if found else "?"
