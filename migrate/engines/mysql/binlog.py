"""The binary log as the server sends it to a replica: events one after the other, from one place to another.

Written against the replication protocol itself, without a library: every event counts here, also one of a kind that
nobody has heard of, and each file says by itself whether its events end with a checksum.
"""

from __future__ import annotations

import secrets
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import pymysql
from pymysql.constants import CR

from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.failures import failed
from migrate.engines.mysql.identity import server_name
from migrate.engines.mysql.positions import Place

COM_BINLOG_DUMP = 0x12
DUMP_NON_BLOCK = 0x01
IGNORABLE = 0x80
"""Header flag of an event that says nothing about rows to those who do not know it."""
HEADER = 19
CHECKSUM = 4
SYNC_SECONDS = 10.0
"""How long the end of the log may stay unsent: a flushed event is sent only once it is on disk."""


class Kind(IntEnum):
    """Types of events that say something about rows, or about the log itself."""

    QUERY = 2
    STOP = 3
    ROTATE = 4
    INTVAR = 5
    RAND = 13
    USER_VAR = 14
    FORMAT_DESCRIPTION = 15
    XID = 16
    TABLE_MAP = 19
    WRITE_ROWS_V1 = 23
    UPDATE_ROWS_V1 = 24
    DELETE_ROWS_V1 = 25
    HEARTBEAT = 27
    ROWS_QUERY = 29
    WRITE_ROWS = 30
    UPDATE_ROWS = 31
    DELETE_ROWS = 32
    GTID = 33
    ANONYMOUS_GTID = 34
    PREVIOUS_GTIDS = 35
    TRANSACTION_CONTEXT = 36
    VIEW_CHANGE = 37
    XA_PREPARE = 38
    HEARTBEAT_V2 = 41
    GTID_TAGGED = 42
    ANNOTATE_ROWS = 160
    BINLOG_CHECKPOINT = 161
    MARIADB_GTID = 162
    GTID_LIST = 163
    START_ENCRYPTION = 164
    QUERY_COMPRESSED = 165
    WRITE_ROWS_COMPRESSED_V1 = 166
    UPDATE_ROWS_COMPRESSED_V1 = 167
    DELETE_ROWS_COMPRESSED_V1 = 168


@dataclass(frozen=True)
class Event:
    kind: int
    """A Kind, or the number of one that this module does not know."""
    flags: int
    body: bytes
    """Without header and checksum."""
    file: str
    end: int
    """Where the event ends in its file; 0 for one that the server made up while sending."""


def events(connections: Connections, server: str, start: Place, stop: Place) -> Iterator[Event]:
    """Every event after `start` that begins before `stop`, in order, of the log of this `server`.

    Raises SourceError or TargetError: the log was purged (1236), the connection was lost, the privilege is missing.
    ValueError: what was sent is no log, or another server answers meanwhile.
    """
    reached, deadline = start, time.monotonic() + SYNC_SECONDS
    while reached.order < stop.order:
        with connections.use_once() as connection:
            if (answers := server_name(connection)) != server:
                raise ValueError(f"{answers} answers, no longer {server}")
            for event in _sent(connection, reached):
                if event.end:
                    reached = Place(event.file, event.end)
                yield event
                if reached.order >= stop.order:
                    return
        if time.monotonic() > deadline:
            said = f"the log was sent up to {reached.position}, not up to {stop.position}"
            lost = pymysql.OperationalError(CR.CR_SERVER_LOST, said)
            raise failed(connections.side, connections.where, lost)
        time.sleep(0.05)


def _sent(connection: Connection, start: Place) -> Iterator[Event]:
    """Events from `start` until the server has no more. Blocks no longer than the server reads."""
    connection.execute("SET @master_binlog_checksum = 'CRC32', @source_binlog_checksum = 'CRC32'")
    connection.execute("SET @mariadb_slave_capability = 4")
    server_id = 0x8000_0000 + secrets.randbelow(0x7FFF_0000)
    dump = struct.pack("<IHI", start.offset, DUMP_NON_BLOCK, server_id) + start.file.encode()
    stream: Any = connection
    stream._execute_command(COM_BINLOG_DUMP, dump)
    file, checksummed = start.file, True
    while True:
        packet = stream._read_packet()
        if packet.is_eof_packet():
            return
        data = packet.get_all_data()[1:]
        _, kind, _, size, end, flags = struct.unpack_from("<IBIIIH", data)
        if size != len(data):
            raise ValueError(f"an event of {len(data)} bytes says it has {size}")
        if kind == Kind.FORMAT_DESCRIPTION:
            checksummed = data[-CHECKSUM - 1] == 1
        body = data[HEADER:]
        if kind == Kind.FORMAT_DESCRIPTION:
            body = body[:-CHECKSUM]
        elif kind == Kind.ROTATE:
            # The first one comes ahead of what says whether this file has checksums.
            body = body[:-CHECKSUM] if _summed(data) else body
            file = body[8:].decode()
            continue
        elif checksummed:
            if not _summed(data):
                raise ValueError(f"the event that ends at {file}:{end} is damaged")
            body = body[:-CHECKSUM]
        yield Event(kind, flags, body, file, end)


def _summed(data: bytes) -> bool:
    """True when the last four bytes are the checksum of the others."""
    return zlib.crc32(data[:-CHECKSUM]) == int.from_bytes(data[-CHECKSUM:], "little")
