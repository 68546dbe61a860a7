"""Measure how long an assessment takes, and how much memory: dumps of growing size, a dump with data, live servers.

`python -m tests.benchmarks.assessing [--tables 10000] [--data-mb 100] [--engine postgres] [--no-live]` prints one line
for each. Fails where one takes 60 s or 500 MB, or where four times the tables take more than six times as long. What
counts is the process's own time on a processor, so that a busy machine does not lengthen it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer

SECONDS, MEGABYTES, GROWTH = 60.0, 500.0, 6.0
TARGETS = {"postgres": "aurora-postgresql:17.5", "mysql": "aurora-mysql:3.10"}
USER, PASSWORD = "bench", "only for benchmarks"
ROWS_AT_ONCE = 200
DUMP_HEADS = {"postgres": "-- PostgreSQL database dump\n", "mysql": "-- MySQL dump 10.13\nUSE `app`;\n"}


@dataclass(frozen=True)
class Run:
    seconds: float
    """On a processor."""
    elapsed: float
    megabytes: float
    tables: int
    findings: int


def postgres_table(n: int) -> str:
    """Columns, a key, an index, a foreign key, a check, a trigger in every tenth: what a real table has."""
    refers = (
        f"\nALTER TABLE ONLY app.t{n} ADD CONSTRAINT t{n}_fk FOREIGN KEY (ref) REFERENCES app.t{n - 1}(id);"
        if n
        else ""
    )
    trigger = (
        f"\nCREATE TRIGGER tr{n} BEFORE UPDATE ON app.t{n} FOR EACH ROW EXECUTE FUNCTION app.touch();"
        if n % 10 == 0
        else ""
    )
    return (
        f"CREATE TABLE app.t{n} (\n    id bigint NOT NULL,\n    ref bigint,\n    total numeric(12,2) DEFAULT 0,\n"
        f"    note text,\n    payload jsonb,\n    made timestamp with time zone DEFAULT now() NOT NULL,\n"
        f"    CONSTRAINT t{n}_total CHECK ((total >= (0)::numeric))\n);\n"
        f"ALTER TABLE ONLY app.t{n} ADD CONSTRAINT t{n}_pkey PRIMARY KEY (id);\n"
        f"CREATE INDEX t{n}_made ON app.t{n} USING btree (made);{refers}{trigger}\n"
    )


def mysql_table(n: int) -> str:
    refers = f",\n  CONSTRAINT `t{n}_fk` FOREIGN KEY (`ref`) REFERENCES `t{n - 1}` (`id`)" if n else ""
    return (
        f"CREATE TABLE `t{n}` (\n  `id` bigint NOT NULL AUTO_INCREMENT,\n  `ref` bigint DEFAULT NULL,\n"
        f"  `total` decimal(12,2) DEFAULT '0.00',\n  `note` longtext,\n  `payload` json DEFAULT NULL,\n"
        f"  `made` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,\n  PRIMARY KEY (`id`),\n  KEY `t{n}_made` (`made`),\n"
        f"  KEY `t{n}_ref` (`ref`){refers}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;\n"
    )


PREPARED = {
    "postgres": "CREATE SCHEMA app;\nCREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN NEW.made := now(); RETURN NEW; END $$;\n",
    "mysql": "",
}
TABLE: dict[str, Callable[[int], str]] = {"postgres": postgres_table, "mysql": mysql_table}


def data(engine: str, megabytes: int, tables: int) -> Iterator[str]:
    """Rows for the first tables until there are so many MB of them."""
    body, written, n = "x" * 400, 0, 0
    while written < megabytes * 1_000_000:
        name = n % tables
        if engine == "postgres":
            lines = "".join(f"{k}\t\\N\t1.50\t{body}\t{{}}\t2026-01-01 00:00:00+00\n" for k in range(ROWS_AT_ONCE))
            text = f"COPY app.t{name} (id, ref, total, note, payload, made) FROM stdin;\n{lines}\\.\n\n"
        else:
            lines = ",".join(f"({k},NULL,1.50,'{body}','{{}}','2026-01-01 00:00:00')" for k in range(ROWS_AT_ONCE))
            text = f"INSERT INTO `t{name}` VALUES {lines};\n"
        written, n = written + len(text), n + 1
        yield text


def dump(path: Path, engine: str, tables: int, megabytes: int = 0) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(DUMP_HEADS[engine] + PREPARED[engine])
        file.writelines(TABLE[engine](n) for n in range(tables))
        file.writelines(data(engine, megabytes, tables))


def assessed(*words: str, folder: Path, environment: dict[str, str] | None = None) -> Run:
    """One run of the command in a process of its own; memory is the peak of that process."""
    told = folder / "report.json"
    command = [sys.executable, "-m", "migrate", "assess", "--format", "json", "--output", str(told), *words]
    began = time.monotonic()
    process = subprocess.Popen(command, env=os.environ | (environment or {}), stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise SystemExit(f"the assessment failed: {' '.join(command)}")
    report = json.loads(told.read_text(encoding="utf-8"))
    seconds = usage.ru_utime + usage.ru_stime
    return Run(seconds, elapsed, usage.ru_maxrss / 1024, report["catalog"]["tables"], len(report["findings"]))


def show(what: str, run: Run) -> None:
    time_taken = f"{run.seconds:.1f} s of one processor, {run.elapsed:.1f} s elapsed"
    told = f"{what}: {run.tables:,} tables, {run.findings:,} findings in {time_taken}, {run.megabytes:.0f} MB"
    print(told, flush=True)  # noqa: T201


def offline(engine: str, tables: int, megabytes: int, folder: Path) -> list[str]:
    """What is over its limit, one line each."""
    path, over, runs = folder / "dump.sql", [], []
    for count in (tables // 4, tables // 2, tables):
        dump(path, engine, count)
        runs.append(_dump_run(path, engine, folder))
        show(f"{engine} dump", runs[-1])
    dump(path, engine, tables // 10, megabytes)
    runs.append(_dump_run(path, engine, folder))
    show(f"{engine} dump of {path.stat().st_size / 1e6:.0f} MB with data", runs[-1])
    over += [f"{engine}: {run.seconds:.1f} s, {run.megabytes:.0f} MB" for run in runs if _over(run)]
    if runs[2].seconds > GROWTH * runs[0].seconds:
        over.append(f"{engine}: four times the tables took {runs[2].seconds / runs[0].seconds:.1f} times as long")
    return over


def _dump_run(path: Path, engine: str, folder: Path) -> Run:
    return assessed("--schema", str(path), "--engine", engine, "--target", TARGETS[engine], folder=folder)


def _over(run: Run) -> bool:
    return run.seconds >= SECONDS or run.megabytes >= MEGABYTES


def live(engine: str, tables: int, folder: Path) -> list[str]:
    kinds: dict[str, Any] = {"postgres": PostgresServer, "mysql": MySqlServer}
    with kinds[engine](folder / "server") as server:
        server.create_master(USER, PASSWORD)
        fill = _fill_postgres if engine == "postgres" else _fill_mysql
        fill(server, tables)
        config = folder / "migration.toml"
        config.write_text(_settings(engine, server), encoding="utf-8")
        run = assessed("--config", str(config), folder=folder, environment={"AURORA_MIGRATE_SOURCE_PASSWORD": PASSWORD})
    show(f"{engine} live", run)
    return [f"{engine} live: {run.seconds:.1f} s, {run.megabytes:.0f} MB"] if _over(run) else []


def _fill_postgres(server: PostgresServer, tables: int) -> None:
    server.execute(f"CREATE DATABASE bench OWNER {USER}")
    with server.connect("bench", USER, PASSWORD) as connection:
        connection.execute(PREPARED["postgres"])
        for n in range(tables):
            connection.execute(postgres_table(n))


def _fill_mysql(server: MySqlServer, tables: int) -> None:
    with server.connect(None, USER, PASSWORD).cursor() as cursor:
        cursor.execute("CREATE DATABASE bench")
        cursor.execute("USE bench")
        for n in range(tables):
            cursor.execute(mysql_table(n))


def _settings(engine: str, server: Any) -> str:
    target, _, version = TARGETS[engine].partition(":")
    return f"""
[migration]
name = "bench"
[source]
engine = "{engine}"
host = "{server.host}"
port = {server.port}
database = "bench"
user = "{USER}"
ca_file = "{server.ca_file}"
[target]
engine = "{target}"
version = "{version}"
stack = "bench-aurora"
database = "bench"
[aws]
region = "eu-central-1"
[application]
secret = "bench/app"
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=10_000)
    parser.add_argument("--data-mb", type=int, default=100)
    parser.add_argument("--engine", choices=sorted(TABLE), action="append")
    parser.add_argument("--no-live", action="store_true")
    asked = parser.parse_args()
    over: list[str] = []
    for engine in asked.engine or sorted(TABLE):
        with tempfile.TemporaryDirectory(prefix="assessing-", dir="/tmp") as made:
            folder = Path(made)
            folder.chmod(0o755)
            over += offline(engine, asked.tables, asked.data_mb, folder)
            over += [] if asked.no_live else live(engine, asked.tables, folder)
    for line in over:
        print(f"over the limit: {line}")  # noqa: T201
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
