"""What PostgreSQL holds of the ledger application's work, read in one snapshot. SELECT on its tables is enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

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
    "SELECT path, revision, count(*) FROM ledger.document_revisions"
    " WHERE split_part(path, '/', 1) = 'app' AND split_part(path, '/', 2) = ANY (%s) GROUP BY path, revision"
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


class Holdings:
    """Rows that the runs of an application left. Use as a context manager; one snapshot for everything."""

    def __init__(self, login: dict[str, Any], runs: Sequence[str]) -> None:
        self._runs = list(runs)
        self._connection = psycopg.connect(
            host=login["host"],
            port=login["port"],
            user=login["user"],
            password=login["password"],
            dbname=login["dbname"],
            sslmode="verify-full",
            sslrootcert=login.get("sslrootcert") or "system",
            application_name="judge",
        )
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._connection.read_only = True

    def __enter__(self) -> Holdings:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def events(self) -> Iterator[tuple[Any, ...]]:
        """Event id, how often."""
        return self._rows(EVENTS)

    def transfers(self) -> Iterator[tuple[Any, ...]]:
        """Id, debit account, credit account, amount."""
        return self._rows(TRANSFERS)

    def entries(self) -> Iterator[tuple[Any, ...]]:
        """Transfer id, account, amount."""
        return self._rows(ENTRIES)

    def holds(self) -> Iterator[tuple[Any, ...]]:
        """Id, account, amount, state, version."""
        return self._rows(HOLDS)

    def documents(self) -> Iterator[tuple[Any, ...]]:
        """Path, revision, MD5 of the body, revision by the attributes."""
        return self._rows(DOCUMENTS)

    def revisions(self) -> Iterator[tuple[Any, ...]]:
        """Path, revision, how often."""
        return self._rows(REVISIONS)

    def statements(self) -> Iterator[tuple[Any, ...]]:
        """Id, account, day, closing balance."""
        return self._rows(STATEMENTS)

    def broken(self) -> Iterator[tuple[Any, ...]]:
        """What breaks an invariant of the whole database: subject, expected, found."""
        for text in (WRONG_ACCOUNTS, WRONG_TRANSFERS, ORPHANS):
            yield from self._connection.execute(text)

    def _rows(self, text: str) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            yield from cursor.execute(text, (self._runs,))
