"""`--select` and `--ignore`: rules by the beginning of their codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from migrate.errors import UsageError

Select = Annotated[list[str] | None, typer.Option("--select", help="Only rules whose code begins so: PG3,MY101.")]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", help="No rule whose code begins so; longer ones win.")]


def prefixes(given: Sequence[str] | None) -> tuple[str, ...]:
    """`PG1,MY` and repeated options, in upper case. Raises UsageError for an empty prefix: it would mean all."""
    found = [part.strip().upper() for text in given or () for part in text.split(",")]
    if not all(found):
        raise UsageError("a prefix of a rule's code is empty", code="CFG-070", hint="Write: --select PG3,MY101")
    return tuple(found)
