"""How long nobody could write or read, and how much went through, by the application's own clock."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from judging.ledger import Answered, Book

LONGEST_SHOWN = 10


def longest(answers: list[Answered], stopped: Answered | None) -> float:
    """Longest time between two answers in seconds; what is missing at the end of the run counts too."""
    times = sorted(answer.at for answer in answers)
    if stopped is not None and times:
        times.append(max(stopped.at, times[-1]))
    return round(max((after - before for before, after in pairwise(times)), default=0.0), 6)


def between_servers(answers: list[Answered]) -> list[dict[str, Any]]:
    """The gap at each change of the server that answers."""
    ordered = sorted(answers, key=lambda answer: answer.at)
    return [_gap(before, after) for before, after in pairwise(ordered) if before.port != after.port]


def widest(answers: list[Answered]) -> list[dict[str, Any]]:
    """The widest gaps, widest first."""
    ordered = sorted(answers, key=lambda answer: answer.at)
    gaps = sorted(pairwise(ordered), key=lambda pair: pair[0].at - pair[1].at)
    return [_gap(before, after) for before, after in gaps[:LONGEST_SHOWN]]


def _gap(before: Answered, after: Answered) -> dict[str, Any]:
    return {
        "seconds": round(after.at - before.at, 6),
        "from_port": before.port,
        "to_port": after.port,
        "from_wall": before.wall,
        "to_wall": after.wall,
    }


def per_second(book: Book) -> list[dict[str, int]]:
    """Outcomes and reads by second since the start. Seconds in which nothing happened are there, with zeros."""
    moments = [at for at, _ in book.outcomes] + [read.at for read in book.reads]
    if not moments:
        return []
    start = book.started.at if book.started else min(moments)
    last = book.stopped.at if book.stopped else max(moments)
    seconds = [
        {"second": second, "acknowledged": 0, "refused": 0, "indeterminate": 0, "reads": 0}
        for second in range(max(0, math.floor(max(last, *moments) - start)) + 1)
    ]
    for at, outcome in book.outcomes:
        seconds[max(0, math.floor(at - start))][outcome] += 1
    for read in book.reads:
        seconds[max(0, math.floor(read.at - start))]["reads"] += 1
    return seconds
