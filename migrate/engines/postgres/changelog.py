"""The server's log: positions are LSNs, slots hold it, and test_decoding tells which rows it touched.

A change is in the log before it can be read. So `changes` ends once all that it tells of is seen: no slot is moved past
a row that was looked at too early.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

import psycopg

from checks.facts import TableName
from migrate.engines.failures import SLOT_LOST, failure
from migrate.engines.postgres import decoding, keys
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.decoding import Kind
from migrate.engines.postgres.failures import NO_SLOT, SLOT_BUSY, SLOT_TAKEN, failed
from migrate.engines.postgres.keys import Watched
from migrate.engines.postgres.visibility import Snapshot
from migrate.model.database import Position
from migrate.model.validation import KEYS_MAX, Changes, Key

T = TypeVar("T")
PLUGIN = "test_decoding"
FLUSH_SECONDS = 10.0
SEEN_SECONDS = 10.0
"""How long a commit may be in the log and not be seen: a synchronous standby confirms it in between."""
RELEASE_SECONDS = 10.0
"""How long a slot whose reader has just been stopped may stay active: the server notices at its next message."""
BUSY_SECONDS = 60.0
"""How long another reader of the same slot is waited for, as a cutover waits for who follows the changes."""
BATCH = 5000
LOGICAL_SLOTS = "pg_replication_slots WHERE slot_type = 'logical' AND database = current_database()"
INSERTED = "SELECT pg_current_wal_insert_lsn()::text"
PAGE_HEADER, SEGMENT_HEADER = 24, 40
"""Bytes ahead of the first record on a page of the log, and on the first page of a segment (xlog_internal.h)."""


class PostgresChangeLog:
    """Implements ports.database.ChangeLog."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def position(self) -> Position:
        with self._connections.use() as connection:
            return Position(_one(connection, INSERTED))

    def reached(self, position: Position, wanted: Position) -> bool:
        return _number(position) >= _number(wanted)

    def keep(self, hours: int) -> None:
        """Nothing to do: a slot holds the log by itself."""

    def slots(self) -> Mapping[str, Position]:
        with self._connections.use() as connection:
            rows = connection.execute(
                f"SELECT slot_name::text, confirmed_flush_lsn::text FROM {LOGICAL_SLOTS}"
                " AND confirmed_flush_lsn IS NOT NULL ORDER BY 1"
            )
            return {name: Position(held) for name, held in rows}

    def create_slot(self, name: str) -> Position:
        held = self.slots().get(name)
        if held is not None:
            return held
        if self._end_creator(name):
            self.drop_slot(name)
        with self._connections.use() as connection:
            query = "SELECT lsn::text FROM pg_create_logical_replication_slot($1, $2)"
            try:
                return Position(_one(connection, query, [name, PLUGIN]))
            except psycopg.errors.DuplicateObject:
                if (held := self.slots().get(name)) is not None:
                    return held
                raise self._taken(name) from None
            except (psycopg.errors.ConfigurationLimitExceeded, psycopg.errors.ObjectNotInPrerequisiteState) as error:
                raise self._none(error) from None

    def advance_slot(self, name: str, position: Position) -> None:
        """Move the slot forward to `position`; one that is there or beyond stays."""
        held = self.slots().get(name)
        if held is None:
            raise self._lost(name)
        if not self.reached(held, position):
            with self._connections.use() as connection:
                _when_free(
                    lambda: connection.execute("SELECT pg_replication_slot_advance($1, $2::pg_lsn)", [name, position])
                )

    def drop_slot(self, name: str) -> None:
        """Raises a retryable error when somebody still reads the slot after a few seconds.

        Slots' names are the server's, their changes a database's: one of another database is somebody else's.
        """
        self._end_creator(name)
        deadline = time.monotonic() + RELEASE_SECONDS
        with self._connections.use() as connection:
            while True:
                row = connection.execute(
                    f"SELECT active_pid FROM {LOGICAL_SLOTS} AND slot_name = $1", [name]
                ).fetchone()
                if row is None:
                    return
                if row[0] is None:
                    with suppress(psycopg.errors.UndefinedObject, psycopg.errors.ObjectInUse):
                        connection.execute("SELECT pg_drop_replication_slot($1)", [name])
                        return
                if time.monotonic() > deadline:
                    hint = "Stop the task that reads it first."
                    raise failure(
                        self._connections.side,
                        SLOT_BUSY,
                        f"{self._connections.where}: slot {name} is being read by process {row[0]}",
                        hint=hint,
                        retryable=True,
                    )
                time.sleep(0.1)

    def _end_creator(self, name: str) -> bool:
        """End the session that is still making this slot, which goes with it. True when there is one.

        It is a killed run's: its server process has not noticed, and waits for an open transaction.
        """
        query = (
            f"SELECT pg_terminate_backend(active_pid) FROM {LOGICAL_SLOTS}"
            " AND confirmed_flush_lsn IS NULL AND slot_name = $1"
        )
        with self._connections.use() as connection:
            return connection.execute(query, [name]).fetchone() is not None

    def changes(self, slot: str, tables: Sequence[TableName]) -> Changes:
        """As the port says. A change of a partition counts for the partition and for every parent asked for."""
        if slot not in self.slots():
            raise self._lost(slot)
        with self._connections.use() as connection:
            through = Position(_one(connection, INSERTED))
            watched = keys.watched(connection, tables)
            before = Snapshot.taken(connection)
            self._wait_for_flush(connection)
            found, late = _when_free(lambda: self._read(connection, slot, watched, before))
            self._wait_until_seen(connection, late)
            return Changes({t: None if known is None else frozenset(known) for t, known in found.items()}, through)

    def _read(
        self, connection: Connection, slot: str, watched: dict[TableName, list[Watched]], before: Snapshot
    ) -> tuple[dict[TableName, set[Key] | None], set[int]]:
        """What was touched, and the transactions that did it and were not seen `before`."""
        found: dict[TableName, set[Key] | None] = {}
        late: set[int] = set()
        with connection.transaction(), connection.cursor(name="aurora_migrate_touched") as cursor:
            cursor.itersize = BATCH
            cursor.execute(
                "SELECT data FROM pg_logical_slot_peek_changes("
                "$1, NULL, NULL, 'include-xids', '1', 'skip-empty-xacts', '1')",
                [slot],
            )
            for (line,) in cursor:
                try:
                    transaction = decoding.began(line)
                    if transaction is None:
                        _note(found, watched, line)
                    elif not before.sees(transaction):
                        late.add(transaction)
                except ValueError as error:
                    reason = f"{self._connections.where}: slot {slot}: {error}"
                    raise failure(self._connections.side, SLOT_LOST, reason) from None
        return found, late

    def behind(self, slot: str) -> int:
        held = self.slots().get(slot)
        if held is None:
            raise self._lost(slot)
        return max(0, _number(self.position()) - _number(held))

    def _wait_for_flush(self, connection: Connection) -> None:
        """Decoding reads what is on disk; an asynchronous commit gets there a moment later."""
        wanted = _end_of_records(connection)
        deadline = time.monotonic() + FLUSH_SECONDS
        while _number(Position(_one(connection, "SELECT pg_current_wal_flush_lsn()::text"))) < wanted:
            if time.monotonic() > deadline:
                raise failed(
                    self._connections.side,
                    self._connections.where,
                    psycopg.errors.LockNotAvailable(f"the log was not on disk after {FLUSH_SECONDS:g} s"),
                )
            time.sleep(0.02)

    def _wait_until_seen(self, connection: Connection, transactions: set[int]) -> None:
        deadline = time.monotonic() + SEEN_SECONDS
        while not all(map(Snapshot.taken(connection).sees, transactions)):
            if time.monotonic() > deadline:
                raise failed(
                    self._connections.side,
                    self._connections.where,
                    psycopg.errors.LockNotAvailable(
                        f"a commit was in the log for {SEEN_SECONDS:g} s and cannot be read yet:"
                        " a synchronous standby does not confirm it"
                    ),
                )
            time.sleep(0.02)

    def _taken(self, slot: str) -> Exception:
        hint = "Another migration of this name uses this server: give one of the two another name."
        message = f"{self._connections.where}: a slot {slot} belongs to another database of this server"
        return failure(self._connections.side, SLOT_TAKEN, message, hint=hint)

    def _none(self, error: psycopg.Error) -> Exception:
        hint = "Raise max_replication_slots, or drop what nobody reads; wal_level must be logical."
        message = f"{self._connections.where}: no slot can be made: {error.diag.message_primary}"
        return failure(self._connections.side, NO_SLOT, message, hint=hint)

    def _lost(self, slot: str) -> Exception:
        hint = "The slot was dropped or invalidated, or the server failed over. What changed since is unknown."
        message = f"{self._connections.where}: there is no logical slot {slot} in this database"
        return failure(self._connections.side, SLOT_LOST, message, hint=hint)


def _when_free(act: Callable[[], T]) -> T:
    """Do what needs a slot for itself; somebody who is reading it just now is waited for."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return act()
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _note(found: dict[TableName, set[Key] | None], watched: dict[TableName, list[Watched]], line: str) -> None:
    change = decoding.change(line)
    if change is None:
        return
    for leaf in change.tables:
        for watch in watched.get(leaf, ()):
            known = found.setdefault(watch.table, set())
            if known is None:
                continue
            touched = _keys(change, watch)
            if touched is None or len(known) > KEYS_MAX:
                found[watch.table] = None
            else:
                known.update(touched)


def _keys(change: decoding.Change, watch: Watched) -> set[Key] | None:
    """Keys that one change touched; None when it does not say."""
    if not watch.key or change.kind is Kind.TRUNCATE:
        return None
    if change.kind is not Kind.INSERT and not watch.identity_covers_key:
        return None
    old = decoding.key_of(change.old, watch.key) if change.old is not None else None
    new = decoding.key_of(change.new, watch.key) if change.new is not None else None
    match change.kind:
        case Kind.INSERT:
            return {new} if new is not None else None
        case Kind.DELETE:
            return {old} if old is not None else None
        case _:
            if change.old is None:
                return {new} if new is not None else None
            # A key that is not printed anew is an unchanged one: only then a value may be left out.
            return None if old is None else {old, new if new is not None else old}


def _end_of_records(connection: Connection) -> int:
    """Where the last record of the log ends.

    At the start of a page the insert position stands behind the page's header, which is written with the next record
    only: on a server where nobody writes, what is flushed would never get there.
    """
    row = connection.execute(
        "SELECT pg_current_wal_insert_lsn()::text, current_setting('wal_block_size')::int,"
        " pg_size_bytes(current_setting('wal_segment_size'))"
    ).fetchone()
    assert row is not None
    inserted, page, segment = _number(row[0]), row[1], row[2]
    into_page = inserted % page
    header = SEGMENT_HEADER if inserted % segment == into_page else PAGE_HEADER
    return int(inserted - into_page if into_page == header else inserted)


def _one(connection: Connection, query: str, parameters: Sequence[object] = ()) -> str:
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return str(row[0])


def _number(position: Position) -> int:
    high, low = position.split("/")
    return int(high, 16) << 32 | int(low, 16)
