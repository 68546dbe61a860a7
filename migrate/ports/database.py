"""One side of the migration, engine unseen. Both sides offer the same, for a rollback is a cutover the other way.

`friends` are the login roles that stay connected through a freeze: the toolkit's own and DMS's.
Every method raises SourceError or TargetError, by the side it was built for, when the server refuses or is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from checks.facts import Catalog, TableName
from migrate.model.database import Credentials, Identity, Position, Side
from migrate.model.inventory import Discrepancy, Inventory
from migrate.model.json import Facts
from migrate.model.measurement import LobSize, RunStatements, ServerSize, WriteCounts
from migrate.model.roles import KEPT, Lacking, NamedRole, Roles
from migrate.model.validation import Changes, Chunk, ChunkSum, Key, KeyOrder, Load, TableShape
from migrate.ports.leftovers import ServerLeftovers
from migrate.ports.markers import Markers
from migrate.ports.rights import Rights
from migrate.ports.watching import FeedSide


class Fence(Protocol):
    """Keeps applications out of this database, and lets them in again."""

    def record(self) -> Facts:
        """Grants as they stand, enough for `open` to bring them back."""

    def close(self, friends: Sequence[str]) -> None:
        """Take the right to connect from everybody but `friends`. Idempotent. Sessions stay until `end_sessions`."""

    def end_sessions(self, friends: Sequence[str], timeout: float) -> None:
        """End every session but those of `friends` and wait until their ids are gone.

        Says nothing of who comes later: `breaches` does.
        """

    def passed_by(self, user: str) -> bool:
        """Whether the role is one that `close` does not keep out, as a superuser. False for one that is not there."""

    def breaches(self, friends: Sequence[str]) -> list[str]:
        """Proof by the server: who could still log in, who is logged in, which prepared transactions are left.

        Empty when fenced. A role that cannot be fenced (a superuser with a session) is listed too.
        """

    def doors(self, friends: Sequence[str]) -> list[str]:
        """Of the breaches those through which anybody could write who is not there yet: who could still log in, what
        runs by itself, which prepared transactions are left. No session is among them."""

    def open(self, before: Facts, friends: Sequence[str] = ()) -> None:
        """Bring back the grants that `record` saw; what `friends` were given since stays. Idempotent."""


class ChangeLog(Protocol):
    """The server's log, and slots: named places in it from which it can still be read.

    A PostgreSQL slot holds the log back by itself. MySQL has none: there a slot is a place that the toolkit notes on
    the server, and the log's retention must be long enough; reading from a place that is purged is an error.
    """

    def position(self) -> Position:
        """Where the log ends now; everything committed before is at or before it."""

    def reached(self, position: Position, wanted: Position) -> bool:
        """True when `position` is at or after `wanted`."""

    def keep(self, hours: int) -> None:
        """Have the log kept for so long at least, where nothing else holds it.

        Raises SourceError or TargetError where the server keeps it shorter and the toolkit may not change that.
        """

    def slots(self) -> Mapping[str, Position]:
        """Slots of this database that are ready, by name, with the position each one holds."""

    def create_slot(self, name: str) -> Position:
        """Create a slot (PostgreSQL waits for every open transaction). An existing one of that name is kept,
        but for one that a killed run left half made.

        Returns its position. Raises an error with number 110 where the toolkit may not, 132 where the server keeps no
        log, 135 where it has no slot left.
        """

    def advance_slot(self, name: str, position: Position) -> None: ...

    def drop_slot(self, name: str) -> None:
        """Drop the slot if it is there, half made or ready, and nobody reads it; idempotent."""

    def changes(self, slot: str, tables: Sequence[TableName]) -> Changes:
        """What the log holds about `tables` from the slot's position to its present end, read without consuming the
        slot."""

    def behind(self, slot: str) -> int:
        """Bytes of log between the slot's position and the log's end: what `changes` would have to read."""


class Rows(Protocol):
    """Content of tables, hashed by the server. Hashes are equal on both sides for equal rows.

    A statement that runs longer than `statement_seconds` of `limited` is ended by the server: the error has the code
    of engines' `TIMED_OUT` (SRC-150, TGT-150) and is retryable. A row that is too large to be hashed raises `TOO_LARGE`
    (SRC-151, TGT-151): nothing is known of it then.
    """

    def limited(self, statement_seconds: float) -> Rows:
        """The same rows, where no single statement runs longer than that. Shares the connections."""

    def frozen(self, sessions: int) -> AbstractContextManager[Rows]:
        """The rows as of one moment, for up to `sessions` questions at once; the moment is held until the block ends.

        Raises SourceError or TargetError where the server cannot give one moment to several sessions.
        """

    def cancel(self) -> None:
        """End what other threads are asking through this object, or through one that it gave out; they see an error.
        What is asked from then on is refused."""

    def shapes(self, tables: Sequence[TableName]) -> dict[TableName, TableShape]:
        """The shape of each of these tables, with a constant number of round trips; one that is not there is absent.

        Whether its rows can be read in full (privilege, row-level security) is part of the answer, never an error.
        """

    def count(self, table: TableName) -> int: ...

    def chunks(
        self,
        table: TableName,
        rows_per_chunk: int,
        *,
        order: KeyOrder = KeyOrder.NATIVE,
        after: Key | None = None,
    ) -> Iterator[Chunk]:
        """Ranges of the key, in its order, that together cover every possible key above `after`; about
        `rows_per_chunk` rows each. One chunk for a table without a key, or with fewer rows than that by estimate.

        Lazily: a range is looked for when it is asked for, so that hashing can begin at once. Cheap beside hashing.
        """

    def checksums(self, chunks: Sequence[Chunk]) -> list[ChunkSum]:
        """One sum for each chunk, of one table or many, in one round trip. One that fails fails all.

        Chunks of a table that is scattered, or that are ordered by bytes where no index is, share one reading of it.
        """

    def hashes(self, chunk: Chunk) -> Iterator[tuple[Key, str]]:
        """Key and row hash of every row of the chunk, streamed. For a table without a key: the hash itself is the key,
        the number of such rows the hash."""

    def hashes_of(self, table: TableName, keys: Iterable[Key]) -> dict[Key, str]:
        """Row hashes of these keys; absent rows are absent. For a table without a key: see `hashes`."""

    def column_hashes(self, table: TableName, keys: Sequence[Key]) -> dict[Key, dict[str, str]]:
        """By key, the hash of each column, to name the columns that differ. Absent rows are absent; empty for a table
        without a key."""

    def values(self, table: TableName, keys: Sequence[Key], most_characters: int) -> dict[Key, dict[str, str | None]]:
        """By key, each column's value as the server prints it, cut to `most_characters`. For a table without a key the
        keys are row hashes, and one row stands for each."""

    def extremes(self, table: TableName) -> dict[str, tuple[str | None, str | None]]:
        """Least and greatest value of each column that holds a date or a point in time, as text in UTC; one scan."""

    def repair(self, table: TableName, keys: Sequence[Key]) -> Iterator[str]:
        """SQL statements that make the rows of these keys on another server as they are here: one that inserts or
        updates a row that is here, one that deletes a row that is not. Values are literals, quoted by the server.
        Nothing for a table without a key.
        """


class Sequences(Protocol):
    """Sequences, identity columns, AUTO_INCREMENT counters."""

    def values(self, schemas: Sequence[str] = ()) -> dict[str, int]:
        """Last value handed out, by `schema.sequence`. Empty `schemas` means all of the user's."""

    def raise_to(self, wanted: Mapping[str, int], headroom: int) -> None:
        """Set every sequence to at least `wanted + headroom` steps; never lowers one."""

    def behind(self, wanted: Mapping[str, int]) -> list[str]:
        """Sequences that stand at or behind `wanted`, found with one query. Empty is the proof."""


class Triggers(Protocol):
    """What would act on its own on the side that is fed: triggers that fire for replicated rows, and events."""

    def firing(self, schemas: Sequence[str] = ()) -> Facts:
        """Such triggers of these schemas, all of the user's where none is named (PostgreSQL: ENABLE ALWAYS or REPLICA;
        MySQL: every trigger, and the events of the whole server), with all that `restore` needs."""

    def rest(self, firing: Facts) -> None:
        """Put them to rest. What rests already is left alone, so that it waits for nobody."""

    def restore(self, firing: Facts) -> None:
        """Have triggers fire again. Waits for whoever has the tables in use, friends too, for half a minute; then
        raises SourceError or TargetError that is retryable."""

    def wake_events(self, firing: Facts) -> None:
        """Let run again what runs by itself (MySQL: events)."""

    def resting(self, firing: Facts, each: Discrepancy) -> bool:
        """Whether two schemas differ in this because one of them was put to rest from `firing`."""


class Schema(Protocol):
    """Schema copy: native dump and restore, in two parts around the load."""

    @property
    def all_or_nothing(self) -> bool:
        """Whether a load that broke off made nothing, and one that is run again fails over what is there. Else what is
        there is passed over."""

    def dump(self, schemas: Sequence[str], section: str, roles: Roles = KEPT) -> str:
        """DDL as text. `section` is `roles` (those that the schema names, locked), `pre-data` (types, tables, routines,
        rights), `post-data` (indexes, keys that `pre-data` does not hold, triggers; events at rest) or
        `foreign-keys`. It names roles as the target calls them, and none that is left out."""

    def named_roles(self, schemas: Sequence[str]) -> Sequence[NamedRole]:
        """Roles, or users, without which a dump could not be made elsewhere as it is here, by name."""

    def lacking(self, wanted: Mapping[str, bool]) -> Mapping[str, Lacking]:
        """Of these roles, with whether they are to own something, those that cannot be used on this server."""

    def makes_roles(self) -> bool:
        """Whether whoever loads may make roles here."""

    def extensions(self) -> Mapping[str, str]:
        """Extensions that this server can make, with their versions; none where the engine has none."""

    def load(self, ddl: str) -> Sequence[str]:
        """Run DDL; one that broke off goes on when it is run again, or was taken back, see `all_or_nothing`.

        Returns what is not made as it was, one line each: left out or changed on the way, or fitted to this server.
        """

    def copied(self, catalog: Catalog) -> Catalog:
        """This side's catalog as it looks on a target made from its dump: some types have another name there."""

    def inventory(self, schemas: Sequence[str], friends: Sequence[str] = (), roles: Roles = KEPT) -> Inventory:
        """Every object of `schemas` (empty: all of the user's) with all that makes it what it is, rights and comments
        included; without values of rows and counters, the toolkit's and DMS's objects, and rights of `friends`. Roles
        are told as the target calls them, those that are left out not at all."""

    def stored(self, tables: Sequence[TableName]) -> Mapping[TableName, str]:
        """Where the server stores the rows of each of these tables: another place once it was emptied by TRUNCATE, or
        rewritten. Absent where it cannot be told."""

    def excuse(self, each: Discrepancy, roles: Roles = KEPT) -> str:
        """Why a target made from this side's dump cannot be alike in this; empty where it can."""

    def refresh_views(self, schemas: Sequence[str]) -> Sequence[str]:
        """Compute the materialized views of `schemas` (empty: all of the user's) anew, each after those it is made of;
        beside readers where a unique index lets it. Returns their names; none where the engine has none."""

    def manner(self) -> Mapping[str, str]:
        """Settings of this server that another one has to share, or exceed, to hold the same tables and rows."""

    def misfits(self, manner: Mapping[str, str]) -> Sequence[str]:
        """Why this server cannot hold all that one of that `manner` does, one line for each; empty when it can."""

    def analyze(self, tables: Sequence[TableName]) -> None: ...

    def nonempty(self, tables: Sequence[TableName]) -> list[TableName]:
        """Those of `tables` that exist and hold a row."""


class Accounts(Protocol):
    """Login roles: the application's on a new target, and DMS's own."""

    def ensure_login(self, credentials: Credentials, *, replication: bool = False) -> None:
        """Create the role or set its password (hashed on the client). Idempotent."""

    def grant_feed(self, user: str, schemas: Sequence[str]) -> None:
        """Let DMS's `user` read and write the tables of `schemas` and the toolkit's markers."""

    def lock(self, user: str, timeout: float) -> None:
        """Bar `user` from logging in, end its sessions and wait until they are gone."""

    def unlock(self, user: str) -> None: ...

    def locked(self, user: str) -> bool:
        """True when `user` cannot log in and has no session."""

    def smoke(self, credentials: Credentials, tables: Sequence[TableName]) -> list[str]:
        """Log in as the application, read each table. Returns what failed; empty is good."""


class Activity(Protocol):
    def load(self) -> Load:
        """What others do on this server now: sessions of the toolkit and of the server itself are left out."""

    def long_transactions(self, seconds: float, friends: Sequence[str]) -> list[str]:
        """Transactions open for longer, one readable line each."""

    def prepared_transactions(self) -> list[str]: ...

    def sessions(self, friends: Sequence[str]) -> list[str]:
        """Who is logged in beside `friends`, the toolkit and the server's own, one line for each user and host:
        `app from 10.0.0.7 (pgbench), 3 times`."""


class Statements(Protocol):
    """A team's own SQL, run as the toolkit's login."""

    def ask(self, sql: str, seconds: float) -> object:
        """First value of the first row, None when there is none; in a transaction that cannot write, ended in time."""

    def execute(self, sql: str, seconds: float) -> None:
        """Run it in a transaction of its own and commit."""


class Measures(Protocol):
    """Sizes and rates for a plan, read-only; no statement runs much longer than the `seconds` it is given."""

    def lobs(self, table: TableName, columns: Sequence[str], seconds: float) -> list[LobSize]:
        """Lengths of these columns' values: of every row of a small table, of a sample of a large one."""

    def writes(self, tables: Sequence[TableName]) -> WriteCounts | None:
        """Rows written since the server counts them; None where it does not, or this login may not see it."""

    def statements(self, schemas: Sequence[str], most: int) -> RunStatements:
        """The statements that were run most often in this database (MySQL: in these databases), where the server
        counts them; the toolkit's own are left out as far as they can be told."""

    def size(self) -> ServerSize:
        """How large this server is, by its own counters."""

    def cuts(self, table: TableName, column: str, pieces: int) -> list[str]:
        """Values of an indexed column that cut the table into about equal `pieces`; empty where none are known."""


class Sides(Protocol):
    """Both databases, each connected to when it is first asked for: one that is gone must not bar the other."""

    @property
    def source(self) -> Database: ...
    @property
    def target(self) -> Database: ...


class Database(Protocol):
    """One side. Thread-safe: each call takes a connection of its own where it must."""

    @property
    def side(self) -> Side: ...
    @property
    def markers(self) -> Markers: ...
    @property
    def fence(self) -> Fence: ...
    @property
    def log(self) -> ChangeLog: ...
    @property
    def rows(self) -> Rows: ...
    @property
    def sequences(self) -> Sequences: ...
    @property
    def triggers(self) -> Triggers: ...
    @property
    def schema(self) -> Schema: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def activity(self) -> Activity: ...
    @property
    def statements(self) -> Statements: ...
    @property
    def measures(self) -> Measures: ...
    @property
    def leftovers(self) -> ServerLeftovers: ...
    @property
    def rights(self) -> Rights: ...
    @property
    def feed(self) -> FeedSide: ...

    def identity(self) -> Identity: ...

    def catalog(self, schemas: Sequence[str] = ()) -> Catalog:
        """Facts about this database, read-only, in one snapshot. Empty `schemas` means all of the user's."""

    def apply_exceptions(self, control_schema: str) -> int | None:
        """Rows in DMS's awsdms_apply_exceptions; None when it is not there or cannot be read: nothing is known then."""

    def close(self) -> None: ...
