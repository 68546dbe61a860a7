"""What the application does: transfers, holds, documents and statements, each one transaction.

Each transaction has an id that no other has; it writes one row of the keyless `event_log` under that id, so a judge can
count how often it happened. A session works on holds and documents of its own only, so their order is the session's.
"""

from __future__ import annotations

import datetime
import hashlib
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from application.work import Statement, Transaction

HOLDS_KEPT = 40
DOCUMENTS_KEPT = 30
YEAR = datetime.date(2026, 1, 1)

EVENT = "INSERT INTO ledger.event_log (event_id, kind, subject, origin) VALUES (%s, %s, %s, %s)"
BOOK = "UPDATE ledger.accounts SET balance = balance + %s, version = version + 1, changed_at = now() WHERE id = %s"
TRANSFER = (
    "INSERT INTO ledger.transfers (id, debit_account, credit_account, amount, purpose, origin)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
ENTRY = "INSERT INTO ledger.entries (transfer_id, account_id, amount) VALUES (%s, %s, %s)"
HOLD_INSERT = "INSERT INTO ledger.holds (id, account_id, amount, origin) VALUES (%s, %s, %s, %s)"
HOLD_UPDATE = "UPDATE ledger.holds SET amount = %s, state = %s, version = %s WHERE id = %s AND version = %s"
HOLD_DELETE = "DELETE FROM ledger.holds WHERE id = %s AND version = %s"
DOCUMENT_WRITE = (
    "INSERT INTO ledger.documents (path, revision, title, body, attributes, origin) VALUES (%s, 1, %s, %s, %s, %s)"
    " ON CONFLICT (path) DO UPDATE SET revision = documents.revision + 1, title = excluded.title,"
    " body = excluded.body, attributes = excluded.attributes WHERE documents.revision = %s"
)
DOCUMENT_TOUCH = (
    "UPDATE ledger.documents SET revision = revision + 1, attributes = %s WHERE path = %s AND revision = %s"
)
STATEMENT = (
    "INSERT INTO ledger.statements (id, account_id, issued_on, closing_balance, origin) VALUES (%s, %s, %s, %s, %s)"
)


@dataclass(frozen=True)
class _Hold:
    id: str
    account: int
    amount: str
    version: int


@dataclass(frozen=True)
class _Document:
    path: str
    revision: int
    body: str
    """MD5 of the body."""


class Bookkeeper:
    """Makes up transactions for one session, the same ones for the same seed and answers; see Customer."""

    def __init__(self, run: str, session: int, seed: int, accounts: int) -> None:
        self._run, self._session, self._accounts = run, session, accounts
        self._random = random.Random(f"{seed}/{session}")
        self._holds: dict[str, _Hold] = {}
        self._documents: dict[str, _Document] = {}
        self._paths = 0

    def next(self) -> Transaction:
        """The next transaction: 60 % transfers, 25 % holds, 10 % documents, 5 % statements."""
        dice = self._random.random()
        if dice < 0.60:
            return self._transfer()
        if dice < 0.85:
            return self._hold()
        return self._document() if dice < 0.95 else self._statement()

    def _id(self) -> str:
        # Unique across runs with the same seed, too: a second run against the same database is another application.
        return str(uuid.uuid4())

    def _account(self) -> int:
        return self._random.randint(1, self._accounts)

    def _amount(self) -> str:
        return f"{self._random.randint(1, 50000) / 100:.2f}"

    def _event(self, transaction: str, kind: str, subject: str) -> Statement:
        return Statement(EVENT, (transaction, kind, subject, self._run))

    def _transfer(self) -> Transaction:
        key, amount = self._id(), self._amount()
        debit, credit = self._random.sample(range(1, self._accounts + 1), 2)
        sides = sorted(((debit, f"-{amount}"), (credit, amount)))
        return Transaction(
            id=key,
            kind="transfer",
            effects={"debit": debit, "credit": credit, "amount": amount},
            statements=(
                Statement(TRANSFER, (key, debit, credit, amount, f"session {self._session}", self._run)),
                *(Statement(ENTRY, (key, account, delta)) for account, delta in sides),
                *(Statement(BOOK, (delta, account)) for account, delta in sides),
                self._event(key, "transfer", key),
            ),
        )

    def _hold(self) -> Transaction:
        dice = self._random.random()
        if not self._holds or (dice < 0.4 and len(self._holds) < HOLDS_KEPT):
            return self._place_hold()
        hold = self._holds[self._random.choice(list(self._holds))]
        return self._change_hold(hold) if dice < 0.7 else self._lift_hold(hold)

    def _place_hold(self) -> Transaction:
        key, hold = self._id(), _Hold(self._id(), self._account(), self._amount(), 1)
        return self._hold_transaction(
            key,
            {"act": "insert", "hold": hold.id, "account": hold.account, "amount": hold.amount, "version": 1},
            Statement(HOLD_INSERT, (hold.id, hold.account, hold.amount, self._run)),
            lambda: self._holds.update({hold.id: hold}),
        )

    def _change_hold(self, hold: _Hold) -> Transaction:
        state = self._random.choice(("extended", "settled"))
        after = _Hold(hold.id, hold.account, self._amount(), hold.version + 1)
        return self._hold_transaction(
            self._id(),
            {"act": "update", "hold": hold.id, "amount": after.amount, "hold_state": state, "version": after.version},
            Statement(HOLD_UPDATE, (after.amount, state, after.version, hold.id, hold.version)),
            lambda: self._holds.update({hold.id: after}),
        )

    def _lift_hold(self, hold: _Hold) -> Transaction:
        return self._hold_transaction(
            self._id(),
            {"act": "delete", "hold": hold.id},
            Statement(HOLD_DELETE, (hold.id, hold.version)),
            lambda: self._forget_hold(hold.id),
        )

    def _forget_hold(self, key: str) -> None:
        self._holds.pop(key, None)

    def _hold_transaction(
        self, key: str, effects: dict[str, Any], statement: Statement, acknowledged: Callable[[], None]
    ) -> Transaction:
        hold = str(effects["hold"])
        return Transaction(
            id=key,
            kind="hold",
            effects=effects,
            statements=(statement, self._event(key, "hold", hold)),
            acknowledged=acknowledged,
            uncertain=lambda: self._forget_hold(hold),
        )

    def _document(self) -> Transaction:
        dice = self._random.random()
        if not self._documents or (dice < 0.3 and len(self._documents) < DOCUMENTS_KEPT):
            self._paths += 1
            path = f"app/{self._run}/{self._session:02d}/{self._paths:05d}"
            return self._write_document(_Document(path, 0, ""))
        known = self._documents[self._random.choice(list(self._documents))]
        # A touch leaves a wide body alone: an UPDATE whose change record does not carry the body.
        return self._touch_document(known) if dice < 0.65 else self._write_document(known)

    def _write_document(self, before: _Document) -> Transaction:
        text = self._random.randbytes(self._random.choice((40, 400, 3000))).hex()
        after = _Document(before.path, before.revision + 1, hashlib.md5(text.encode()).hexdigest())
        attributes = f'{{"revision": {after.revision}, "by": "session {self._session}"}}'
        title = f"Notes, revision {after.revision}"
        return self._document_transaction(
            after, "write", Statement(DOCUMENT_WRITE, (after.path, title, text, attributes, self._run, before.revision))
        )

    def _touch_document(self, before: _Document) -> Transaction:
        after = _Document(before.path, before.revision + 1, before.body)
        attributes = f'{{"revision": {after.revision}, "by": "session {self._session}", "touched": true}}'
        return self._document_transaction(
            after, "touch", Statement(DOCUMENT_TOUCH, (attributes, before.path, before.revision))
        )

    def _document_transaction(self, after: _Document, act: str, statement: Statement) -> Transaction:
        key = self._id()
        return Transaction(
            id=key,
            kind="document",
            effects={"act": act, "path": after.path, "revision": after.revision, "body": after.body},
            statements=(statement, self._event(key, "document", after.path)),
            acknowledged=lambda: self._documents.update({after.path: after}),
            uncertain=lambda: self._forget_document(after.path),
        )

    def _forget_document(self, path: str) -> None:
        self._documents.pop(path, None)

    def _statement(self) -> Transaction:
        key, account, balance = self._id(), self._account(), self._amount()
        day = (YEAR + datetime.timedelta(days=self._random.randrange(365))).isoformat()
        return Transaction(
            id=key,
            kind="statement",
            effects={"account": account, "issued_on": day, "closing_balance": balance},
            statements=(
                Statement(STATEMENT, (key, account, day, balance, self._run)),
                self._event(key, "statement", key),
            ),
        )
