"""The state database: opened, brought up to this program's version, and read by migration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from migrate.clock import Clock, SystemClock
from migrate.errors import StateConflict
from migrate.signals import sealed
from migrate.state import tables
from migrate.state.connections import connect
from migrate.state.instants import text_of
from migrate.state.journal import StoredJournal
from migrate.state.lease import Lease
from migrate.state.progress import StoredProgress
from migrate.state.residue import StoredResidue
from migrate.state.sightings import StoredSightings
from migrate.state.versions import upgrades

_UPGRADE_LOCK = 0x6175726F6D6967
"""Key of the advisory lock under which PostgreSQL lets one program upgrade at a time."""


class Store:
    """One state database. Thread-safe."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._clock = clock

    @classmethod
    def open(cls, url: str, *, clock: Clock | None = None) -> Store:
        """Open, and create or upgrade what is missing.

        Raises UsageError for an address that cannot be used, StateConflict when a newer program wrote the state or
        the database refuses.
        """
        store = cls(connect(url), clock or SystemClock())
        try:
            store._upgrade()
        except BaseException:
            store.close()
            raise
        return store

    def journal(self, migration: str, lease: Lease | None = None) -> StoredJournal:
        """The migration's journal. Without a lease it can only be read."""
        return StoredJournal(self, migration, lease)

    def progress(self, lease: Lease, slot: str, terms: str) -> StoredProgress:
        """Where the validation that `slot` has been witnessing since its beginning keeps how far it is. `terms` is a
        text, best a digest, that says what it compares and how: with other terms it begins anew."""
        return StoredProgress(self, lease, slot, terms)

    def residue(self, migration: str, slot: str, lease: Lease | None = None) -> StoredResidue:
        """What proofs under `slot` have left over. Without a lease it can only be read."""
        return StoredResidue(self, migration, slot, lease)

    def sightings(self, migration: str) -> StoredSightings:
        """What runs say of themselves while they work. Needs no lease."""
        return StoredSightings(self, migration)

    def migrations(self) -> list[str]:
        """Names of the migrations that have a journal."""
        wanted = select(tables.migration.c.migration).where(tables.migration.c.head_seq > 0)
        with self.reading() as connection:
            return sorted(connection.scalars(wanted))

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads. Raises StateConflict when the database refuses."""
        with self._transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is durable when the block ends. Raises StateConflict when the database refuses."""
        with self._transaction(self._writer) as connection:
            yield connection

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        """Signals wait for its end: thrown into the driver's code, one leaves a connection half used and locked."""
        try:
            with sealed(), engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            url = self._engine.url
            place = "/".join(part for part in (url.host, url.database) if part)
            raise StateConflict(
                f"the state database {place} refuses: {str(error.orig).strip().splitlines()[0]}",
                code="STA-003",
                hint="Check that it can be reached and written, then run the same command again.",
                retryable=True,
            ) from error

    def _upgrade(self) -> None:
        known = upgrades()
        with self.reading() as connection:
            if _version(connection) == len(known):
                return
        for upgrade in known:
            with self.writing() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
                tables.version.create(connection, checkfirst=True)
                present = _version(connection)
                if present > len(known):
                    raise _newer(present, len(known))
                if present < upgrade.number:
                    upgrade.run(connection)
                    now = text_of(self._clock.now())
                    record = {"number": upgrade.number, "name": upgrade.name, "applied_at": now}
                    connection.execute(insert(tables.version).values(record))


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(tables.version.name):
        return 0
    return connection.scalar(select(func.max(tables.version.c.number))) or 0


def _newer(present: int, known: int) -> StateConflict:
    return StateConflict(
        f"the state database has version {present}, this program knows versions up to {known}",
        code="STA-001",
        hint="A newer aurora-migrate wrote it. Upgrade this one; a downgrade of the state is not possible.",
    )
