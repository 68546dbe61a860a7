"""Ways to compare both databases, each timed from outside in a process of its own; and one plain scan beside them."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

from checks.facts import TableName
from migrate.model.validation import Chunk
from tests.detection.reladiff import url
from tests.detection.stage import SIDES, AnyServer, Stage

LOOKS_A_SECOND = 50


@dataclass(frozen=True)
class Run:
    """One process."""

    seconds: float
    peak_mb: float
    """Most memory that it held at once."""
    code: int
    output: str
    errors: str


def run(command: Sequence[str | Path], environment: Mapping[str, str]) -> Run:
    """Run to the end. The peak is the kernel's own, read until the process is gone."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=errors)
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _peak_mb(process.pid))
            time.sleep(1 / LOOKS_A_SECOND)
        seconds = time.monotonic() - began
        output.seek(0)
        errors.seek(0)
        done = Run(seconds, peak, process.returncode, output.read().decode(), errors.read().decode())
    if done.code not in (0, 3):
        raise RuntimeError(f"{command[0]}: exit {done.code}: {done.errors[-2000:]}")
    return done


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def ours(stage: Stage, *tables: str, more: Sequence[str] = ("--no-brake",)) -> tuple[Run, dict[str, Any]]:
    """`aurora-migrate validate` of these tables, and its report."""
    names = ",".join(f"{stage.schema()}.{table}" for table in tables)
    command, environment = stage.asked("--tables", names, *more)
    done = run(command, environment)
    report: dict[str, Any] = json.loads(done.output)
    return done, report


def give_md5(server: AnyServer) -> None:
    """reladiff sums up MD5, which MySQL has not had by itself since 9.6."""
    if server.engine == "mysql":
        with suppress(pymysql.MySQLError):  # an older one has it
            server.execute("INSTALL COMPONENT 'file://component_classic_hashing'")


def reladiff(program: Path, stage: Stage, table: str, threads: int) -> Run:
    """reladiff over every column of one table. Fails where it finds a difference: the tables it is given are equal."""
    source, target = (url(server) for server in stage.servers)
    command = [program, source, table, target, table, "-k", "id", "-c", "%", "--json", "-j", str(threads)]
    done = run(command, {**os.environ, "COLUMNS": "100000"})
    assert (done.code, done.output.strip(), "ERROR" in done.errors) == (0, "", False), done
    return done


def scan(stage: Stage, table: str) -> float:
    """Seconds of the slower side for one statement that sums the same row hash of a whole table; nothing else runs."""
    seconds = []
    for side in SIDES:
        with closing(stage.database(side)) as database:
            began = time.monotonic()
            database.rows.checksums([Chunk(TableName(stage.schema(), table), 0)])
            seconds.append(time.monotonic() - began)
    return max(seconds)


def verdict(report: Mapping[str, Any]) -> str:
    """What the rows say, whatever else was looked at."""
    verdicts = {table["verdict"] for table in report["tables"]}
    return next((v for v in ("differs", "unknown") if v in verdicts), "match")
