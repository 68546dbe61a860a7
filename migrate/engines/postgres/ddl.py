"""Makes pg_dump's text fit for a server that is not the one it came from.

Only lines that begin outside of every string, dollar quote, quoted name and comment are looked at; everything else
passes untouched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*+)"
    r"|(?P<block>/\*)"
    r"|(?P<escape>(?<![A-Za-z0-9_])[eE]'(?:[^'\\]|\\.|'')*+')"
    r"|(?P<string>'(?:[^']|'')*+')"
    r'|(?P<name>"(?:[^"]|"")*+")'
    r"|(?P<dollar>(?<![A-Za-z0-9_$])\$(?P<tag>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)",
    re.DOTALL,
)
_BLOCK = re.compile(r"/\*|\*/")
NAME = r'(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")*")'
_SET = re.compile(r"SET ([a-z_.]+) = .*;$")
_CREATE_SCHEMA = re.compile(rf"CREATE SCHEMA ({NAME});$")
GRANT = re.compile(rf"(?:GRANT|REVOKE) .+ (?:TO|FROM) ({NAME}|PUBLIC)(?: WITH GRANT OPTION)?;$")
DEFAULT_PRIVILEGES = re.compile(rf"ALTER DEFAULT PRIVILEGES FOR ROLE ({NAME}) .*(?:TO|FROM) ({NAME}|PUBLIC)[^\"]*;$")
OWNER = re.compile(rf"ALTER [A-Z ]+ .+ OWNER TO ({NAME});$")
_HEADER = re.compile(r"-- (?:Data for )?Name: (?P<name>.*); Type: (?P<type>[A-Z ]+); Schema: ")
_AUTHORIZATION = re.compile(r"(?:SET|RESET) SESSION AUTHORIZATION\b.*;$")


@dataclass(frozen=True)
class Entry:
    """One object of a dump. `type` is pg_dump's, as `FK CONSTRAINT`; empty for the settings that a dump begins with."""

    type: str
    name: str
    text: str


def fitted(text: str, *, settings: set[str], roles: set[str], acting: set[str]) -> str:
    """`text` without psql's meta commands, settings the server does not know, and grants to roles it does not have.

    Owners and default privileges are kept where the loading role may act as the one they name: it is in `acting`.
    """

    def keep(line: str) -> str | None:
        if line.startswith("\\") or _AUTHORIZATION.match(line):
            return None
        if found := _SET.match(line):
            return line if found[1] in settings else None
        if found := _CREATE_SCHEMA.match(line):
            return f"CREATE SCHEMA IF NOT EXISTS {found[1]};"
        if found := DEFAULT_PRIVILEGES.match(line):
            return line if role(found[1]) in acting and role(found[2]) in roles | {"PUBLIC"} else None
        if found := OWNER.match(line):
            return line if role(found[1]) in acting else None
        if found := GRANT.match(line):
            return line if role(found[1]) in roles | {"PUBLIC"} else None
        return line

    return rewritten(text, keep)


def entries(text: str) -> list[Entry]:
    """A dump taken apart, in its order. Joined by line ends their texts are the dump."""
    covered = _covered(text)
    found: list[tuple[str, str, list[str]]] = [("", "", [])]
    at = 0
    for line in text.split("\n"):
        header = _HEADER.match(line)
        if header and not any(start < at < end for start, end in covered(at)):
            found.append((header["type"], header["name"], []))
        found[-1][2].append(line)
        at += len(line) + 1
    return [Entry(kind, name, "\n".join(lines)) for kind, name, lines in found]


def joined(chosen: Iterable[Entry]) -> str:
    return "\n".join(entry.text for entry in chosen)


def rewritten(text: str, keep: Callable[[str], str | None]) -> str:
    """Each line as `keep` has it, or not at all; what stands in quotes or comments is not asked about."""
    return "\n".join(_rewritten(text, keep))


def _rewritten(text: str, keep: Callable[[str], str | None]) -> Iterator[str]:
    covered = _covered(text)
    at = 0
    for line in text.split("\n"):
        inside = any(start < at < end for start, end in covered(at))
        kept = line if inside else keep(line)
        if kept is not None:
            yield kept
        at += len(line) + 1


def _covered(text: str) -> Callable[[int], Iterator[tuple[int, int]]]:
    """Asked for places in ascending order: the quoted or commented span that a place may lie in."""
    spans = _spans(text)
    current: list[tuple[int, int]] = []

    def near(place: int) -> Iterator[tuple[int, int]]:
        while not current or current[0][1] <= place:
            following = next(spans, None)
            if following is None:
                current[:] = [(len(text) + 1, len(text) + 1)]
                break
            current[:] = [following]
        return iter(current)

    return near


def _spans(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while (found := _TOKEN.search(text, at)) is not None:
        end = found.end()
        if found["block"]:
            end = _end_of_block(text, end)
        elif found["dollar"]:
            closing = text.find(found["dollar"], end)
            end = len(text) if closing < 0 else closing + len(found["dollar"])
        yield found.start(), end
        at = end


def _end_of_block(text: str, at: int) -> int:
    depth = 1
    while depth:
        found = _BLOCK.search(text, at)
        if found is None:
            return len(text)
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return at


def role(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
