"""Puts the commands together and turns errors into exit codes."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from migrate.cli.commands import Commands
from migrate.cli.options import QUIET
from migrate.errors import Exit, Interrupted, MigrateError, UsageError
from migrate.report import error
from migrate.runner.masking import masked
from migrate.ui import results

PROGRAM = "aurora-migrate"

app = typer.Typer(
    name=PROGRAM,
    cls=Commands,
    help="Move MySQL, MariaDB or PostgreSQL to Amazon Aurora, prove that nothing was lost, and be able to come back.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from migrate.built import described

        results.text(described())
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Version, build, Python, drivers.")
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option(QUIET, help="No progress, only warnings, results and errors. Any command takes it, anywhere."),
    ] = False,
) -> None: ...


def main() -> None:
    """Exit codes: docs/reference/exit-codes.md."""
    # Python prints what a library logs where nobody listens; it may hold data, and what matters is raised anyway.
    logging.getLogger().addHandler(logging.NullHandler())
    as_json = "--format=json" in sys.argv or any(
        pair == ("--format", "json") for pair in zip(sys.argv, sys.argv[1:], strict=False)
    )
    try:
        code = app(args=[word for word in sys.argv[1:] if word != QUIET], prog_name=PROGRAM, standalone_mode=False)
        if code == Exit.INTERRUPTED:
            raise KeyboardInterrupt
        sys.exit(code)
    except MigrateError as problem:
        _complain(problem, as_json=as_json)
        sys.exit(int(problem.exit))
    except KeyboardInterrupt:
        stop = Interrupted(
            "interrupted",
            code="INT-001",
            hint="If anything was begun, it stands in the journal. How to go on: aurora-migrate status",
        )
        _complain(stop, as_json=as_json)
        sys.exit(int(Exit.INTERRUPTED))
    except typer.TyperException as problem:
        # A group without a command has shown its help already, and says nothing more.
        if said := problem.format_message():
            _complain(_misused(said, problem), as_json=as_json)
        sys.exit(int(Exit.USAGE))
    except Exception as problem:
        if os.environ.get("AURORA_MIGRATE_TRACEBACK"):
            traceback.print_exc()
        bug = MigrateError(
            f"internal error: {type(problem).__name__} at {_where(problem)}",
            code="INT-900",
            hint="This is a bug. Set AURORA_MIGRATE_TRACEBACK=1 to see all of it (it may show data), and report it.",
        )
        _complain(bug, as_json=as_json)
        sys.exit(int(Exit.INTERNAL))


def _complain(problem: MigrateError, *, as_json: bool) -> None:
    """For a program it is the one document on stdout."""
    if as_json:
        results.last_document(error.document(problem))
    else:
        results.error(problem)


def _misused(said: str, problem: typer.TyperException) -> UsageError:
    """Wrong arguments as the toolkit's own error. What was typed may hold a password where none belongs."""
    context = getattr(problem, "ctx", None)
    line = " ".join(masked(said).split()).replace("Value error, ", "").rstrip(".")
    return UsageError(line, code="CFG-000", hint=f"See: {context.command_path if context else PROGRAM} --help")


def _where(problem: BaseException) -> str:
    """File and line only: an unexpected exception's text may hold data."""
    last = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
