"""The kill table of finalize. Giving up the way back happens once, so one finalize is killed again and again: at the
same point of every step in turn, each time by the next command, until the last one runs to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from tests.chaos.arena import Arena
from tests.chaos.case import Case, Trouble
from tests.chaos.knife import Knife, Missed
from tests.chaos.trial import RATE, WRITES, Result, note

FINALIZE = ("cutover", "finalize")


def chains(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Cases that one finalize can stand for, in the order in which it comes to them.

    Killed after `done`, it never comes to the next step's `before intent` in the same process.
    """
    early = [case for case in cases if case.trouble is Trouble.BEFORE_INTENT]
    late = [case for case in cases if case.trouble is not Trouble.BEFORE_INTENT]
    yield from (chain for chain in (early, late) if chain)


def give_up(arena: Arena, chain: Sequence[Case], seed: int) -> list[Result]:
    """Results of all of them: each tells how it was stopped, and all tell how it ended."""
    staged, results = arena.staged, []
    with arena.watching() as (tape, hold), staged.application(RATE) as application:
        with staged.doors(patient=True) as doors:
            application.write(WRITES)
            staged.must("cutover", "approve", "--finalize", "--by", "chaos")
            for case in chain:
                began, result = time.monotonic(), Result(case.name, seed)
                process = staged.start(*FINALIZE)
                knife = Knife(process, tape, hold, tape.head())
                try:
                    knife.stop_at(case)
                    result.outcome = "resumed"
                except Missed as problem:
                    result.outcome, result.detail = "missed", str(problem)
                if process.poll() is None:
                    knife.kill()
                hold.release()
                result.seconds = round(time.monotonic() - began, 1)
                results.append(result)
            ended = staged.run(*FINALIZE)
            application.write(WRITES)
        owner, still_open = arena.owner(), tape.open_run()
    verdict = staged.judge(owner)
    for result in results:
        note(result, ended)
        result.owner, result.both_open, result.looks = owner, doors.both_open, doors.looks
        result.judged(verdict)
        if result.conclusive and (ended.code or still_open):
            result.outcome = f"FAILED: {still_open or 'finalize'} did not end"
    return results
