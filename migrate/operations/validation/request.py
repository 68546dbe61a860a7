"""What a validation is asked to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from checks.facts import TableName
from migrate.errors import UsageError
from migrate.model.database import Side
from migrate.settings import ValidationSection
from migrate.stages.validate.options import BrakeLimits, CompareOptions


@dataclass(frozen=True, kw_only=True)
class ValidateRequest:
    """None: as migration.toml, or its default, says."""

    tables: tuple[str, ...] = ()
    """Patterns `schema.table`, or `table` for any schema; empty is every table."""
    exclude: tuple[str, ...] = ()
    workers: int | None = None
    statement_seconds: float | None = None
    most: int | None = None
    """Most differences that are named for one table."""
    brake: bool = True
    snapshot: bool = False
    """Both sides as of one moment each."""
    restart: bool = False
    show_values: bool = False
    repair: Path | None = None

    @property
    def partial(self) -> bool:
        """Whether it leaves tables out."""
        return bool(self.tables or self.exclude)

    def options(self, section: ValidationSection, feeding: Side) -> CompareOptions:
        limits = BrakeLimits(
            active=section.active_sessions,
            longest_seconds=section.longest_seconds,
            lag_seconds=section.lag_seconds,
        )
        return CompareOptions(
            rows_per_chunk=section.rows_per_chunk,
            workers=self.workers or section.workers,
            statement_seconds=self.statement_seconds or section.statement_seconds,
            most_differences=self.most or section.most_differences,
            frozen=self.snapshot,
            brake=limits if self.brake and section.brake else None,
            feeding=feeding,
        )

    def choose(self, tables: Iterable[TableName]) -> list[TableName]:
        """Those of `tables` that are asked for, in order.

        Raises UsageError for a pattern that matches none, and when nothing is left: a slip of the pen would otherwise
        compare nothing and call it equal.
        """
        every = sorted(set(tables))
        for option, patterns in (("--tables", self.tables), ("--exclude", self.exclude)):
            if stray := [pattern for pattern in patterns if not any(_fits(table, pattern) for table in every)]:
                examples = ", ".join(str(table) for table in every[:3])
                raise UsageError(
                    f"{option}: no table is called {', '.join(stray)}",
                    code="CFG-044",
                    hint=f"Patterns are schema.table, with * and ?. There are {len(every)} tables, e.g. {examples}.",
                )
        chosen = [
            table
            for table in every
            if (not self.tables or any(_fits(table, pattern) for pattern in self.tables))
            and not any(_fits(table, pattern) for pattern in self.exclude)
        ]
        if every and not chosen:
            raise UsageError(
                "--exclude leaves no table", code="CFG-045", hint="Exclude less, or name tables with --tables."
            )
        return chosen


def _fits(table: TableName, pattern: str) -> bool:
    return fnmatchcase(str(table) if "." in pattern else table.name, pattern)
