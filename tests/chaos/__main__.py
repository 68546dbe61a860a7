"""Play the kill table: `python -m tests.chaos --engine postgres [--shard i/n] [--sample N --seed S] [--minutes M]`.

Every case is one line in the results file, and a case that is there is not played again: a shard that was ended goes
on where it was. Exit code 1 when a case failed, 0 when all that were asked for are done or time is up.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
import time
from pathlib import Path

from checks.route import Engine
from tests.chaos.case import Case, every_case
from tests.chaos.play import play
from tests.chaos.results import Results
from tests.chaos.sample import sample

RESULTS = Path("tests/chaos/results")
TERMINATED = 128 + signal.SIGTERM


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--engine", type=Engine, choices=list(Engine), default=Engine.POSTGRES)
    options.add_argument("--shard", default="1/1", help="i/n: every n-th case from the i-th")
    options.add_argument("--sample", type=int, help="that many cases, drawn evenly from the table")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--minutes", type=float, default=10.0, help="begin no case after that")
    options.add_argument("--only", default="", help="cases in whose name this regular expression is found")
    options.add_argument("--scale", type=float, default=0.02)
    options.add_argument("--results", type=Path, default=RESULTS)
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # servers and folders go with it, too
    until = time.monotonic() + 60 * chosen.minutes
    results = Results(chosen.results / f"{chosen.engine.value}.jsonl")
    cases = wanted(chosen.engine, chosen.shard, chosen.only)
    if chosen.sample is not None:
        cases = sample(cases, chosen.sample, chosen.seed)
    done = results.done()
    left = [case for case in cases if case.name not in done]
    failed = 0
    for result in play(chosen.engine, left, results, seed=chosen.seed, scale=chosen.scale, until=until):
        failed += result.conclusive and not result.kept
        say(f"{result.seconds:5.1f} s  {result.case}: {result.outcome} {result.codes or ''}")
    remaining = len({case.name for case in cases} - results.done())
    say(f"{len(cases) - remaining} of {len(cases)} cases are done, {failed} failed now")
    return int(failed > 0)


def wanted(engine: Engine, shard: str, only: str) -> list[Case]:
    number, _, of = shard.partition("/")
    cases = [case for case in every_case(engine) if re.search(only, case.name)]
    return cases[int(number) - 1 :: int(of)]


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
