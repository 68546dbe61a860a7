"""The text output of PostgreSQL's test_decoding plugin, read exactly and fast.

DMS uses this plugin on a source without pglogical (dms.md §10). Its form, from contrib/test_decoding/test_decoding.c:
a line per change, `table <schema>.<name>: UPDATE: old-key: <columns> new-tuple: <columns>`; a column is
` <name>[<type>]:<value>`; names as quote_identifier() prints them; a value is bare (numbers, true, false, null,
unchanged-toast-datum), `B'0101'`, or quoted with single quotes doubled and nothing else escaped.

Rows of one table look alike, so after the first row a pattern made for exactly its columns reads the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from migrate.sandbox.dms.worker.changes import UNCHANGED, Change, Row, Value

_IDENTIFIER = rb'(?:"(?:[^"]++|"")*+"|[a-z_][a-z0-9_]*+)'
_TYPE = rb'(?:[^"\[\]]++|"(?:[^"]++|"")*+"|\[\])++'
_VALUE = rb"'[^']*+(?:''[^']*+)*+'|B'[01]*+'|[^ ']++"
_RELATION = re.compile(rb"table (" + _IDENTIFIER + rb"\." + _IDENTIFIER + rb"): (INSERT|UPDATE|DELETE):")
_TRUNCATE = re.compile(rb"table (.+): TRUNCATE: (?:\(no-flags\)|restart_seqs|cascade|restart_seqs cascade)", re.DOTALL)
_QUALIFIED = re.compile(_IDENTIFIER + rb"\." + _IDENTIFIER)
_COLUMN = re.compile(rb" (" + _IDENTIFIER + rb")\[(" + _TYPE + rb")\]:(" + _VALUE + rb")(?= |\Z)")
_BEGIN = re.compile(rb"BEGIN(?: (\d+))?")
_COMMIT = re.compile(rb"COMMIT(?: (\d+))?(?: \(at (.+)\))?")
_NO_TUPLE = b" (no-tuple-data)"
_OLD_KEY = b" old-key:"
_NEW_TUPLE = b" new-tuple:"


class DecodingError(Exception):
    """A line that test_decoding does not write."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The first line of a transaction."""

    xid: int


@dataclass(frozen=True, slots=True)
class Commit:
    """The last line of a transaction; `at` is epoch seconds by the source's clock."""

    xid: int
    at: float


@dataclass(frozen=True, slots=True)
class Truncate:
    """TRUNCATE of one or more tables."""

    relations: tuple[bytes, ...]


Message = Begin | Commit | Truncate | Change


class Decoder:
    """Reads lines; keeps one pattern per table and kind of tuple."""

    def __init__(self) -> None:
        self._patterns: dict[tuple[bytes, bool], tuple[re.Pattern[bytes], tuple[bytes, ...]]] = {}

    def read(self, line: bytes) -> Message | None:
        """One message; None for what carries no change (logical messages). Raises DecodingError."""
        found = _RELATION.match(line)
        if found is not None:
            return self._change(line, found[1], found[2], found.end())
        if (begin := _BEGIN.fullmatch(line)) is not None:
            return Begin(int(begin[1] or 0))
        if (commit := _COMMIT.fullmatch(line)) is not None:
            at = datetime.fromisoformat(commit[2].decode()).timestamp() if commit[2] else 0.0
            return Commit(int(commit[1] or 0), at)
        if (truncate := _TRUNCATE.fullmatch(line)) is not None:
            return Truncate(tuple(_QUALIFIED.findall(truncate[1])))
        if line.startswith(b"message: "):
            return None
        raise DecodingError(f"not a line of test_decoding: {line[:60]!r}")

    def _change(self, line: bytes, relation: bytes, action: bytes, at: int) -> Change:
        if line.startswith(_NO_TUPLE, at) and len(line) == at + len(_NO_TUPLE):
            return Change(relation, action[:1].decode(), None, None)
        if action == b"INSERT":
            row, end = self._row(line, relation, at, old=False)
            change = Change(relation, "I", row, None)
        elif action == b"DELETE":
            row, end = self._row(line, relation, at, old=True)
            change = Change(relation, "D", None, row)
        else:
            old = None
            if line.startswith(_OLD_KEY, at):
                old, at = self._row(line, relation, at + len(_OLD_KEY), old=True)
                if not line.startswith(_NEW_TUPLE, at):
                    raise DecodingError(f"no new tuple in a change of {relation!r}")
                at += len(_NEW_TUPLE)
            row, end = self._row(line, relation, at, old=False)
            change = Change(relation, "U", row, old)
        if end != len(line):
            raise DecodingError(f"unreadable column in a change of {relation!r}")
        return change

    def _row(self, line: bytes, relation: bytes, at: int, *, old: bool) -> tuple[Row, int]:
        known = self._patterns.get((relation, old))
        if known is not None:
            found = known[0].match(line, at)
            if found is not None and (found.end() == len(line) or line.startswith(_NEW_TUPLE, found.end())):
                return Row(known[1], [_value(raw) for raw in found.groups()]), found.end()
        names: list[bytes] = []
        heads: list[bytes] = []
        values: list[Value] = []
        while (column := _COLUMN.match(line, at)) is not None:
            names.append(unquote(column[1]))
            heads.append(line[at : column.start(3)])
            values.append(_value(column[3]))
            at = column.end()
        pattern = b"".join(re.escape(head) + b"(" + _VALUE + b")" for head in heads)
        columns = tuple(names)
        self._patterns[relation, old] = (re.compile(pattern), columns)
        return Row(columns, values), at


def _value(raw: bytes) -> Value:
    first = raw[0]
    if first == 39:  # a single quote
        text = raw[1:-1]
        return text.replace(b"''", b"'") if b"''" in text else text
    if first == 110 and raw == b"null":
        return None
    if first == 66:  # B'…'
        return raw[2:-1]
    if first == 117 and raw == b"unchanged-toast-datum":
        return UNCHANGED
    return raw


def unquote(identifier: bytes) -> bytes:
    """An identifier without its quotes."""
    return identifier[1:-1].replace(b'""', b'"') if identifier.startswith(b'"') else identifier


def split_relation(relation: bytes) -> tuple[str, str]:
    """Schema and table of a qualified name as the plugin prints it. Raises DecodingError."""
    found = re.fullmatch(rb"(" + _IDENTIFIER + rb")\.(" + _IDENTIFIER + rb")", relation)
    if found is None:
        raise DecodingError(f"not a qualified name: {relation[:80]!r}")
    return unquote(found[1]).decode(), unquote(found[2]).decode()
