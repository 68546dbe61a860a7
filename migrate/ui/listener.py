"""Writing to somebody who may go away: the pipe breaks, the terminal closes, and the work goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console


@contextmanager
def lossy(stream: IO[str], loss: type[OSError] = OSError) -> Iterator[None]:
    """Write to `stream` inside: a `loss` ends no work and changes no exit code.

    What is written to the stream afterwards goes nowhere, also at the interpreter's end, which would exit with 120.
    """
    try:
        yield
        stream.flush()
    except loss:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class PlainConsole(Console):
    """Raises when its pipe breaks, as every stream does; rich would redirect stdout and end the program."""

    def on_broken_pipe(self) -> None:
        raise
