"""Runs a team's own program: without a shell, in a process group of its own, ended in time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from migrate.model.act import Performed

NO = 1
"""The exit code that means no; any other than 0 and 1 means that the program itself failed."""
_PRIVATE = re.compile(r"(?i)^AURORA_MIGRATE_.*(PASSWORD|SECRET|TOKEN)")
_LEFT_OPEN_SECONDS = 2.0


def run(
    command: Sequence[str], told: Mapping[str, str], folder: Path, seconds: float, inherited: Sequence[int] = ()
) -> Performed:
    """Yes is exit code 0, no is 1. Output may hold any bytes; its last line is what was said.

    The open files of these numbers are `inherited` by all that it starts.
    """
    environment = {name: value for name, value in os.environ.items() if not _PRIVATE.match(name)}
    try:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**environment, **told},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=tuple(inherited),
        )
    except (OSError, ValueError) as problem:
        return Performed(None, f"cannot be started: {problem}")
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        return Performed(None, f"had not ended after {seconds:g} s and was killed")
    except BaseException:
        _end(process)
        raise
    said = _last_line(output)
    if process.returncode in (0, NO):
        return Performed(process.returncode == 0, said or f"exit code {process.returncode}")
    return Performed(None, f"exit code {process.returncode}{f': {said}' if said else ''}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """The whole group: a child that lives on would hold the pipe, and go on acting."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=_LEFT_OPEN_SECONDS)


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return "".join(letter for letter in lines[-1] if letter.isprintable()) if lines else ""
