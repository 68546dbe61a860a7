"""reladiff, in an environment of its own, on the same damaged tables."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from tests.detection.damage import Damage
from tests.detection.scoring import Score, pointed
from tests.detection.stage import NAME, AnyServer, Stage

TIMEOUT = 120
_FIRST_VALUE = re.compile(r'^\["[-+]", \[("(?:[^"\\]|\\.)*")', re.MULTILINE)
"""The key, of each row that it prints. It breaks a line within a value that holds an old mark of a line's end."""


def url(server: AnyServer, database: str = NAME) -> str:
    scheme = "postgresql" if server.engine == "postgres" else "mysql"
    login = f"{quote(server.master_user)}:{quote(server.master_password)}"
    return f"{scheme}://{login}@{server.host}:{server.port}/{database}"


def compare(program: Path, stage: Stage, table: str) -> set[str] | str:
    """Keys of the rows that it says differ, all columns compared; or why it did not compare."""
    source, target = (url(server) for server in stage.servers)
    done = subprocess.run(
        [program, source, table, target, table, "-k", "id", "-c", "%", "--skip-sort-results", "--json"],
        env={**os.environ, "COLUMNS": "100000"},  # it wraps what it prints
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    said = done.stderr.strip().splitlines()
    if done.returncode or any("ERROR" in line for line in said):
        return next((line for line in reversed(said) if "ERROR" in line), said[-1] if said else "no reason given")
    return {json.loads(key) for key in _FIRST_VALUE.findall(done.stdout)}


def reladiff(program: Path, stage: Stage, damages: Sequence[Damage]) -> Score:
    if damages[0].kind.act.keyless:
        return Score(refused="needs a key")
    answer = compare(program, stage, damages[0].table)
    if isinstance(answer, str):
        return Score(refused=answer)
    return pointed(damages, {damages[0].table: answer})
