"""The judgement: is every acknowledged effect there exactly once, and nothing else?

What a sample's transactions leave behind says its `expectations.py`, in terms of the questions asked here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from judging.ledger import Book, Transaction

Rows = Iterator[tuple[Any, ...]]


class Snapshot(Protocol):
    """What a database holds, read in one snapshot. `judging.databases` opens one."""

    def of_runs(self, text: str) -> Rows:
        """Answer to a query whose one parameter is the runs of the application."""
        ...

    def rows(self, text: str) -> Rows:
        """Answer to a query without parameters."""
        ...


class Expectations(Protocol):
    """A sample's `expectations.py`."""

    EVENTS: str
    """Transaction id as in the ledger, and how often its event is in the keyless table, for the runs."""
    BROKEN: tuple[str, ...]
    """What breaks an invariant of the whole database: subject, expected, found. No rows where all is well."""

    def examine(self, judge: Judge, snapshot: Snapshot) -> None:
        """Ask `judge.once` and `judge.latest` about every kind of row that the application leaves."""
        ...


@dataclass(frozen=True)
class Contradiction:
    """`transaction` is empty where it is about the database as a whole."""

    transaction: str
    kind: str
    outcome: str
    problem: str
    expected: str
    found: str


@dataclass
class Judgement:
    """`lost`: acknowledged transactions with an effect missing. `duplicated`: transactions with an effect twice."""

    lost: set[str] = field(default_factory=set)
    duplicated: set[str] = field(default_factory=set)
    contradictions: list[Contradiction] = field(default_factory=list)
    indeterminate_present: int = 0


class Judge:
    """Compares one ledger with one database."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._judgement = Judgement()
        self._times: dict[str, int] = {}

    def judge(self, expectations: Expectations, snapshot: Snapshot) -> Judgement:
        self._times = {key: int(times) for key, times in snapshot.of_runs(expectations.EVENTS)}
        self._events()
        expectations.examine(self, snapshot)
        for text in expectations.BROKEN:
            for subject, expected, found in snapshot.rows(text):
                self._judgement.contradictions.append(
                    Contradiction("", subject, "", "an invariant is broken", expected, found)
                )
        return self._judgement

    def of(self, *kinds: str) -> Iterator[Transaction]:
        """Transactions that happened, in the order in which they were begun.

        By its answer, or for an indeterminate one by its event: all its effects must agree with that.
        """
        return (work for work in self._book.transactions.values() if work.kind in kinds and self._happened(work))

    def once(
        self, kind: str, expected: Iterable[tuple[Hashable, Transaction]], found: Iterable[tuple[str, Hashable]]
    ) -> None:
        """Each expected row exactly once, and no other row. A row found comes with its transaction's id or a name."""
        wanted = dict(expected)
        there: Counter[Hashable] = Counter()
        strangers: list[tuple[str, Hashable]] = []
        for key, row in found:
            if row in wanted:
                there[row] += 1
            else:
                strangers.append((key, row))
        for row, work in wanted.items():
            if there[row] == 0:
                self._say(work, "a row is missing", str(row), "nothing like it", lost=True)
            elif there[row] > 1:
                self._say(work, "a row is there more than once", "1", f"{there[row]} times {row}", duplicated=True)
        for key, row in strangers:
            owner = self._book.transactions.get(key)
            if owner is None:
                self._unknown(kind, key, str(row))
            else:
                self._say(owner, "a row is there that should not be", "nothing", str(row))

    def latest(
        self,
        kind: str,
        expected: Iterable[tuple[str, Hashable | None, Transaction]],
        found: Iterable[tuple[str, Hashable]],
    ) -> None:
        """Each subject as its last transaction left it; None: deleted.

        A subject belongs to one session, so the order is known.
        """
        last: dict[str, tuple[Hashable | None, Transaction]] = {}
        for key, state, work in expected:
            last[key] = (state, work)
        there: defaultdict[str, list[Hashable]] = defaultdict(list)
        for key, state in found:
            there[key].append(state)
        for key, (state, work) in last.items():
            states = there.pop(key, [])
            if state is None and states:
                self._say(work, f"{kind} {key} was deleted and is there", "nothing", str(states[0]), lost=True)
            elif state is not None and not states:
                self._say(work, f"{kind} {key} is missing", str(state), "nothing", lost=True)
            elif len(states) > 1:
                self._say(work, f"{kind} {key} is there more than once", "1", str(len(states)), duplicated=True)
            elif states and states[0] != state:
                self._say(work, f"{kind} {key} is not as it was left", str(state), str(states[0]), lost=True)
        for key, states in there.items():
            self._unknown(kind, key, str(states[0]))

    def _events(self) -> None:
        """Every transaction writes one row of the keyless table, so a change applied twice shows there."""
        for work in self._book.transactions.values():
            times = self._times.get(work.id, 0)
            if work.outcome == "indeterminate" and times:
                self._judgement.indeterminate_present += 1
            if times > 1:
                self._say(work, "its event is there more than once", "1", str(times), duplicated=True)
            elif times == 0 and work.outcome == "acknowledged":
                self._say(work, "its event is missing", "1", "0", lost=True)
            elif times and work.outcome == "refused":
                self._say(work, "refused, but its event is there", "0", str(times))
        for key in self._times.keys() - self._book.transactions.keys():
            self._unknown("event", key, key)

    def _happened(self, work: Transaction) -> bool:
        return work.outcome == "acknowledged" or (work.outcome == "indeterminate" and self._times.get(work.id, 0) > 0)

    def _say(
        self,
        work: Transaction,
        problem: str,
        expected: str,
        found: str,
        *,
        lost: bool = False,
        duplicated: bool = False,
    ) -> None:
        if lost and work.outcome == "acknowledged":
            self._judgement.lost.add(work.id)
        if duplicated:
            self._judgement.duplicated.add(work.id)
        self._judgement.contradictions.append(
            Contradiction(work.id, work.kind or "unknown", work.outcome, problem, expected, found)
        )

    def _unknown(self, kind: str, key: str, found: str) -> None:
        self._judgement.contradictions.append(
            Contradiction(key, kind, "unknown", "in the database, but not by the ledger", "nothing", found)
        )
