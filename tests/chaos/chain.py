"""Kills after which the run is resumed, many in one run: it is killed at one step after the other, each time in the
process that resumed it, until the last one runs to its end. That is cheaper than a run for each, and harder to bear."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator, Sequence

from tests.chaos.arena import Arena
from tests.chaos.case import Case, Trouble
from tests.chaos.knife import Knife, Missed
from tests.chaos.tape import Hold, Tape
from tests.chaos.trial import BEGIN, GO_ON, RATE, TRIES, WRITES, Result, approve, note

LENGTH = 12
"""Kills in one run. Finalize, which happens once in an arena, bears all of them."""


def chains(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Cases that one run can stand for, in the order in which it comes to them.

    Killed after `done`, it never comes to the next step's `before intent` in the same process: these are apart.
    """
    for run, of_run in itertools.groupby(cases, lambda case: case.run):
        mine = list(of_run)
        early = [case for case in mine if case.trouble is Trouble.BEFORE_INTENT]
        late = [case for case in mine if case.trouble is not Trouble.BEFORE_INTENT]
        for kind in (late, early):
            length = len(kind) if run == "finalize" else LENGTH
            yield from (kind[first : first + length] for first in range(0, len(kind), max(length, 1)))


def play_chain(arena: Arena, chain: Sequence[Case], seed: int) -> list[Result]:
    """Results of all: each tells whether it was hit, and all tell how the run ended. Raises what `must` raises."""
    staged, run, chance = arena.staged, chain[0].run, random.Random(f"{seed}/{chain[0].name}")
    results: list[Result] = []
    with arena.watching() as (tape, hold), staged.application(RATE) as application, staged.doors(patient=True) as doors:
        application.write(WRITES)
        since = tape.head()
        for case in chain:
            began, result = time.monotonic(), Result(case.name, seed)
            results.append(result)
            if tape.open_run() is None:
                if any(entry.kind == "outcome" for entry in tape.since(since)):
                    result.outcome, result.detail = "missed", "the run had ended before"
                    continue
                approve(arena, run)
                command = BEGIN[run]
            else:
                command = chance.choice(GO_ON[run])
            _kill_at(arena, case, command, result, tape, hold)
            result.seconds = round(time.monotonic() - began, 1)
        last = results[-1]
        for _ in range(TRIES):
            if tape.open_run() is not None:
                note(last, staged.run(*chance.choice(GO_ON[run])))
        owner, still_open = arena.owner(), tape.open_run()
        application.write(WRITES)
    verdict = staged.judge(owner)
    for result in results:
        result.owner, result.both_open, result.looks = owner, doors.both_open, doors.looks // len(results)
        result.judged(verdict)
        if result.conclusive and still_open:
            result.outcome = f"FAILED: {still_open} did not end"
    return results


def _kill_at(arena: Arena, case: Case, command: tuple[str, ...], result: Result, tape: Tape, hold: Hold) -> None:
    process = arena.staged.start(*command)
    knife = Knife(process, tape, hold, tape.head())
    try:
        knife.stop_at(case)
        result.outcome = "resumed"
    except Missed as problem:
        result.outcome, result.detail = "missed", str(problem)
    if process.poll() is None:
        knife.kill()
    hold.release()
