"""The MySQL target: chunks as one multi-statement query, single changes under savepoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pymysql
from pymysql.constants import COMMAND

from migrate.sandbox.dms.worker.changes import Change
from migrate.sandbox.dms.worker.control import SERVER_NAME, ControlTables
from migrate.sandbox.dms.worker.engine import Item
from migrate.sandbox.dms.worker.errors import Kind
from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.mysql.connection import Connection, end_statement, run
from migrate.sandbox.dms.worker.mysql.errors import failure
from migrate.sandbox.dms.worker.mysql.packets import Packets, raise_error
from migrate.sandbox.dms.worker.mysql.packing import lenenc
from migrate.sandbox.dms.worker.mysql.repeating import Repetition
from migrate.sandbox.dms.worker.mysql.statements import Statement, Statements, batches
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Endpoint

_SHOWN_BYTES = 2000
"""How much of a statement goes into awsdms_apply_exceptions."""
_MARGIN = 1024


class MySqlApplySession:
    """Repeats changes on one target connection."""

    conflicts = frozenset({Kind.UNIQUE, Kind.INTEGRITY})
    reconciles = True

    def __init__(self, endpoint: Endpoint, target: Connection, control: ControlTables) -> None:
        self._endpoint = endpoint
        self._target = target
        self._private: Any = target
        self._statements = Statements()
        self._repetition = Repetition(target, self._one)
        ((size,),) = run(target, "SELECT @@session.max_allowed_packet")
        self._packet = int(size) - _MARGIN
        self._chunk: Sequence[Item] = ()
        self._places: Sequence[tuple[int, int]] = ()
        self._missing: list[Item] = []
        self._short = False
        self._checkpoint_head, self._checkpoint_tail = b"", b""
        self._begin = [b"BEGIN"]
        if mark := control.mark_sql(_text(control.task)):
            self._begin.append(mark.encode())
        if control.recovers:
            marks = ("'" + SERVER_NAME + "'", _text(control.task), "%s")
            head, tail = control.checkpoint_sql(marks).split("%s")
            self._checkpoint_head, self._checkpoint_tail = head.encode(), tail.encode()

    def statement(self, route: Route[Column], change: Change) -> Statement | None:
        return self._statements.plan(route, change).statement(change)

    def moves_key(self, route: Route[Column], change: Change) -> bool:
        """The binary log holds the old key, and the row is found by it."""
        return False

    def send(self, chunk: Sequence[Item], *, first: bool) -> None:
        """One query of several statements; a chunk too large for one packet takes several queries."""
        opening = self._begin if first else [b"SAVEPOINT chunk"]
        self._chunk, self._missing, self._short = chunk, [], False
        texts, places, size = list(opening), [(0, 0)] * len(opening), sum(map(len, opening)) + len(opening)
        for text, at, count in batches([item[2] for item in chunk], self._packet // 4):
            if len(text) > self._packet:
                self._short = True  # one by one, so that only this change fails
                continue
            if size + len(text) + 1 > self._packet and texts:
                self._query(texts)
                self._read(places)
                texts, places, size = [], [], 0
            texts.append(text)
            places.append((at, count))
            size += len(text) + 1
        self._query(texts)
        self._places = places

    def received(self) -> list[Item]:
        """A joined statement that found fewer rows than it has changes raises: they are repeated one by one then."""
        self._read(self._places)
        if self._short:
            raise pymysql.err.DataError(0, "a joined statement found fewer rows than it has changes")
        return self._missing

    def undo(self, *, first: bool) -> None:
        if first:
            run(self._target, "ROLLBACK")
            for text in self._begin:
                run(self._target, text.decode())
        else:
            run(self._target, "ROLLBACK TO SAVEPOINT chunk")

    def one(self, item: Item) -> int:
        run(self._target, "SAVEPOINT one")
        try:
            return self._one(item[2].text)
        except pymysql.MySQLError as error:
            if not failure(error).recoverable:
                run(self._target, "ROLLBACK TO SAVEPOINT one")
            raise

    def instead(self, item: Item) -> bool:
        route, change, _ = item
        if change.new is None:
            return False
        plan = self._statements.plan(route, change)
        text = plan.overwrite(change.new) if change.kind == "I" else plan.insert(change.new).text
        if text is None:
            return False
        self._one(text)
        return True

    def reconcile(self, item: Item) -> None:
        """An insert overwrites, an update that found nothing inserts; what conflicts even so is left."""
        self._unless_in_conflict(lambda: self.instead(item))

    def repeat(self, item: Item) -> None:
        route, change, _ = item
        if not route.key:
            self.reconcile(item)  # its rows were loaded while nobody changed them
            return
        plan = self._statements.plan(route, change)
        self._unless_in_conflict(lambda: self._repetition.repeat(item, plan))

    def _unless_in_conflict(self, work: Callable[[], object]) -> None:
        run(self._target, "SAVEPOINT reconciled")
        try:
            work()
        except pymysql.MySQLError as error:
            if failure(error).kind not in self.conflicts:
                raise
            run(self._target, "ROLLBACK TO SAVEPOINT reconciled")

    def commit(self, checkpoint: str | None, *, opened: bool) -> None:
        texts: list[bytes] = []
        if checkpoint is not None:
            texts.append(self._checkpoint_head + _text(checkpoint).encode() + self._checkpoint_tail)
        if opened:
            texts.append(b"COMMIT")
        if texts:
            self._query(texts)
            self._read([(0, 0)] * len(texts))

    def ddl(self, work: Callable[[], None], *, opened: bool) -> bool:
        if opened:
            run(self._target, "COMMIT")
        work()
        return False

    def forget_statements(self) -> None:
        self._statements.clear()
        self._repetition.forget()

    def rollback(self) -> None:
        run(self._target, "ROLLBACK")

    def lost(self) -> bool:
        return not self._target.open

    def interrupt(self) -> None:
        end_statement(self._endpoint, self._target)

    def shown(self, item: Item) -> str:
        text: bytes = item[2].text
        return text[:_SHOWN_BYTES].decode(errors="backslashreplace")

    def _one(self, text: bytes) -> int:
        self._query([text])
        return _result(Packets(self._target))

    def _query(self, texts: Sequence[bytes]) -> None:
        if sum(map(len, texts)) > self._packet + _MARGIN // 2:
            raise pymysql.err.DataError(1406, "the change does not fit into the target's max_allowed_packet")
        self._private._execute_command(COMMAND.COM_QUERY, b";".join(texts))

    def _read(self, places: Sequence[tuple[int, int]]) -> None:
        """The results of a query of several statements. Raises the first error, behind which there are none."""
        packets = Packets(self._target)
        for at, count in places:
            found = _result(packets)
            if count == 1 and found == 0 and self._chunk[at][1].kind in "UD":
                self._missing.append(self._chunk[at])
            elif count > 1 and found != count:
                self._short = True


def _result(packets: Packets) -> int:
    """One statement's affected rows. Raises pymysql.MySQLError."""
    packet = packets.next()
    assert packet is not None
    if packet[0] == 0xFF:
        raise_error(packet)
    return lenenc(packet, 1)[0]


def _text(value: str) -> str:
    return "'" + quoting.escaped(value.encode()).decode() + "'"
