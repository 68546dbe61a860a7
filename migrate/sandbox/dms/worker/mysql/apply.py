"""The MySQL target: chunks as one multi-statement query, single changes under savepoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pymysql
from pymysql.constants import COMMAND, SERVER_STATUS

from migrate.sandbox.dms.worker.changes import Change
from migrate.sandbox.dms.worker.control import SERVER_NAME, ControlTables
from migrate.sandbox.dms.worker.engine import Item
from migrate.sandbox.dms.worker.errors import Kind
from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.mysql.connection import Connection, run
from migrate.sandbox.dms.worker.mysql.errors import failure
from migrate.sandbox.dms.worker.mysql.packets import Packets, raise_error
from migrate.sandbox.dms.worker.mysql.packing import lenenc
from migrate.sandbox.dms.worker.mysql.statements import Statement, Statements, batches
from migrate.sandbox.dms.worker.routing import Route

_SHOWN_BYTES = 2000
"""How much of a statement goes into awsdms_apply_exceptions."""
_MARGIN = 1024


class MySqlApplySession:
    """Repeats changes on one target connection."""

    conflicts = frozenset({Kind.UNIQUE, Kind.INTEGRITY})
    reconciles = True

    def __init__(self, target: Connection, control: ControlTables) -> None:
        self._target = target
        self._private: Any = target
        self._statements = Statements()
        ((size,),) = run(target, "SELECT @@session.max_allowed_packet")
        self._packet = int(size) - _MARGIN
        self._checkpoint_head, self._checkpoint_tail = b"", b""
        if control.recovers:
            marks = ("'" + SERVER_NAME + "'", _text(control.task), "%s")
            head, tail = control.checkpoint_sql(marks).split("%s")
            self._checkpoint_head, self._checkpoint_tail = head.encode(), tail.encode()

    def statement(self, route: Route[Column], change: Change) -> Statement | None:
        return self._statements.plan(route, change).statement(change)

    def moves_key(self, route: Route[Column], change: Change) -> bool:
        """The binary log holds the old key, and the row is found by it."""
        return False

    def send(self, chunk: Sequence[Item], *, first: bool) -> list[Item]:
        """The chunk in as few round trips as the packet's size allows; the items that found no row.

        A joined statement that found fewer rows than it has changes raises, so that they are repeated one by one.
        """
        missing: list[Item] = []
        texts: list[bytes] = [b"BEGIN" if first else b"SAVEPOINT chunk"]
        places: list[tuple[int, int]] = [(0, 0)]
        size = len(texts[0])
        for text, at, count in batches([item[2] for item in chunk], self._packet // 4):
            if size + len(text) + 1 > self._packet and texts:
                missing += self._query(chunk, texts, places)
                texts, places, size = [], [], 0
            texts.append(text)
            places.append((at, count))
            size += len(text) + 1
        missing += self._query(chunk, texts, places)
        return missing

    def undo(self, *, first: bool) -> None:
        if first:
            run(self._target, "ROLLBACK")
            run(self._target, "BEGIN")
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
        """An insert overwrites, an update that found nothing inserts.

        What still fails a later change of the log undoes: a parent that is gone again, a key that another row has.
        """
        run(self._target, "SAVEPOINT reconciled")
        try:
            self.instead(item)
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
            self._query([], texts, [(0, 0)] * len(texts))

    def rollback(self) -> None:
        run(self._target, "ROLLBACK")

    def lost(self) -> bool:
        return not self._target.open

    def shown(self, item: Item) -> str:
        text: bytes = item[2].text
        return text[:_SHOWN_BYTES].decode(errors="backslashreplace")

    def _one(self, text: bytes) -> int:
        self._private._execute_command(COMMAND.COM_QUERY, text)
        packets = Packets(self._target)
        found, _ = _result(packets)
        return found

    def _query(self, chunk: Sequence[Item], texts: Sequence[bytes], places: Sequence[tuple[int, int]]) -> list[Item]:
        """One query of several statements; the items that found no row. Raises the first error, which ends it."""
        self._private._execute_command(COMMAND.COM_QUERY, b";".join(texts))
        packets = Packets(self._target)
        missing: list[Item] = []
        short = False
        for at, count in places:
            found, _ = _result(packets)
            if count == 1 and found == 0 and chunk[at][1].kind in "UD":
                missing.append(chunk[at])
            elif count > 1 and found != count:
                short = True
        if short:
            raise pymysql.err.DataError(0, "a joined statement found fewer rows than it has changes")
        return missing


def _result(packets: Packets) -> tuple[int, bool]:
    """One statement's affected rows, and whether another result follows. Raises pymysql.MySQLError."""
    packet = packets.next()
    assert packet is not None
    if packet[0] == 0xFF:
        raise_error(packet)
    found, at = lenenc(packet, 1)
    _, at = lenenc(packet, at)
    status = int.from_bytes(packet[at : at + 2], "little")
    return found, bool(status & SERVER_STATUS.SERVER_MORE_RESULTS_EXISTS)


def _text(value: str) -> str:
    return "'" + quoting.escaped(value.encode()).decode() + "'"
