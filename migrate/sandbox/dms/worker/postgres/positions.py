"""WAL positions: numbers inside, DMS's texts outside (dms.md §9)."""

from __future__ import annotations

import re

_LSN = re.compile(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})")
_CHECKPOINT = re.compile(r"checkpoint:V1#\d+#([0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})#.*")


class PositionError(Exception):
    """The text is no position of a PostgreSQL source."""


def parse_lsn(text: str) -> int:
    """`4AF/B00000D0` as a number. Raises PositionError."""
    found = _LSN.fullmatch(text.strip())
    if found is None:
        raise PositionError(f"{text!r} is not a log sequence number")
    return int(found[1], 16) << 32 | int(found[2], 16)


def format_lsn(position: int) -> str:
    """The server's own spelling."""
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


def format_checkpoint(position: int) -> str:
    """RecoveryCheckpoint: `checkpoint:V1#1#000004AF/B00000D0#0#0#*#0#0`."""
    return f"checkpoint:V1#1#{position >> 32:08X}/{position & 0xFFFFFFFF:08X}#0#0#*#0#0"


def parse_position(text: str) -> int:
    """A CdcStartPosition: an LSN or a checkpoint; a date is refused for PostgreSQL. Raises PositionError."""
    found = _CHECKPOINT.fullmatch(text.strip())
    return parse_lsn(found[1] if found else text)
