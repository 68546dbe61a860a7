"""Positions of this engine: the file of the binary log and the place in it, as `SHOW BINARY LOG STATUS` tells them.

The text is what DMS takes as CdcStartPosition for a MySQL source, e.g. `mysql-bin-changelog.000024:373` (dms.md §9).
"""

from __future__ import annotations

from dataclasses import dataclass

import pymysql
from pymysql.constants import ER

from migrate.engines.mysql.connection import Connection
from migrate.model.database import Position


@dataclass(frozen=True)
class Place:
    """A place in the binary log; a file is known by its name, and the number at its end gives the order."""

    file: str
    offset: int

    @classmethod
    def parse(cls, position: Position) -> Place:
        """Raises ValueError for text that is no position of this engine."""
        file, _, offset = position.rpartition(":")
        place = cls(file, int(offset))
        place.order  # noqa: B018  a file without a number has no order
        return place

    @property
    def order(self) -> tuple[int, int]:
        return int(self.file.rpartition(".")[2]), self.offset

    @property
    def position(self) -> Position:
        return Position(f"{self.file}:{self.offset}")


def end_of_log(connection: Connection) -> Position:
    """Where the binary log ends now.

    Raises pymysql.OperationalError, as the server does for other questions about it, when there is no binary log.
    """
    statement = "SHOW BINARY LOG STATUS" if connection.server.mysql_from(8, 2) else "SHOW MASTER STATUS"
    rows = connection.rows(statement)
    if not rows:
        raise pymysql.OperationalError(ER.NO_BINARY_LOGGING, "The server writes no binary log")
    return Place(str(rows[0][0]), int(rows[0][1])).position
