"""Copying a table: an unbuffered SELECT, turned into the text form of LOAD DATA LOCAL on its way (dms.md §19.7).

A file of MaxFileSize is one statement and one transaction (assumption: CommitRate is not used). LOAD DATA LOCAL
ignores what other ways of inserting refuse; so its warnings are read: rows that were there already are skipped, as the
service loads (mysql-compatibility.md §7.19), any other warning fails the table.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pymysql
from pymysql.constants import COMMAND

from migrate.sandbox.dms.worker.lobs import LobLimit
from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.mysql.columns import Way
from migrate.sandbox.dms.worker.mysql.connection import Connection, connect_target, run
from migrate.sandbox.dms.worker.mysql.errors import failure
from migrate.sandbox.dms.worker.mysql.packets import Packets, raise_error
from migrate.sandbox.dms.worker.mysql.packing import lenenc
from migrate.sandbox.dms.worker.mysql.preparation import DO_NOTHING, prepare
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import TaskSpec
from migrate.sandbox.dms.worker.stopping import StopSignal

BLOCK = 128 * 1024
"""Bytes handed to the target at once."""
DEFAULT_FILE_KB = 32_768
_DUPLICATE, _TRUNCATED = 1062, 1265
_COLUMN = re.compile(r"column '(.*)' at row", re.DOTALL)
_END = 0xFE
_INTERRUPTED = pymysql.err.OperationalError(1317, "the task is being stopped")


class MySqlCopier:
    """Copies tables out of one consistent read."""

    def __init__(self, spec: TaskSpec, lobs: LobLimit, stop: StopSignal, source: Connection) -> None:
        self._spec = spec
        self._lobs = lobs
        self._stop = stop
        self._mode = spec.settings.text("FullLoadSettings", "TargetTablePrepMode", DO_NOTHING)
        size = spec.target.settings.get("MaxFileSize") or DEFAULT_FILE_KB
        self._file_bytes = max(int(size), 1) * 1024
        self._source = source
        self._target = connect_target(spec.target, loading=True)
        self._cancelled = False

    def copy(self, route: Route[Column], *, again: bool) -> None:
        prepare(self._target, route, self._mode, again=again)
        ways = [
            Way(column, name, route.target.column(name) if route.target is not None else None)
            for column, name in route.moved()
        ]
        run(self._source, "SAVEPOINT one_table")
        cut = self._too_long(route, ways)
        rows = _rows(self._source, _select(route, ways, cut, self._lobs.size(route)), len(ways))
        load = _load(route, ways)
        # Where the target knows every label, only an enum's number 0 is one it warns of; and it keeps it.
        tolerated = {
            way.name
            for way in ways
            if way.source.type_name == "enum" and way.target and set(way.target.labels) >= set(way.source.labels)
        }
        # What the target computes itself it may round, and it says so; that is no fault of the load.
        tolerated |= {column.name for column in route.target.columns if column.generated} if route.target else set()
        try:
            first = next(rows, None)
            while first is not None:
                file = _File(itertools.chain([first], rows), self._file_bytes, self._go_on, route)
                self._send(load, file, tolerated)
                first = next(rows, None)
        except pymysql.MySQLError as error:
            if failure(error).recoverable:
                raise
            for _ in rows:  # the read must be usable for the next table
                self._go_on()
            raise
        finally:
            if not self._cancelled:
                # The read stays; what it held of the table (its metadata lock) is let go.
                with suppress(pymysql.MySQLError):
                    run(self._source, "ROLLBACK TO SAVEPOINT one_table")

    def cancel(self) -> None:
        """Both sockets are shut, for a reader waits in neither but in the kernel."""
        self._cancelled = True
        for connection in (self._source, self._target):
            private: Any = connection
            with suppress(OSError, AttributeError):
                private._sock.shutdown(2)

    def close(self) -> None:
        for connection in (self._source, self._target):
            private: Any = connection
            private._force_close()

    def _go_on(self) -> None:
        if self._cancelled or self._stop.requested:
            raise _INTERRUPTED

    def _too_long(self, route: Route[Column], ways: list[Way]) -> set[str]:
        """LOB columns that hold at least one value over the limit, in this read."""
        limit = self._lobs.size(route)
        lobs = [way for way in ways if way.source.is_lob]
        if limit is None or not lobs:
            return set()
        tests = ", ".join(f"COALESCE(MAX(OCTET_LENGTH({way.selected(None)}) > {limit}), 0)" for way in lobs)
        row = run(self._source, f"SELECT {tests} FROM {quoting.name(*route.name).decode()}{_where(route)}")[0]
        found = {way.source.name for way, over in zip(lobs, row, strict=True) if int(over)}
        for one in sorted(found):
            self._lobs.truncated(route, one)
        return found

    def _send(self, load: bytes, file: _File, tolerated: set[str]) -> None:
        """One LOAD DATA statement fed from memory. Raises pymysql.MySQLError, also for its warnings."""
        target: Any = self._target
        target._execute_command(COMMAND.COM_QUERY, load)
        packet = target._read_packet()
        if not packet.is_load_local_packet():
            raise pymysql.err.OperationalError(2000, "the target did not ask for the rows; local_infile must be ON")
        try:
            for block in file.blocks():
                target.write_packet(block)
        except pymysql.MySQLError:
            # An empty packet ends the file, also a broken one: the connection must come out of the statement. Of one
            # that is gone the driver has let go of the socket (AttributeError).
            with suppress(pymysql.MySQLError, OSError, AttributeError):
                target.write_packet(b"")
                target._read_packet()
            raise
        target.write_packet(b"")
        result = target._read_packet()
        if not result.is_ok_packet():
            raise pymysql.err.OperationalError(2000, "the target did not confirm the rows")
        if _warnings(result):
            self._judge(tolerated)

    def _judge(self, tolerated: set[str]) -> None:
        for _, number, text in run(self._target, "SHOW WARNINGS"):
            column = _COLUMN.search(str(text))
            odd = int(number) == _TRUNCATED and column is not None and column[1] in tolerated
            if int(number) != _DUPLICATE and not odd:
                pymysql.err.raise_mysql_exception(
                    b"\xff" + int(number).to_bytes(2, "little") + b"#HY000" + str(text).encode()
                )


class _File:
    """The rows of one statement, as blocks of text."""

    def __init__(self, rows: Iterator[bytes], limit: int, go_on: Callable[[], None], route: Route[Column]) -> None:
        self._rows = rows
        self._limit = limit
        self._go_on = go_on
        self._route = route

    def blocks(self) -> Iterator[bytes]:
        statistics = self._route.statistics
        sent = size = 0
        lines: list[bytes] = []
        for line in self._rows:
            lines.append(line)
            size += len(line)
            if size >= BLOCK:
                self._go_on()
                yield from _pieces(b"".join(lines))
                statistics.full_load_rows += len(lines)
                sent += size
                lines.clear()
                size = 0
                if sent >= self._limit:
                    return
        if lines:
            yield from _pieces(b"".join(lines))
            statistics.full_load_rows += len(lines)


def _pieces(block: bytes) -> Iterator[bytes]:
    """Packets stay below 16 MB."""
    for at in range(0, len(block), 1 << 20):
        yield block[at : at + (1 << 20)]


def _warnings(packet: Any) -> int:
    """The warning count of an OK packet: header, affected rows, insert id, status, warnings."""
    data: bytes = packet.get_all_data()
    _, at = lenenc(data, 1)
    _, at = lenenc(data, at)
    return int.from_bytes(data[at + 2 : at + 4], "little")


def _select(route: Route[Column], ways: list[Way], cut: set[str], limit: int | None) -> bytes:
    expressions = ", ".join(way.selected(limit if way.source.name in cut else None) for way in ways)
    text = f"SELECT {expressions or '1'} FROM {quoting.name(*route.name).decode()}{_where(route)}"
    return text.encode()


def _where(route: Route[Column]) -> str:
    """The selection's filters as a WHERE clause (dms.md §6)."""
    parts = [
        one.sql(quoting.name(one.column).decode(), lambda value: "'" + quoting.escaped(value.encode()).decode() + "'")
        for one in route.selection.filters
    ]
    return " WHERE " + " AND ".join(parts) if parts else ""


def _load(route: Route[Column], ways: list[Way]) -> bytes:
    fields: list[str] = []
    sets: list[str] = []
    for number, way in enumerate(ways):
        name = quoting.name(way.name).decode()
        expression = way.loaded(f"@v{number}")
        if expression is None:
            fields.append(name)
        else:
            fields.append(f"@v{number}")
            sets.append(f"{name} = {expression}")
    text = (
        f"LOAD DATA LOCAL INFILE 'rows' INTO TABLE {quoting.name(*route.target_name).decode()} CHARACTER SET binary"
        r" FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'"
        f" ({', '.join(fields) or '@none'}){' SET ' + ', '.join(sets) if sets else ''}"
    )
    return text.encode()


def _rows(source: Connection, select: bytes, width: int) -> Iterator[bytes]:
    """The lines of LOAD DATA for the rows of a SELECT; a NULL is `\\N`. Raises pymysql.MySQLError."""
    private: Any = source
    private._execute_command(COMMAND.COM_QUERY, select)
    packets = Packets(source)
    first = packets.next()
    assert first is not None
    if first[0] == 0xFF:
        raise_error(first)
    columns = lenenc(first, 0)[0]
    for _ in range(columns + 1):  # their definitions and an end
        packets.next()
    tabs = max(width, 1) - 1
    read = packets.next
    while True:
        packet = read()
        assert packet is not None
        head = packet[0] if packet else 0
        if head == _END and len(packet) < 9:
            return
        if head == 0xFF:
            raise_error(packet)
        yield _line(packet, tabs)


def _line(packet: bytes, tabs: int) -> bytes:
    values: list[bytes] = []
    add = values.append
    at, end = 0, len(packet)
    nulls = False
    while at < end:
        size = packet[at]
        at += 1
        if size > 250:
            if size == 251:
                add(b"\\N")
                nulls = True
                continue
            size, at = lenenc(packet, at - 1)
        add(packet[at : at + size])
        at += size
    line = b"\t".join(values)
    if nulls or b"\\" in line or b"\n" in line or line.count(b"\t") != tabs:
        line = b"\t".join(_escaped(packet))
    return line + b"\n"


def _escaped(packet: bytes) -> Iterator[bytes]:
    at, end = 0, len(packet)
    while at < end:
        if packet[at] == 251:
            yield b"\\N"
            at += 1
            continue
        size, at = lenenc(packet, at)
        value = packet[at : at + size]
        at += size
        yield value.replace(b"\\", b"\\\\").replace(b"\t", b"\\\t").replace(b"\n", b"\\\n")
