"""Numbers of the client protocol and of the log."""

from __future__ import annotations


def lenenc(data: bytes, at: int) -> tuple[int, int]:
    """A length-encoded integer and the offset behind it."""
    first = data[at]
    if first < 251:
        return first, at + 1
    size = {252: 2, 253: 3, 254: 8}[first]
    return int.from_bytes(data[at + 1 : at + 1 + size], "little"), at + 1 + size
