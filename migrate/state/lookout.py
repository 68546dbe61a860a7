"""Reads the state database for whoever watches: never creates, upgrades, writes or locks anything.

A look is one short transaction that reads. What is only added to (the journal) or marked by its time (progress) is read
once and kept, so that a look costs by what is new.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from checks.facts import TableName
from migrate.errors import StateConflict
from migrate.model.journal import Entry, Kind
from migrate.model.sighting import Sighting, SightingKind
from migrate.model.stored import ComparedRow, LeaseRow, Stored
from migrate.state import tables
from migrate.state.connections import address
from migrate.state.instants import instant_of
from migrate.state.versions import upgrades

_HEAD, _ENTRY, _COMPARED, _SIGHTING = (
    t.c for t in (tables.migration, tables.journal, tables.compared, tables.sighting)
)
BUSY_SECONDS = 5.0


class Lookout:
    """One migration's rows, read again at each look. Close it when done. Not thread-safe."""

    def __init__(self, url: str, migration: str) -> None:
        """Raises UsageError for an address that cannot be used."""
        parsed = address(url)
        self._path = Path(parsed.database or "") if parsed.drivername.startswith("sqlite") else None
        self._engine = _reader(parsed, self._path)
        self._place = str(self._path) if self._path else "/".join(filter(None, (parsed.host, parsed.database)))
        self._migration = migration
        self._known: set[str] | None = None
        self._entries: list[Entry] = []
        self._compared: dict[tuple[str, str, str], ComparedRow] = {}
        self._sightings: dict[tuple[str, str], tuple[str, Sighting]] = {}

    def look(self) -> Stored:
        """Nothing at all where no run has made the state yet.

        Raises StateConflict when the database refuses, or a newer program wrote it.
        """
        if self._path is not None and not self._path.exists():
            return Stored()
        try:
            with self._engine.begin() as connection:
                return self._read(connection)
        except DBAPIError as error:
            raise StateConflict(
                f"the state database {self._place} cannot be read: {str(error.orig).strip().splitlines()[0]}",
                code="STA-004",
                hint="Check that it can be reached and read; watching goes on by the same command.",
                retryable=True,
            ) from error

    def close(self) -> None:
        self._engine.dispose()

    def _read(self, connection: Connection) -> Stored:
        if self._known is None or tables.sighting.name not in self._known:
            self._known = set(inspect(connection).get_table_names())
        if tables.migration.name not in self._known:
            return Stored()
        _refuse_newer(connection)
        head = connection.execute(select(tables.migration).where(_HEAD.migration == self._migration)).one_or_none()
        if head is None:
            return Stored()
        return Stored(
            lease=_lease(head),
            entries=self._read_entries(connection, head.head_seq),
            compared=self._read_compared(connection) if tables.compared.name in self._known else (),
            sightings=self._read_sightings(connection) if tables.sighting.name in self._known else (),
        )

    def _read_entries(self, connection: Connection, head: int) -> tuple[Entry, ...]:
        if self._entries and self._entries[-1].seq > head:
            self._entries.clear()  # another database stands where the first one stood
        last = self._entries[-1].seq if self._entries else 0
        wanted = (
            select(tables.journal).where(_ENTRY.migration == self._migration, _ENTRY.seq > last).order_by(_ENTRY.seq)
        )
        self._entries += [_entry(row) for row in connection.execute(wanted)]
        return tuple(self._entries)

    def _read_compared(self, connection: Connection) -> tuple[ComparedRow, ...]:
        """Bodies, which may be long, are read only of rows that moved."""
        mine = _COMPARED.migration == self._migration
        key = (_COMPARED.slot, _COMPARED.table_schema, _COMPARED.table_name)
        there = {tuple(row[:3]): row[3] for row in connection.execute(select(*key, _COMPARED.at).where(mine))}
        self._compared = {known: row for known, row in self._compared.items() if known in there}
        newest = max((row.at.isoformat(timespec="microseconds") for row in self._compared.values()), default="")
        moved = select(*key, _COMPARED.body, _COMPARED.at).where(mine, _COMPARED.at >= newest)
        for row in connection.execute(moved):
            self._compared[tuple(row[:3])] = _compared(row)
        return tuple(self._compared.values())

    def _read_sightings(self, connection: Connection) -> tuple[Sighting, ...]:
        mine = select(tables.sighting).where(_SIGHTING.migration == self._migration)
        there: dict[tuple[str, str], tuple[str, Sighting]] = {}
        for row in connection.execute(mine):
            key = (row.kind, row.subject)
            known = self._sightings.get(key)
            there[key] = known if known is not None and known[0] == row.at else (row.at, _sighting(row))
        self._sightings = there
        return tuple(sighting for _, sighting in there.values())


def _reader(url: URL, path: Path | None) -> Engine:
    if path is None:
        options = {"options": "-c default_transaction_read_only=on -c statement_timeout=10000"}
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=options)

    def opened() -> sqlite3.Connection:
        place = f"file:{quote(str(path.resolve()))}?mode=ro"
        connection = sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        return connection

    engine = create_engine("sqlite://", creator=opened, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _refuse_newer(connection: Connection) -> None:
    present, known = connection.scalar(select(func.max(tables.version.c.number))) or 0, len(upgrades())
    if present > known:
        raise StateConflict(
            f"the state database has version {present}, this program knows versions up to {known}",
            code="STA-001",
            hint="A newer aurora-migrate wrote it. Watch with that one.",
        )


def _lease(head: Any) -> LeaseRow | None:
    if head.holder_host is None:
        return None
    return LeaseRow(
        label=head.holder_label or "",
        host=head.holder_host,
        fence=head.fence,
        since=instant_of(head.held_since),
        expires_at=instant_of(head.expires_at),
    )


def _entry(row: Any) -> Entry:
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


def _compared(row: Any) -> ComparedRow:
    body = json.loads(row.body)
    return ComparedRow(
        table=TableName(row.table_schema, row.table_name),
        finished=bool(body["finished"]),
        source_rows=int(body["source_rows"]),
        target_rows=int(body["target_rows"]),
        candidates=len(body["candidates"]),
        reason=str(body["reason"]),
        at=instant_of(row.at),
    )


def _sighting(row: Any) -> Sighting:
    return Sighting(SightingKind(row.kind), row.subject, json.loads(row.body), instant_of(row.at))
