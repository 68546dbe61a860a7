"""SQL that would make the rows that differ alike, in a file for a person to read. The toolkit never runs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO

from migrate import __version__
from migrate.errors import UsageError
from migrate.model.validation import ValidationReport
from migrate.ports.database import Database


def refuse_unusable(path: Path) -> None:
    """Before any row is read. Raises UsageError when the file is there already, or cannot be made."""
    if path.exists():
        raise UsageError(f"{path} exists already", code="CFG-046", hint="Name another file for --repair.")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path} cannot be written", code="CFG-047", hint="Name a file in a folder that is yours.")


def write(path: Path, report: ValidationReport, feeding: Database, fed: str, at: datetime) -> int:
    """Write a statement for every row that is named as different, as it is on the side that feeds; for its owner only.

    `fed` says which database they are for. Returns for how many rows; where nothing differs, no file is made.
    Raises UsageError when it cannot be written, and what the server raises.
    """
    if not report.differences:
        return 0
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                return _write(file, report, feeding, fed, at)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise UsageError(
            f"{path} cannot be written: {problem.strerror}",
            code="CFG-047",
            hint="Name a file in a folder that is yours.",
        ) from None


def _write(file: TextIO, report: ValidationReport, feeding: Database, fed: str, at: datetime) -> int:
    file.writelines(_comment(line) for line in _header(report, feeding, fed, at))
    written = 0
    for result in report.tables:
        if not result.differences:
            continue
        file.write("\n" + _comment(f"{result.table}: rows that are named as different: {len(result.differences)}"))
        statements = feeding.rows.repair(result.table, [one.key for one in result.differences])
        if sum(_put(file, statement) for statement in statements):
            written += len(result.differences)
        else:
            file.write(_comment("No statement: without a key, no row can be told from another."))
    file.write("\n" + _comment(f"End: {written} rows."))
    return written


def _comment(text: str) -> str:
    """One line, whatever a name in it holds: nobody may be made to run the name of a table."""
    return f"-- {''.join(c if c.isprintable() else ' ' for c in text)}".rstrip() + "\n"


def _put(file: TextIO, statement: str) -> int:
    return file.write(f"{statement.rstrip().rstrip(';')};\n")


def _header(report: ValidationReport, feeding: Database, fed: str, at: datetime) -> Iterator[str]:
    tables = sum(bool(table.differences) for table in report.tables)
    yield f"Written by aurora-migrate {__version__} on {at:%Y-%m-%d %H:%M:%S} UTC. It was never run."
    yield "It holds rows in clear: keep it as you keep the data."
    yield ""
    yield f"Run it on {fed}."
    yield f"It makes {report.differences} rows of {tables} tables as they were on the {feeding.side.value} just now."
    yield "Read it first. Then, with both sides at rest (no application, no task), run it inside one transaction, and"
    yield "validate again. Rows that came to differ since, or were not named, are not in it; --most names more."
    yield "Where a foreign key is in the way, change the order or defer the constraint. Triggers fire: switch them off."
