"""SQL text for a MySQL target: literals in which every byte survives. Names are quoted by the sandbox's one function.

Literals carry their character set, so the session's matters to none of them; backslashes are escapes, for the worker's
sessions have no NO_BACKSLASH_ESCAPES.
"""

from __future__ import annotations

from collections.abc import Callable

from migrate.sandbox.servers.mysql_quoting import identifier

Literal = Callable[[bytes], bytes]


def name(*parts: str) -> bytes:
    """`` `a`.`b` `` as bytes."""
    return identifier(*parts).encode()


def escaped(value: bytes) -> bytes:
    """The inside of a quoted literal."""
    if b"\\" in value:
        value = value.replace(b"\\", b"\\\\")
    if b"'" in value:
        value = value.replace(b"'", b"\\'")
    if b"\0" in value:
        value = value.replace(b"\0", b"\\0")
    return value


def number(value: bytes) -> bytes:
    """A value that is its own literal."""
    return value


def quoted(value: bytes) -> bytes:
    """ASCII without quotes or backslashes: dates, times, floats."""
    return b"'" + value + b"'"


def text(charset: str) -> Literal:
    """Text in a character set."""
    opening = b"_" + charset.encode() + b"'"

    def literal(value: bytes) -> bytes:
        return opening + escaped(value) + b"'"

    return literal


binary = text("binary")
"""Bytes."""
