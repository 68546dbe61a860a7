"""Statements that a live server counted, looked through for what Aurora or DMS does not take.

The server keeps them without values; what is found is told by name and count, never by its text: of statements that are
no query PostgreSQL keeps the constants, and one of them may be a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from checks.data import load
from checks.ddl.lexer import Kind, tokens
from checks.facts import Catalog, RunStatement
from checks.finding import Severity
from checks.mysql_code import spoken
from checks.postgres_names import since
from checks.route import Engine, Version

IDS_SHOWN = 5


@dataclass(frozen=True)
class Kept:
    """One row of data/statements.toml."""

    key: str
    says: str
    instead: str
    severity: Severity
    source: str
    functions: frozenset[str]
    pattern: re.Pattern[str] | None


@dataclass(frozen=True)
class Found:
    """All statements that one row speaks of."""

    row: Kept
    statements: tuple[RunStatement, ...]
    functions: tuple[str, ...]
    """Those that are called."""

    @property
    def told(self) -> str:
        calls = sum(one.calls for one in self.statements)
        ids = ", ".join(one.id for one in self.statements[:IDS_SHOWN])
        more = ", …" if len(self.statements) > IDS_SHOWN else ""
        named = f" ({', '.join(self.functions)})" if self.functions else ""
        return f"{self.row.says}{named}: {len(self.statements):,} statements run {calls:,} times, ids {ids}{more}"


def found(catalog: Catalog, target: Version) -> Iterator[Found]:
    """Row by row, what speaks of at least one of the catalog's statements, the most often run first.

    A function that the database has itself is none of the server's.
    """
    own = {routine.name.lower() for routine in catalog.routines}
    rows = _rows(catalog.engine, target)
    texts = [(one, _spoken(one.text, catalog.engine)) for one in catalog.statements or ()]
    for row in rows:
        hits: list[RunStatement] = []
        called: set[str] = set()
        wanted = row.functions - own
        calls = _calls(frozenset(wanted)) if wanted else None
        for one, text in texts:
            names = {match[1] for match in calls.finditer(text)} if calls else set()
            if names or (row.pattern and row.pattern.search(text)):
                hits.append(one)
                called |= names
        if hits:
            yield Found(row, tuple(sorted(hits, key=lambda one: (-one.calls, one.id))), tuple(sorted(called)))


@cache
def _calls(names: frozenset[str]) -> re.Pattern[str]:
    """A call without a schema, or with PostgreSQL's own."""
    return re.compile(rf"(?:(?<!\. )|(?<=pg_catalog \. ))\b({'|'.join(sorted(names))}) \(")


@cache
def _rows(engine: Engine, target: Version) -> tuple[Kept, ...]:
    document = load("statements")
    if engine is Engine.POSTGRES:
        return (*map(_row, document["postgresql"]), *_newer(target))
    listed = [*document["mysql"], *(document["mariadb"] if engine is Engine.MARIADB else ())]
    return tuple(map(_row, listed))


def _row(row: dict[str, object]) -> Kept:
    pattern, functions = row.get("pattern"), row.get("functions", [])
    return Kept(
        key=str(row["key"]),
        says=str(row["says"]),
        instead=str(row["instead"]),
        severity=Severity(str(row["severity"])),
        source=f"{row['source']} (as of {row['as_of']})",
        functions=frozenset(map(str, functions if isinstance(functions, list) else [])),
        pattern=re.compile(str(pattern), re.DOTALL) if pattern else None,
    )


def _newer(target: Version) -> Iterable[Kept]:
    """Functions that came with a version after the target's."""
    names = frozenset(name for name, major in since().items() if major > target.major)
    if names:
        yield Kept(
            key="newer-than-target",
            says=f"calls functions that PostgreSQL {target.major} does not have",
            instead="Choose a newer target, or write it otherwise.",
            severity=Severity.WARNING,
            source="https://www.postgresql.org/docs/release/",
            functions=names,
            pattern=None,
        )


def _spoken(text: str, engine: Engine) -> str:
    if engine is not Engine.POSTGRES:
        return spoken(text)
    words = []
    for token in tokens(text):
        if token.kind is Kind.STRING:
            words.append("''")
        elif token.kind is Kind.QUOTED:
            words.append(f'"{token.value}"' if token.value.isidentifier() else '""')
        else:
            words.append(token.value)
    return " ".join(words)
