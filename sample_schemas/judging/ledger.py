"""Reads the ledger of an application back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OUTCOMES = ("acknowledged", "refused", "indeterminate")


@dataclass(slots=True)
class Transaction:
    """One transaction. A begun one without an outcome is indeterminate: the application died before it knew."""

    id: str
    order: int
    kind: str | None = None
    effects: dict[str, Any] = field(default_factory=dict)
    outcome: str = "indeterminate"


@dataclass(slots=True)
class Answered:
    """An acknowledged write or a read: monotonic and wall seconds, and the port of the server that answered."""

    at: float
    wall: float
    port: int


@dataclass
class Book:
    """Everything a ledger says. `transactions` are in the order in which they were begun."""

    sample: str = ""
    """Folder of the sample under sample_schemas, as the application named it when it started."""
    runs: list[str] = field(default_factory=list)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    writes: list[Answered] = field(default_factory=list)
    reads: list[Answered] = field(default_factory=list)
    outcomes: list[tuple[float, str]] = field(default_factory=list)
    """Monotonic second and outcome, for throughput over time."""
    started: Answered | None = None
    stopped: Answered | None = None

    def count(self, outcome: str) -> int:
        return sum(1 for transaction in self.transactions.values() if transaction.outcome == outcome)


def read(path: Path) -> Book:
    """Read a ledger. Raises ValueError naming the line that is no ledger line.

    A last line without its newline is what a killed application leaves; it never counted.
    """
    book = Book()
    with path.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            if not raw.endswith(b"\n"):
                break
            try:
                _take(book, json.loads(raw))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: not a ledger line ({error})") from None
    return book


def _take(book: Book, line: dict[str, Any]) -> None:
    state, at, wall = str(line["state"]), float(line["at"]), float(line["wall"])
    if state == "read":
        book.reads.append(Answered(at, wall, int(line["port"])))
    elif state == "start":
        book.sample = str(line["sample"])
        book.runs.append(str(line["run"]))
        book.started = book.started or Answered(at, wall, 0)
    elif state == "stop":
        book.stopped = Answered(at, wall, 0)
    elif state == "begun" or state in OUTCOMES:
        key = str(line["id"])
        known = book.transactions.setdefault(key, Transaction(key, len(book.transactions)))
        if state == "begun":
            known.kind, known.effects = str(line["kind"]), line["effects"]
            return
        known.outcome = state
        book.outcomes.append((at, state))
        if state == "acknowledged":
            book.writes.append(Answered(at, wall, int(line["port"])))
    else:
        raise ValueError(f"unknown state {state!r}")
