"""The judgement: is every acknowledged effect there exactly once, and nothing else?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from judging.ledger import Book, Transaction

Rows = Iterator[tuple[Any, ...]]


class Holdings(Protocol):
    """What a database holds of the application's work; see judging.postgres."""

    def events(self) -> Rows: ...
    def transfers(self) -> Rows: ...
    def entries(self) -> Rows: ...
    def holds(self) -> Rows: ...
    def documents(self) -> Rows: ...
    def revisions(self) -> Rows: ...
    def statements(self) -> Rows: ...
    def broken(self) -> Rows: ...


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

    def __init__(self, book: Book, holdings: Holdings) -> None:
        self._book, self._holdings = book, holdings
        self._judgement = Judgement()
        self._times: dict[str, int] = {}

    def judge(self) -> Judgement:
        self._times = {key: int(times) for key, times in self._holdings.events()}
        self._events()
        self._rows_once("transfer", self._expected_transfers(), self._found_transfers())
        self._rows_once("statement", self._expected_statements(), self._found_statements())
        self._rows_once("document", self._expected_revisions(), self._found_revisions())
        self._latest("hold", self._expected_holds(), self._found_holds())
        self._latest("document", self._expected_documents(), self._found_documents())
        for subject, expected, found in self._holdings.broken():
            self._judgement.contradictions.append(
                Contradiction("", subject, "", "an invariant is broken", expected, found)
            )
        return self._judgement

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
        """By its answer, or for an indeterminate one by its event: all its effects must agree with that."""
        return work.outcome == "acknowledged" or (work.outcome == "indeterminate" and self._times.get(work.id, 0) > 0)

    def _of(self, kind: str) -> Iterator[Transaction]:
        return (work for work in self._book.transactions.values() if work.kind == kind and self._happened(work))

    def _expected_transfers(self) -> Iterator[tuple[Hashable, Transaction]]:
        for work in self._of("transfer"):
            debit, credit, amount = work.effects["debit"], work.effects["credit"], Decimal(work.effects["amount"])
            yield ("transfer", work.id, debit, credit, amount), work
            yield ("entry", work.id, debit, -amount), work
            yield ("entry", work.id, credit, amount), work

    def _found_transfers(self) -> Iterator[tuple[str, Hashable]]:
        for key, debit, credit, amount in self._holdings.transfers():
            yield key, ("transfer", key, debit, credit, Decimal(amount))
        for key, account, amount in self._holdings.entries():
            yield key, ("entry", key, account, Decimal(amount))

    def _expected_statements(self) -> Iterator[tuple[Hashable, Transaction]]:
        for work in self._of("statement"):
            effects = work.effects
            yield (work.id, effects["account"], effects["issued_on"], Decimal(effects["closing_balance"])), work

    def _found_statements(self) -> Iterator[tuple[str, Hashable]]:
        for key, account, day, balance in self._holdings.statements():
            yield key, (key, account, day, Decimal(balance))

    def _expected_revisions(self) -> Iterator[tuple[Hashable, Transaction]]:
        for work in self._of("document"):
            yield ("revision", work.effects["path"], work.effects["revision"]), work

    def _found_revisions(self) -> Iterator[tuple[str, Hashable]]:
        for path, revision, times in self._holdings.revisions():
            for _ in range(times):
                yield f"{path} revision {revision}", ("revision", path, revision)

    def _rows_once(
        self, kind: str, expected: Iterable[tuple[Hashable, Transaction]], found: Iterable[tuple[str, Hashable]]
    ) -> None:
        """Each expected row exactly once, and no other row."""
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

    def _expected_holds(self) -> Iterator[tuple[str, Hashable | None, Transaction]]:
        accounts: dict[str, int] = {}
        for work in self._of("hold"):
            effects = work.effects
            hold = effects["hold"]
            if effects["act"] == "delete":
                yield hold, None, work
                continue
            accounts.setdefault(hold, effects.get("account", 0))
            state = effects.get("hold_state", "open")
            yield hold, (accounts[hold], Decimal(effects["amount"]), state, effects["version"]), work

    def _found_holds(self) -> Iterator[tuple[str, Hashable]]:
        for key, account, amount, state, version in self._holdings.holds():
            yield key, (account, Decimal(amount), state, version)

    def _expected_documents(self) -> Iterator[tuple[str, Hashable | None, Transaction]]:
        for work in self._of("document"):
            effects = work.effects
            yield effects["path"], (effects["revision"], effects["body"], effects["revision"]), work

    def _found_documents(self) -> Iterator[tuple[str, Hashable]]:
        for path, revision, body, marked in self._holdings.documents():
            yield path, (revision, body, marked)

    def _latest(
        self,
        kind: str,
        expected: Iterable[tuple[str, Hashable | None, Transaction]],
        found: Iterable[tuple[str, Hashable]],
    ) -> None:
        """Each subject as its last transaction left it. A subject belongs to one session, so the order is known."""
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
