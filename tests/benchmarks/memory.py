"""Measure how much memory the DMS stand-in's worker takes for a big table and for one big transaction.

`python -m tests.benchmarks.memory [--family mysql] [--load-mb 2000] [--transaction-mb 500]` prints the worker's peak
resident memory of each; the sizes are bytes of column values. The transaction is applied twice: while changes stream,
and held until its commit, as it is when a stop position is set.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from tests.benchmarks import mysql_replication, replication

ROW_BYTES = 1000
SAMPLE_SECONDS = 0.02
FAR = "server_time:2999-01-01T00:00:00"
TABLES = (
    "CREATE TABLE big (id bigint PRIMARY KEY, body varchar(2000))",
    "CREATE TABLE done (token int PRIMARY KEY)",
)


class Postgres:
    """The PostgreSQL pair."""

    server: Any = PostgresServer
    worker: Any = replication

    @staticmethod
    def run(server: Any, *statements: str) -> None:
        with server.connect(replication.DATABASE, replication.USER, replication.PASSWORD) as connection:
            for statement in statements:
                connection.execute(statement)

    @staticmethod
    def fill(first: int, last: int) -> str:
        return f"INSERT INTO big SELECT g, repeat('x', {ROW_BYTES}) FROM generate_series({first}, {last}) g"

    @staticmethod
    def arrived(target: Any, token: int) -> None:
        with target.connect(replication.DATABASE) as connection:
            replication.arrived(connection, token)


class MySql:
    """The MySQL pair."""

    server: Any = MySqlServer
    worker: Any = mysql_replication
    arrived = staticmethod(mysql_replication.arrived)

    @staticmethod
    def run(server: Any, *statements: str) -> None:
        mysql_replication.run(server, "SET SESSION cte_max_recursion_depth = 100000000", *statements)

    @staticmethod
    def fill(first: int, last: int) -> str:
        numbers = f"WITH RECURSIVE n (g) AS (SELECT {first} UNION ALL SELECT g + 1 FROM n WHERE g < {last})"
        return f"INSERT INTO big {numbers} SELECT g, REPEAT('x', {ROW_BYTES}) FROM n"


class Peak:
    """The most resident memory of a process, sampled until it is gone."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.megabytes = 0.0
        self._status = Path(f"/proc/{process.pid}/status")
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            try:
                lines = self._status.read_text().splitlines()
            except OSError:
                return
            found = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
            if found:
                self.megabytes = max(self.megabytes, found[0] / 1024)
            time.sleep(SAMPLE_SECONDS)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--family", choices=("postgres", "mysql"), default="postgres")
    options.add_argument("--load-mb", type=int, default=200, help="size of the table that is loaded")
    options.add_argument("--transaction-mb", type=int, default=50, help="size of the transaction that is applied")
    chosen = options.parse_args()
    family: Any = Postgres if chosen.family == "postgres" else MySql
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        with family.server(Path(home) / "source") as source, family.server(Path(home) / "target") as target:
            for server in (source, target):
                server.create_master(replication.USER, replication.PASSWORD)
                server.create_database(replication.DATABASE, replication.USER)
                family.run(server, *TABLES)
            report = {"family": chosen.family, **loaded(family, source, target, chosen.load_mb)}
            for server in (source, target):
                family.run(server, "TRUNCATE TABLE big")
            report |= applied(family, source, target, chosen.transaction_mb)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def loaded(family: Any, source: Any, target: Any, megabytes: int) -> dict[str, Any]:
    """A full load of one table."""
    rows = megabytes * 1_000_000 // ROW_BYTES
    for first in range(1, rows + 1, 100_000):
        family.run(source, family.fill(first, min(first + 99_999, rows)))
    began = time.monotonic()
    worker = family.worker.start(source, target, "full-load", "start-replication")
    peak = Peak(worker)
    family.worker.until(worker, "stopped")
    worker.wait()
    seconds = time.monotonic() - began
    return {"load_mb": megabytes, "load_seconds": round(seconds, 1), "load_peak_rss_mb": round(peak.megabytes)}


def applied(family: Any, source: Any, target: Any, megabytes: int) -> dict[str, Any]:
    """One transaction, streamed and held."""
    rows = megabytes * 1_000_000 // ROW_BYTES
    report: dict[str, Any] = {"transaction_mb": megabytes}
    worker = family.worker.start(source, target, "cdc", "start-replication")
    position = family.worker.until(worker, "checkpoint")["value"]
    family.worker.stop(worker)
    for number, (name, stop) in enumerate((("streamed", None), ("held", FAR)), start=1):
        family.run(source, family.fill((number - 1) * rows + 1, number * rows), f"INSERT INTO done VALUES ({number})")
        began = time.monotonic()
        worker = family.worker.start(source, target, "cdc", "resume-processing", position, stop)
        peak = Peak(worker)
        told: list[str] = []
        listener = threading.Thread(target=told.extend, args=(worker.stdout,), daemon=True)
        listener.start()
        family.arrived(target, number)
        report[f"{name}_seconds"] = round(time.monotonic() - began, 1)
        report[f"{name}_peak_rss_mb"] = round(peak.megabytes)
        worker.stdin.write('{"command": "stop"}\n')
        worker.stdin.flush()
        worker.wait()
        listener.join()
        checkpoints = [json.loads(line)["value"] for line in told if '"checkpoint"' in line]
        position = checkpoints[-1]
    return report


if __name__ == "__main__":
    main()
