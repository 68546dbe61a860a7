"""Measure the DMS stand-in between MySQL servers: full load beside `mysqldump | mysql`, how fast CDC drains a backlog.

`python tests/benchmarks/mysql_replication.py [--rows N] [--runs K]` prints medians of alternating runs on one pair of
servers of this machine. Times of the stand-in include its process's start; those of the client programs include theirs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from migrate.sandbox.servers.mysql import MySqlServer

USER, PASSWORD, DATABASE = "bench", "bench", "bench"
TABLES = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL, status varchar(40) NOT NULL,"
    " total decimal(12,2), placed datetime(6) NOT NULL, paid bool, reference binary(16), note text)",
    "CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL, sku varchar(64) NOT NULL, quantity int,"
    " price decimal(12,6))",
    "CREATE TABLE documents (id bigint PRIMARY KEY, body json, raw varbinary(64))",
    "CREATE TABLE done (token int PRIMARY KEY)",
)
NUMBERS = "WITH RECURSIVE n (g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < {rows})"
FILLS = (
    "INSERT INTO orders " + NUMBERS + " SELECT g, g % 1000, CONCAT('status ', g % 7), g / 7,"
    " NOW(6) - INTERVAL g SECOND, g % 2, UNHEX(LEFT(SHA2(g, 256), 32)), REPEAT('note ', g % 10) FROM n",
    "INSERT INTO items " + NUMBERS + " SELECT g, g DIV 3, LEFT(SHA2(g, 256), 32), g % 9, g / 3 FROM n",
    "INSERT INTO documents " + NUMBERS.replace("{rows}", "{tenth}") + " SELECT g,"
    " JSON_OBJECT('id', g, 'text', REPEAT(LEFT(SHA2(g, 256), 32), 20)), UNHEX(LEFT(SHA2(g, 256), 32)) FROM n",
)
COPIED = ("orders", "items", "documents")
ROWS_A_TRANSACTION = 10


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=300_000, help="rows of each big table")
    options.add_argument("--runs", type=int, default=3, help="alternating runs of the load")
    options.add_argument("--changes", type=int, default=100_000, help="row changes of the backlog")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        with MySqlServer(Path(home) / "source") as source, MySqlServer(Path(home) / "target") as target:
            for server in (source, target):
                server.create_master(USER, PASSWORD)
                server.create_database(DATABASE, USER)
                run(server, *TABLES)
            run(
                source,
                "SET SESSION cte_max_recursion_depth = 100000000",
                *(fill.format(rows=chosen.rows, tenth=chosen.rows // 10) for fill in FILLS),
            )
            report = {"rows": chosen.rows * 2 + chosen.rows // 10, **load(source, target, chosen.runs)}
            report |= drain(source, target, chosen.changes)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def run(server: MySqlServer, *statements: str) -> list[Any]:
    """Statements in one session; the last one's rows."""
    with server.connect(DATABASE) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


def load(source: MySqlServer, target: MySqlServer, runs: int) -> dict[str, Any]:
    """Seconds of both ways to copy the tables, and their ratio."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(runs):
        for times, copy in ((theirs, dump_and_restore), (ours, full_load)):
            run(target, *(f"TRUNCATE {table}" for table in COPIED))
            began = time.monotonic()
            copy(source, target)
            times.append(time.monotonic() - began)
            check(source, target)
    mine, reference = statistics.median(ours), statistics.median(theirs)
    return {
        "full_load_seconds": round(mine, 2),
        "mysqldump_mysql_seconds": round(reference, 2),
        "speed_ratio": round(reference / mine, 2),
    }


def check(source: MySqlServer, target: MySqlServer) -> None:
    for table in COPIED:
        counts = [run(server, f"SELECT COUNT(*) FROM {table}") for server in (source, target)]
        assert counts[0] == counts[1], (table, counts)


def dump_and_restore(source: MySqlServer, target: MySqlServer) -> None:
    options = ["--no-create-info", "--single-transaction", "--hex-blob", "--set-gtid-purged=OFF", DATABASE, *COPIED]
    dump = subprocess.Popen([*client(source, "mysqldump"), *options], env=environment(), stdout=subprocess.PIPE)
    subprocess.run([*client(target, "mysql"), DATABASE], env=environment(), stdin=dump.stdout, check=True)
    assert dump.wait() == 0


def client(server: MySqlServer, program: str) -> list[str]:
    """A client program of the server's own installation, told where the server is."""
    found = server.binaries.basedir / "bin" / program
    prefix = server.binaries.prefix
    command = [str(found)] if prefix is None else [*prefix.command(found)]
    return [*command, f"--host={server.host}", f"--port={server.port}", f"--user={USER}", f"--ssl-ca={server.ca_file}"]


def environment() -> dict[str, str]:
    return {**os.environ, "MYSQL_PWD": PASSWORD}


def full_load(source: MySqlServer, target: MySqlServer) -> None:
    worker = start(source, target, "full-load", "start-replication")
    last = until(worker, "stopped")
    assert last["reason"] == "FULL_LOAD_ONLY_FINISHED", last
    worker.wait()


def drain(source: MySqlServer, target: MySqlServer, changes: int) -> dict[str, Any]:
    """Row changes a second of a backlog that waits in the log, and the delay of a single change afterwards."""
    worker = start(source, target, "cdc", "start-replication")
    position = until(worker, "checkpoint")["value"]
    stop(worker)
    made = backlog(source, changes)
    began = time.monotonic()
    worker = start(source, target, "cdc", "resume-processing", position)
    arrived(target, 1)
    seconds = time.monotonic() - began
    delays = []
    for token in range(2, 52):
        run(source, f"INSERT INTO done VALUES ({token})")
        since = time.monotonic()
        arrived(target, token)
        delays.append(time.monotonic() - since)
        time.sleep(0.02)
    stop(worker)
    check(source, target)
    return {
        "changes": made,
        "apply_seconds": round(seconds, 2),
        "changes_per_second": round(made / seconds),
        "marker_ms_median": round(statistics.median(delays) * 1000, 1),
        "marker_ms_worst": round(max(delays) * 1000, 1),
    }


def arrived(target: MySqlServer, token: int) -> None:
    with target.connect(DATABASE) as connection, connection.cursor() as cursor:
        while not cursor.execute("SELECT 1 FROM done WHERE token = %s", [token]):
            time.sleep(0.002)


def backlog(source: MySqlServer, changes: int) -> int:
    """Small transactions: half inserts, three tenths updates, two tenths deletes."""
    made = 0
    first = run(source, "SELECT MAX(id) FROM orders")[0][0]
    with source.connect(DATABASE, autocommit=False) as connection, connection.cursor() as cursor:
        for number in range(changes // ROWS_A_TRANSACTION):
            base = first + 1 + number * 5
            rows = ", ".join(
                f"({n}, {n % 1000}, 'new', 1.5, NOW(6), 1, UNHEX(LEFT(SHA2({n}, 256), 32)), 'it''s new')"
                for n in range(base, base + 5)
            )
            made += cursor.execute(f"INSERT INTO orders VALUES {rows}")
            made += cursor.execute(
                "UPDATE orders SET status = 'changed', total = total + 1 WHERE id BETWEEN %s AND %s", [base, base + 2]
            )
            made += cursor.execute("DELETE FROM orders WHERE id BETWEEN %s AND %s", [base + 3, base + 4])
            connection.commit()
        cursor.execute("INSERT INTO done VALUES (1)")
        connection.commit()
    return made


def start(
    source: MySqlServer,
    target: MySqlServer,
    kind: str,
    start_type: str,
    checkpoint: str | None = None,
    stop_position: str | None = None,
) -> subprocess.Popen[str]:
    worker = subprocess.Popen(
        [sys.executable, "-m", "migrate.sandbox.dms.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    rule = {
        "rule-type": "selection",
        "rule-id": "1",
        "rule-name": "1",
        "rule-action": "include",
        "object-locator": {"schema-name": DATABASE, "table-name": "%"},
    }
    task = {
        "task_id": "BENCH",
        "migration_type": kind,
        "start_type": start_type,
        "source": endpoint(source),
        "target": endpoint(target),
        "table_mappings": {"rules": [rule]},
        "settings": {"TargetMetadata": {"TaskRecoveryTableEnabled": True}},
        "checkpoint": checkpoint,
        "stop_position": stop_position,
        "completed_tables": [],
        "poll_seconds": 0.05,
    }
    assert worker.stdin is not None
    worker.stdin.write(json.dumps({"command": "run", "task": task}) + "\n")
    worker.stdin.flush()
    return worker


def endpoint(server: MySqlServer) -> dict[str, Any]:
    return {
        "engine": server.engine,
        "host": server.host,
        "port": server.port,
        "user": USER,
        "password": PASSWORD,
        "database": "",
        "ssl_mode": "verify-full",
        "ca_file": str(server.ca_file),
        "settings": {},
    }


def until(worker: subprocess.Popen[str], kind: str) -> dict[str, Any]:
    assert worker.stdout is not None
    for line in worker.stdout:
        event: dict[str, Any] = json.loads(line)
        if event["event"] == kind:
            return event
        assert event["event"] != "failed", event
    raise AssertionError(f"the worker ended without {kind}")


def stop(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    worker.stdin.write('{"command": "stop"}\n')
    worker.stdin.flush()
    until(worker, "stopped")
    worker.wait()


if __name__ == "__main__":
    main()
