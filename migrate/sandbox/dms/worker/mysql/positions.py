"""Binary log positions: numbers inside, DMS's texts outside (dms.md §9).

A number is the file's number and the offset in it, so that numbers grow with the log. The file's name before its number
is the server's, learned from the first name seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_FILE = re.compile(r"(\S+)\.(\d+)")
_POSITION = re.compile(r"(\S+\.\d+):(\d+)")
_CHECKPOINT = re.compile(r"checkpoint:V1#27#(\S+\.\d+):(\d+):-1:(\d+):\d+:(\S+\.\d+):(\d+)#\S*")
_INEXACT = 1
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?")


class PositionError(Exception):
    """The text is no position of a MySQL source."""


@dataclass(frozen=True)
class Checkpoint:
    """A position and the end of the overlap of load and log; `exact` for tables without a key."""

    position: int
    overlap: int
    exact: bool = True


class Positions:
    """The positions of one server's log."""

    def __init__(self, file: str) -> None:
        """`file` is the name of any of its files. Raises PositionError for a name that is none."""
        self._stem, self._width = _split(file)[0], len(file.rpartition(".")[2])

    def number(self, file: str, offset: int) -> int:
        """The number of a position. Raises PositionError for a file of another log."""
        stem, number = _split(file)
        if stem != self._stem:
            raise PositionError(f"{file} is no binary log file of this server, whose files are {self._stem}.*")
        return number << 32 | offset

    def file(self, position: int) -> tuple[str, int]:
        """The file's name and the offset."""
        return f"{self._stem}.{position >> 32:0{self._width}d}", position & 0xFFFFFFFF

    def text(self, position: int) -> str:
        """`mysql-bin-changelog.000024:373`."""
        file, offset = self.file(position)
        return f"{file}:{offset}"

    def checkpoint(self, position: int, overlap: int = 0, *, exact: bool = True) -> str:
        """RecoveryCheckpoint: `checkpoint:V1#27#<position>:-1:<n>:<n>:<position>#0#0#*#0#0`.

        The form is the service's. That its second position is where the overlap of load and log ends, or the first
        one again, and the numbers between, of which a 1 says that the overlap is not exact, is an assumption.
        """
        second = max(position, overlap)
        return f"checkpoint:V1#27#{self.text(position)}:-1:{0 if exact else _INEXACT}:0:{self.text(second)}#0#0#*#0#0"

    def parse(self, text: str) -> Checkpoint:
        """A CdcStartPosition, `file:offset` or a checkpoint. Raises PositionError."""
        text = text.strip()
        if (found := _CHECKPOINT.fullmatch(text)) is not None:
            position, overlap = self.number(found[1], int(found[2])), self.number(found[4], int(found[5]))
            return Checkpoint(position, overlap, exact=int(found[3]) != _INEXACT)
        if (found := _POSITION.fullmatch(text)) is not None:
            return Checkpoint(self.number(found[1], int(found[2])), 0)
        raise PositionError(f"{text!r} is not a binary log position")


def start_time(text: str) -> float | None:
    """A start by date, ISO or epoch seconds (CdcStartTime), as epoch seconds; None for another form."""
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if not _DATE.fullmatch(text):
        return None
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC).timestamp()


def _split(file: str) -> tuple[str, int]:
    found = _FILE.fullmatch(file)
    if found is None:
        raise PositionError(f"{file!r} is not the name of a binary log file")
    return found[1], int(found[2])
