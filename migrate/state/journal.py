"""The journal of one migration, kept in the state database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, insert, select, update

from migrate.errors import StateConflict
from migrate.model.cutover import Evidence
from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts
from migrate.state import chain, tables
from migrate.state.instants import instant_of, text_of
from migrate.state.lease import Lease

if TYPE_CHECKING:
    from migrate.state.store import Store

_ENTRY = tables.journal.c
_HEAD = tables.migration.c


class StoredJournal:
    """Implements `ports.journal.Journal`. Without a lease it only reads."""

    def __init__(self, store: Store, migration: str, lease: Lease | None) -> None:
        if lease is not None and lease.migration != migration:
            raise ValueError(f"a lease of {lease.migration} cannot write the journal of {migration}")
        self._store = store
        self._migration = migration
        self._lease = lease

    def append(self, kind: Kind, *, run: str, step: str = "", body: Facts | None = None) -> Entry:
        """Durably append. Raises StateConflict when there is no lease, or another took it over since."""
        lease = self._lease
        if lease is None:
            raise StateConflict(
                f"the journal of {self._migration} was opened for reading",
                code="STA-023",
                hint="Writing needs the migration's lease.",
            )
        text = chain.canonical(body or {})
        with self._store.writing() as connection:
            head = connection.execute(
                select(_HEAD.fence, _HEAD.holder_host, _HEAD.head_seq, _HEAD.head_hash)
                .where(_HEAD.migration == self._migration)
                .with_for_update()
            ).one_or_none()
            if head is None or head.fence != lease.fence or head.holder_host is None:
                raise lease.lost()
            entry = Entry(
                seq=head.head_seq + 1,
                at=lease.clock.now(),
                kind=kind,
                run=run,
                step=step,
                body=json.loads(text),
                fence=lease.fence,
                previous=head.head_hash,
                hash="",
            )
            entry = replace(entry, hash=chain.hash_of(entry))
            self._insert(connection, entry, text)
        return entry

    def _insert(self, connection: Connection, entry: Entry, body: str) -> None:
        connection.execute(
            insert(tables.journal).values(
                migration=self._migration,
                seq=entry.seq,
                at=text_of(entry.at),
                kind=entry.kind.value,
                run=entry.run,
                step=entry.step,
                body=body,
                fence=entry.fence,
                previous=entry.previous,
                hash=entry.hash,
            )
        )
        connection.execute(
            update(tables.migration)
            .where(_HEAD.migration == self._migration)
            .values(head_seq=entry.seq, head_hash=entry.hash)
        )

    def entries(self, *, run: str | None = None, kind: Kind | None = None) -> Sequence[Entry]:
        """Entries, oldest first, of one run or kind if asked. Raises StateConflict for one that cannot be read."""
        wanted = select(tables.journal).where(_ENTRY.migration == self._migration).order_by(_ENTRY.seq)
        if run is not None:
            wanted = wanted.where(_ENTRY.run == run)
        if kind is not None:
            wanted = wanted.where(_ENTRY.kind == kind.value)
        with self._store.reading() as connection:
            return [self._read(row) for row in connection.execute(wanted)]

    def verify(self) -> None:
        """Walk the hash chain; raises StateConflict naming the first entry that does not fit."""
        self._verified()

    def record(self, name: str, *, run: str, expires_at: datetime, facts: Facts) -> Evidence:
        """Append evidence."""
        body: Facts = {"name": name, "expires_at": text_of(expires_at), "facts": facts}
        return _evidence(self.append(Kind.EVIDENCE, run=run, body=body))

    def evidence(self, name: str) -> Sequence[Evidence]:
        """Evidence of that name, oldest first, with the chain verified."""
        return [
            _evidence(entry)
            for entry in self._verified()
            if entry.kind is Kind.EVIDENCE and entry.body.get("name") == name
        ]

    def _verified(self) -> list[Entry]:
        every = select(tables.journal).where(_ENTRY.migration == self._migration).order_by(_ENTRY.seq)
        with self._store.reading() as connection:
            rows = connection.execute(every).all()
            head = connection.execute(
                select(_HEAD.head_seq, _HEAD.head_hash).where(_HEAD.migration == self._migration)
            ).one_or_none()
        entries = [self._read(row) for row in rows]
        head_seq, head_hash = (0, chain.beginning(self._migration)) if head is None else (head.head_seq, head.head_hash)
        chain.verify(self._migration, entries, head_seq, head_hash)
        return entries

    def _read(self, row: Row[Any]) -> Entry:
        try:
            return Entry(
                seq=row.seq,
                at=instant_of(row.at),
                kind=Kind(row.kind),
                run=row.run,
                step=row.step,
                body=json.loads(row.body),
                fence=row.fence,
                previous=row.previous,
                hash=row.hash,
            )
        except ValueError as error:
            raise chain.broken(self._migration, row.seq, "it cannot be read") from error


def _evidence(entry: Entry) -> Evidence:
    facts = entry.body["facts"]
    if not isinstance(facts, dict):
        raise TypeError(f"evidence entry {entry.seq} holds no facts")
    return Evidence(
        seq=entry.seq,
        name=str(entry.body["name"]),
        taken_at=entry.at,
        expires_at=instant_of(str(entry.body["expires_at"])),
        facts=facts,
    )
