"""How this program was called, for lines that people copy and run."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

NAME = "aurora-migrate"


def called() -> str:
    """Its name where the shell finds this very program by that; else its path, or the interpreter's with the module."""
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return f"{typed(Path(sys.executable))} -m {__package__.partition('.')[0]}"
    known = shutil.which(NAME)
    if program.name != NAME or program == Path(NAME) or (known is not None and Path(known).samefile(program)):
        return NAME
    return typed(program.absolute())


def typed(path: Path) -> str:
    """As one types it here."""
    return shlex.quote(str(short(path)))


def short(path: Path) -> Path:
    """As seen from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
