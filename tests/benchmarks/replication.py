"""Measure the DMS stand-in: full load beside `pg_dump --data-only | psql`, and how fast CDC drains a backlog.

`python tests/benchmarks/replication.py [--rows N] [--runs K]` prints medians of alternating runs on one pair of servers
of this machine. Times of the stand-in include its process's start; those of pg_dump and psql include theirs.
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

from migrate.sandbox.servers.postgres import PostgresServer

USER, PASSWORD, DATABASE = "bench", "bench", "bench"
TABLES = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL, status text NOT NULL, total numeric(12,2),"
    " placed timestamptz NOT NULL, paid boolean, reference uuid, note text)",
    "CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL, sku text NOT NULL, quantity int,"
    " price numeric)",
    "CREATE TABLE documents (id bigint PRIMARY KEY, body jsonb, raw bytea)",
    "CREATE TABLE done (token int PRIMARY KEY)",
)
FILLS = (
    "INSERT INTO orders SELECT g, g % 1000, 'status ' || g % 7, g / 7.0, now() - g * interval '1 second', g % 2 = 0,"
    " gen_random_uuid(), repeat('note ', g % 10) FROM generate_series(1, {rows}) g",
    "INSERT INTO items SELECT g, g / 3, md5(g::text), g % 9, g / 3.0 FROM generate_series(1, {rows}) g",
    "INSERT INTO documents SELECT g, jsonb_build_object('id', g, 'text', repeat(md5(g::text), 20)),"
    " decode(md5(g::text), 'hex') FROM generate_series(1, {rows} / 10) g",
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
        with PostgresServer(Path(home) / "source") as source, PostgresServer(Path(home) / "target") as target:
            for server in (source, target):
                server.create_master(USER, PASSWORD)
                server.create_database(DATABASE, USER)
                with server.connect(DATABASE, USER, PASSWORD) as connection:
                    for statement in TABLES:
                        connection.execute(statement)
            with source.connect(DATABASE) as connection:
                for statement in FILLS:
                    connection.execute(statement.format(rows=chosen.rows))
                connection.execute("VACUUM ANALYZE")
            report = {"rows": chosen.rows * 2 + chosen.rows // 10, **load(source, target, chosen.runs)}
            report |= drain(source, target, chosen.changes)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def load(source: PostgresServer, target: PostgresServer, runs: int) -> dict[str, Any]:
    """Seconds of both ways to copy the tables, and their ratio."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(runs):
        for times, copy in ((theirs, dump_and_restore), (ours, full_load)):
            with target.connect(DATABASE) as connection:
                connection.execute(f"TRUNCATE {', '.join(COPIED)}")
                connection.execute("CHECKPOINT")
            began = time.monotonic()
            copy(source, target)
            times.append(time.monotonic() - began)
            check(source, target)
    mine, reference = statistics.median(ours), statistics.median(theirs)
    return {
        "full_load_seconds": round(mine, 2),
        "pg_dump_psql_seconds": round(reference, 2),
        "speed_ratio": round(reference / mine, 2),
    }


def check(source: PostgresServer, target: PostgresServer) -> None:
    for table in COPIED:
        counts = []
        for server in (source, target):
            with server.connect(DATABASE) as connection:
                counts.append(connection.execute(f"SELECT count(*) FROM {table}").fetchone())
        assert counts[0] == counts[1], (table, counts)


def dump_and_restore(source: PostgresServer, target: PostgresServer) -> None:
    tables = [f"--table={table}" for table in COPIED]
    tools = source.binaries.client_bin
    dump = subprocess.Popen(
        [tools / "pg_dump", "--data-only", *tables], env=environment(source), stdout=subprocess.PIPE
    )
    subprocess.run([tools / "psql", "-q", "-o", os.devnull], env=environment(target), stdin=dump.stdout, check=True)
    assert dump.wait() == 0


def environment(server: PostgresServer) -> dict[str, str]:
    return {
        **os.environ,
        "PGHOST": server.host,
        "PGPORT": str(server.port),
        "PGUSER": USER,
        "PGPASSWORD": PASSWORD,
        "PGDATABASE": DATABASE,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(server.ca_file),
    }


def full_load(source: PostgresServer, target: PostgresServer) -> None:
    worker = start(source, target, "full-load", "start-replication")
    last = until(worker, "stopped")
    assert last["reason"] == "FULL_LOAD_ONLY_FINISHED", last
    worker.wait()


def drain(source: PostgresServer, target: PostgresServer, changes: int) -> dict[str, Any]:
    """Row changes a second of a backlog that waits in the slot, and the delay of a single change afterwards."""
    worker = start(source, target, "cdc", "start-replication")
    position = until(worker, "checkpoint")["value"]
    stop(worker)
    made = backlog(source, changes)
    began = time.monotonic()
    worker = start(source, target, "cdc", "resume-processing", position)
    with target.connect(DATABASE) as connection:
        arrived(connection, 1)
        seconds = time.monotonic() - began
        delays = []
        with source.connect(DATABASE) as writer:
            for token in range(2, 52):
                writer.execute("INSERT INTO done VALUES (%s)", [token])
                since = time.monotonic()
                arrived(connection, token)
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


def arrived(connection: Any, token: int) -> None:
    while connection.execute("SELECT 1 FROM done WHERE token = %s", [token]).fetchone() is None:
        time.sleep(0.002)


def backlog(source: PostgresServer, changes: int) -> int:
    """Small transactions: half inserts, three tenths updates, two tenths deletes."""
    made = 0
    with source.connect(DATABASE, autocommit=False) as connection:
        first = (connection.execute("SELECT max(id) FROM orders").fetchone() or (0,))[0]
        connection.execute("SET synchronous_commit = off")
        connection.commit()
        for number in range(changes // ROWS_A_TRANSACTION):
            base = first + 1 + number * 5
            made += connection.execute(
                "INSERT INTO orders SELECT g, g %% 1000, 'new', 1.5, now(), true, gen_random_uuid(), 'it''s new'"
                " FROM generate_series(%s::bigint, %s::bigint) g",
                [base, base + 4],
            ).rowcount
            made += connection.execute(
                "UPDATE orders SET status = 'changed', total = total + 1 WHERE id BETWEEN %s AND %s", [base, base + 2]
            ).rowcount
            made += connection.execute("DELETE FROM orders WHERE id BETWEEN %s AND %s", [base + 3, base + 4]).rowcount
            connection.commit()
        connection.execute("INSERT INTO done VALUES (1)")
        connection.commit()
    return made


def start(
    source: PostgresServer,
    target: PostgresServer,
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
        "object-locator": {"schema-name": "public", "table-name": "%"},
    }
    task = {
        "task_id": "BENCH",
        "migration_type": kind,
        "start_type": start_type,
        "source": endpoint(source),
        "target": endpoint(target),
        "table_mappings": {"rules": [rule]},
        "settings": {
            "TargetMetadata": {"TaskRecoveryTableEnabled": True},
            "ControlTablesSettings": {"ControlSchema": "awsdms_control"},
        },
        "checkpoint": checkpoint,
        "stop_position": stop_position,
        "completed_tables": [],
        "poll_seconds": 0.05,
    }
    assert worker.stdin is not None
    worker.stdin.write(json.dumps({"command": "run", "task": task}) + "\n")
    worker.stdin.flush()
    return worker


def endpoint(server: PostgresServer) -> dict[str, Any]:
    return {
        "engine": "postgres",
        "host": server.host,
        "port": server.port,
        "user": USER,
        "password": PASSWORD,
        "database": DATABASE,
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
