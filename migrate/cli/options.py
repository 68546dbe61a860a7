"""Options that every command shares, and how a session is opened for one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrate.signals import heeding_signals
from migrate.ui.quiet import Lines, Warnings
from migrate.ui.terminal import Terminal

if TYPE_CHECKING:
    from migrate.wiring.session import Session


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


Config = Annotated[Path, typer.Option("-c", "--config", help="The migration's settings.")]
Output = Annotated[Format, typer.Option("--format", help="json is exactly one document on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the steps, change nothing.")]

DEFAULT_CONFIG = Path("migration.toml")


QUIET = "--quiet"
"""Taken anywhere on the command line, by every command."""


@contextmanager
def watching() -> Iterator[Terminal | Lines]:
    """Progress on stderr: bars for a person, lines for a pipe, warnings alone for who asks for quiet."""
    with Warnings() if QUIET in sys.argv else Terminal() if sys.stderr.isatty() else Lines() as ui:
        yield ui


@contextmanager
def session(config: Path) -> Iterator[Session]:
    """A session over `config`; Ctrl-C, SIGTERM and a lost terminal end it at the next safe point."""
    from migrate.settings import load
    from migrate.wiring.session import Session

    settings = load(config)
    with heeding_signals(), watching() as ui, Session(settings, ui) as opened:
        yield opened
