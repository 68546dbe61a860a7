"""What the ledger application's transactions leave behind, and what holds for its database as a whole."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from decimal import Decimal

from judging.ledger import Transaction
from judging.verdict import Judge, Snapshot

EVENTS = "SELECT event_id::text, count(*) FROM ledger.event_log WHERE origin = ANY (%s) GROUP BY event_id"
TRANSFERS = "SELECT id::text, debit_account, credit_account, amount::text FROM ledger.transfers WHERE origin = ANY (%s)"
ENTRIES = (
    "SELECT transfer_id::text, account_id, entries.amount::text FROM ledger.entries"
    " JOIN ledger.transfers ON transfers.id = transfer_id WHERE origin = ANY (%s)"
)
HOLDS = "SELECT id::text, account_id, amount::text, state::text, version FROM ledger.holds WHERE origin = ANY (%s)"
DOCUMENTS = (
    "SELECT path, revision, md5(body), (attributes ->> 'revision')::int FROM ledger.documents WHERE origin = ANY (%s)"
)
REVISIONS = (
    "SELECT path, revision FROM ledger.document_revisions"
    " WHERE split_part(path, '/', 1) = 'app' AND split_part(path, '/', 2) = ANY (%s)"
)
STATEMENTS = (
    "SELECT id::text, account_id, issued_on::text, closing_balance::text FROM ledger.statements WHERE origin = ANY (%s)"
)
WRONG_ACCOUNTS = """
SELECT 'account ' || id, format('balance %s, version %s', opening_balance + coalesce(booked.amount, 0),
       coalesce(booked.entries, 0)), format('balance %s, version %s', balance, version)
FROM ledger.accounts
LEFT JOIN (SELECT account_id, sum(amount) AS amount, count(*) AS entries FROM ledger.entries GROUP BY account_id)
     AS booked ON booked.account_id = accounts.id
WHERE balance <> opening_balance + coalesce(booked.amount, 0) OR version <> coalesce(booked.entries, 0)
"""
WRONG_TRANSFERS = """
SELECT 'transfer ' || transfers.id, 'two entries, sum 0', format('%s entries, sum %s', count(entries.id), sum(amount))
FROM (SELECT id FROM ledger.transfers) AS transfers LEFT JOIN ledger.entries ON transfer_id = transfers.id
GROUP BY transfers.id HAVING count(entries.id) <> 2 OR sum(amount) <> 0
"""
ORPHANS = """
SELECT 'entry ' || entries.id, 'a transfer', 'none' FROM ledger.entries
WHERE NOT EXISTS (SELECT FROM ledger.transfers WHERE transfers.id = transfer_id)
"""
BROKEN = (WRONG_ACCOUNTS, WRONG_TRANSFERS, ORPHANS)


def examine(judge: Judge, snapshot: Snapshot) -> None:
    judge.once("transfer", _expected_transfers(judge), _found_transfers(snapshot))
    judge.once("statement", _expected_statements(judge), _found_statements(snapshot))
    judge.once("document", _expected_revisions(judge), _found_revisions(snapshot))
    judge.latest("hold", _expected_holds(judge), _found_holds(snapshot))
    judge.latest("document", _expected_documents(judge), _found_documents(snapshot))


def _expected_transfers(judge: Judge) -> Iterator[tuple[Hashable, Transaction]]:
    for work in judge.of("transfer"):
        debit, credit, amount = work.effects["debit"], work.effects["credit"], Decimal(work.effects["amount"])
        yield ("transfer", work.id, debit, credit, amount), work
        yield ("entry", work.id, debit, -amount), work
        yield ("entry", work.id, credit, amount), work


def _found_transfers(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for key, debit, credit, amount in snapshot.of_runs(TRANSFERS):
        yield key, ("transfer", key, debit, credit, Decimal(amount))
    for key, account, amount in snapshot.of_runs(ENTRIES):
        yield key, ("entry", key, account, Decimal(amount))


def _expected_statements(judge: Judge) -> Iterator[tuple[Hashable, Transaction]]:
    for work in judge.of("statement"):
        effects = work.effects
        yield (work.id, effects["account"], effects["issued_on"], Decimal(effects["closing_balance"])), work


def _found_statements(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for key, account, day, balance in snapshot.of_runs(STATEMENTS):
        yield key, (key, account, day, Decimal(balance))


def _expected_revisions(judge: Judge) -> Iterator[tuple[Hashable, Transaction]]:
    for work in judge.of("document"):
        yield ("revision", work.effects["path"], work.effects["revision"]), work


def _found_revisions(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for path, revision in snapshot.of_runs(REVISIONS):
        yield f"{path} revision {revision}", ("revision", path, revision)


def _expected_holds(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    accounts: dict[str, int] = {}
    for work in judge.of("hold"):
        effects = work.effects
        hold = effects["hold"]
        if effects["act"] == "delete":
            yield hold, None, work
            continue
        accounts.setdefault(hold, effects.get("account", 0))
        state = effects.get("hold_state", "open")
        yield hold, (accounts[hold], Decimal(effects["amount"]), state, effects["version"]), work


def _found_holds(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for key, account, amount, state, version in snapshot.of_runs(HOLDS):
        yield key, (account, Decimal(amount), state, version)


def _expected_documents(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    for work in judge.of("document"):
        effects = work.effects
        yield effects["path"], (effects["revision"], effects["body"], effects["revision"]), work


def _found_documents(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for path, revision, body, marked in snapshot.of_runs(DOCUMENTS):
        yield path, (revision, body, marked)
