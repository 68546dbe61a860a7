"""Events to messages: whole transactions, as their commit made them, whatever way they were logged.

A transaction's rows are held until its end is read, for it may still be rolled back, to a savepoint or as a whole, or
be an XA transaction whose commit comes later, perhaps never. Only a very large one is passed on before its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from migrate.sandbox.dms.worker.changes import Begin, Broken, Change, Commit, Ddl, KeepAlive, Message
from migrate.sandbox.dms.worker.errors import TaskFailedError
from migrate.sandbox.dms.worker.mysql.binlog import Event
from migrate.sandbox.dms.worker.mysql.jsonb import JsonError
from migrate.sandbox.dms.worker.mysql.packing import lenenc
from migrate.sandbox.dms.worker.mysql.plans import Plans
from migrate.sandbox.dms.worker.mysql.positions import Positions
from migrate.sandbox.dms.worker.mysql.queries import Query, Verb, Xid, parse
from migrate.sandbox.dms.worker.mysql.row_image import ImageError, Plan

HELD_CHANGES = 50_000
HELD_BYTES = 32 * 1024 * 1024
"""From so many changes, or bytes, on a transaction is passed on while it is read; it cannot be rolled back then."""
_QUERY, _ROTATE, _XID, _TABLE_MAP, _INCIDENT, _HEARTBEAT, _XA_PREPARE = 2, 4, 16, 19, 26, 27, 38
_GTID, _ANONYMOUS_GTID, _TAGGED_GTID = 33, 34, 42
_MARIADB_GTID = 162
_KINDS = {23: "I", 30: "I", 24: "U", 31: "U", 25: "D", 32: "D"}
_WITH_EXTRA = frozenset({30, 31, 32})
_UNREADABLE = {
    18: "a LOAD DATA statement (binlog_format was not ROW in that session)",
    39: "partial JSON updates (binlog_row_value_options=PARTIAL_JSON)",
    40: "compressed transactions (binlog_transaction_compression=ON)",
    164: "encrypted events",
    **dict.fromkeys(range(165, 172), "compressed events (log_bin_compress=ON)"),
}
_COMMIT_MICROS = 42
"""Where a GTID event of MySQL 8 holds the moment of the commit: seven bytes of microseconds."""
_STANDALONE = 1
"""Flag of MariaDB's GTID event: the group is one statement."""


class Transactions:
    """Reads one stream's events in order."""

    def __init__(
        self,
        positions: Positions,
        plans: Plans,
        recover: Callable[[Xid], list[Change]],
        *,
        truncates: bool = False,
        clock_ahead: float = 0.0,
    ) -> None:
        """`recover` finds the rows of an XA transaction that was prepared before this stream began.

        `truncates`: TRUNCATE is a change (HandleSourceTableTruncated). `clock_ahead`: by how many seconds the source's
        clock is ahead of ours.
        """
        self._positions = positions
        self._plans = plans
        self._recover = recover
        self._truncates = truncates
        self._clock_ahead = clock_ahead
        self._held: list[Message] = []
        self._changes = self._bytes = 0
        self._open = self._repeated = False
        """The second: what is read was repeated by the task that goes the other way."""
        self._passed_on = False
        self._marks: dict[str, int] = {}
        self._micros = 0.0
        self.prepared: dict[Xid, list[Change]] = {}
        self.ended = 0
        """The end of the last group, or of what the source looked at since."""

    @property
    def inside(self) -> bool:
        """Whether a transaction was begun and has not ended."""
        return self._open

    def take(self, event: Event, file: str) -> Iterator[Message]:
        """The messages an event completes. Raises TaskFailedError for what cannot be read."""
        kind = event.kind
        if kind in _KINDS:
            yield from self._rows(event)
        elif kind == _TABLE_MAP:
            self._begin()
            self._repeated |= self._plans.marks(event.body)
            broken = self._plans.map(event.body)
            if broken is not None:
                self._held.append(broken)
        elif kind == _XID:
            yield from self._end(event, file)
        elif kind in {_GTID, _ANONYMOUS_GTID}:
            self._note_commit(event)
        elif kind == _TAGGED_GTID:
            self._micros = 0.0
        elif kind == _MARIADB_GTID:
            self._micros = 0.0
            if not event.body[12] & _STANDALONE:
                self._begin()
        elif kind == _QUERY:
            yield from self._query(parse(event.body), event, file)
        elif kind == _XA_PREPARE:
            yield from self._prepare(event, file)
        elif kind in {_ROTATE, _HEARTBEAT}:
            yield from self._looked(event, file)
        elif kind in _UNREADABLE:
            raise TaskFailedError(f"The source's binary log holds {_UNREADABLE[kind]}, which cannot be read.")
        elif kind == _INCIDENT:
            raise TaskFailedError("The source's binary log says that events are lost (an incident event).")

    def _begin(self) -> None:
        if not self._open:
            self._open, self._passed_on, self._repeated, self._changes, self._bytes = True, False, False, 0, 0
            self._held.clear()
            self._marks.clear()

    def _rows(self, event: Event) -> Iterator[Message]:
        body = event.body
        try:
            plan = self._plans.find(body[:6])
            if plan is None or self._repeated:
                return
            at = 8
            if event.kind in _WITH_EXTRA:
                at += int.from_bytes(body[8:10], "little")
            _, at = lenenc(body, at)
            width = plan.bitmap_bytes
            kind = _KINDS[event.kind]
            first = second = plan.present(body[at : at + width])
            at += width
            if kind == "U":
                second = plan.present(body[at : at + width])
                at += width
            end, name, add = len(body), plan.name, self._held.append
            while at < end:
                began = at
                row, at = plan.row(body, at, first)
                if kind == "I":
                    change = Change(name, kind, row, None, at - began)
                elif kind == "D":
                    change = Change(name, kind, None, row, at - began)
                else:
                    new, at = plan.row(body, at, second)
                    change = Change(name, kind, new, row, at - began)
                if not plan.versioned or _of_the_present(plan, change):
                    add(change)
                self._changes += 1
                self._bytes += at - began
        except (ImageError, JsonError, IndexError) as error:
            raise TaskFailedError(f"A row of the binary log cannot be read: {error}.") from None
        if self._changes >= HELD_CHANGES or self._bytes >= HELD_BYTES:
            if not self._passed_on:
                self._passed_on = True
                yield Begin()
            yield from self._held
            self._held.clear()
            self._changes = self._bytes = 0

    def _end(self, event: Event, file: str) -> Iterator[Message]:
        """The group's end: what was held, then the commit; a group without changes moves the position alone."""
        held, self._held = self._held, []
        if self._passed_on or held:
            if not self._passed_on:
                yield Begin()
            yield from held
        self._open = self._passed_on = False
        self.ended = self._positions.number(file, event.end)
        yield Commit(self.ended, self._micros or float(event.seconds))

    def _query(self, query: Query, event: Event, file: str) -> Iterator[Message]:
        match query.verb:
            case Verb.BEGIN:
                self._begin()
            case Verb.XA_STEP:
                self._begin()
            case Verb.COMMIT:
                yield from self._end(event, file)
            case Verb.ROLLBACK:
                self._give_up()
                yield from self._end(event, file)
            case Verb.SAVEPOINT:
                self._begin()
                self._marks[query.name] = len(self._held)
            case Verb.ROLLBACK_TO:
                if self._passed_on:
                    self._give_up()
                del self._held[self._marks.get(query.name, 0) :]
            case Verb.XA_COMMIT | Verb.XA_ROLLBACK if query.xid is not None:
                changes = self.prepared.pop(query.xid, None)
                if query.verb is Verb.XA_COMMIT:
                    self._held = list(changes if changes is not None else self._recover(query.xid))
                yield from self._end(event, file)
            case Verb.ROWS:
                if table := self._plans.mentioned(query.text, query.database):
                    raise TaskFailedError(
                        f"A change of table '{table}' is in the source's binary log as a statement, not as rows:"
                        " binlog_format was not ROW in that session."
                    )
            case _:
                yield from self._ddl(query, event, file)

    def _ddl(self, query: Query, event: Event, file: str) -> Iterator[Message]:
        """DDL ends a group by itself; inside one (CREATE TABLE … SELECT) the rows follow."""
        tables = [name for table in query.tables if (name := self._plans.name(table)) is not None]
        for table in tables:
            self._plans.altered(table)
        if self._truncates and query.word == "TRUNCATE":
            self._held += [Change(table, "T", None, None) for table in tables]
        elif tables:
            self._held += [Ddl(table, query.word) for table in tables]
        elif query.word == "CREATE":
            self._held += [Ddl(table, query.word) for table in query.tables]
        if not self._open:
            yield from self._end(event, file)

    def _give_up(self) -> None:
        if self._passed_on:
            raise TaskFailedError("A transaction too large to be held was rolled back in the source's binary log.")
        self._held.clear()

    def _prepare(self, event: Event, file: str) -> Iterator[Message]:
        """XA PREPARE ends the group; its rows wait for XA COMMIT. With one phase it is the commit."""
        one_phase, body = event.body[0], event.body[1:]
        if one_phase:
            yield from self._end(event, file)
            return
        form, first, second = (int.from_bytes(body[at : at + 4], "little", signed=True) for at in (0, 4, 8))
        xid = (form, body[12 : 12 + first].hex(), body[12 + first : 12 + first + second].hex())
        if self._passed_on:
            raise TaskFailedError("An XA transaction is too large to be held until its commit.")
        self.prepared[xid] = [message for message in self._held if isinstance(message, Change)]
        self._held = [message for message in self._held if isinstance(message, Broken)]
        yield from self._end(event, file)

    def _note_commit(self, event: Event) -> None:
        raw = event.body[_COMMIT_MICROS : _COMMIT_MICROS + 7]
        self._micros = (int.from_bytes(raw, "little") & (1 << 55) - 1) / 1e6 if len(raw) == 7 else 0.0

    def _looked(self, event: Event, file: str) -> Iterator[Message]:
        """A new file, or a heartbeat: the source has looked up to here."""
        if self._open and event.kind == _ROTATE:
            # No transaction goes on in another file: the server was killed while it wrote this one.
            self._give_up()
            self._open = False
        if self._open:
            return
        offset = 4 if event.kind == _ROTATE else event.end
        self.ended = max(self.ended, self._positions.number(file, offset)) if offset else self.ended
        yield KeepAlive(self.ended, time.time() + self._clock_ahead)


def _of_the_present(plan: Plan, change: Change) -> bool:
    """Make a change of a versioned table one of its present rows; False when it is one of past rows alone.

    MariaDB logs a deletion as an update that ends the row's time, and adds the row of the past to every update.
    """
    before, after = plan.current(change.old), plan.current(change.new)
    if before:
        change.kind = "U" if after else "D"
        change.new = change.new if after else None
    elif after:
        change.kind, change.old = "I", None
    return before or after
