"""Measure validation: seconds, memory, and what others on the server notice, beside reladiff and one plain scan.

`python -m tests.benchmarks.validation [--route postgres|mysql|mariadb] [--rows N] [--repeats K] [--only NAME …]` prints
medians of alternating runs on one pair of servers of this machine, as JSON. Every way runs in a process of its own, its
start included. Both sides hold equal tables of ten mixed columns, read from the operating system's cache where they
fit. `--reladiff` names the program to compare with; without it that part is left out.
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
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.facts import TableName
from migrate.clock import SystemClock
from migrate.events import silent
from migrate.model.database import Side
from migrate.model.validation import Verdict
from migrate.stages.validate.delta import prove_delta
from tests.benchmarks.validation_data import SETTINGS, make_small_tables, make_table
from tests.benchmarks.validation_ways import give_md5, ours, reladiff, scan, verdict
from tests.detection.kinds import Route
from tests.detection.stage import NAME, SIDES, AnyServer, Stage, servers

TABLE = "orders"
LOOP_SAMPLE = 50
SMALL_ROWS = 1_000
WORKLOAD_SECONDS = 10.0


@dataclass(frozen=True)
class Bench:
    """Where and how often to measure."""

    stage: Stage
    rows: int
    repeats: int
    small_tables: int
    program: Path | None
    threads: int


def whole(bench: Bench) -> dict[str, Any]:
    """One large table: validate, reladiff, and one scan of the same row hash."""
    make_table(bench.stage, TABLE, bench.rows)
    mine, passes, theirs, scans, peaks = [], [], [], [], []
    for _ in range(bench.repeats):
        done, report = ours(bench.stage, TABLE)
        assert verdict(report) == "match", report["tables"]
        mine.append(done.seconds)
        passes.append(report["summary"]["seconds"])
        peaks.append(done.peak_mb)
        scans.append(scan(bench.stage, TABLE))
        if bench.program:
            theirs.append(reladiff(bench.program, bench.stage, TABLE, bench.threads).seconds)
    return {
        "seconds": _median(mine),
        "of_which_comparing_rows": _median(passes),
        "rows_per_second": round(bench.rows / _median(mine)),
        "peak_mb": _median(peaks),
        "scan_seconds_slower_side": _median(scans),
        "times_the_scan": _ratio(mine, scans),
        "times_the_scan_comparing_rows": _ratio(passes, scans),
        "reladiff_seconds": _median(theirs),
        "times_faster_than_reladiff": _ratio(theirs, mine),
    }


def small(bench: Bench) -> dict[str, Any]:
    """Many small tables: validate, and a loop of reladiff, of which a sample is measured and multiplied."""
    tables = [f"small_{number}" for number in range(bench.small_tables)]
    make_small_tables(bench.stage, len(tables), SMALL_ROWS)
    sample = tables[:: max(1, len(tables) // LOOP_SAMPLE)][:LOOP_SAMPLE]
    mine, loops = [], []
    for _ in range(bench.repeats):
        done, report = ours(bench.stage, "small_*")
        assert (verdict(report), len(report["tables"])) == ("match", len(tables))
        mine.append(done.seconds)
        if bench.program:
            each = [reladiff(bench.program, bench.stage, table, bench.threads).seconds for table in sample]
            loops.append(sum(each) * len(tables) / len(sample))
    return {
        "tables": len(tables),
        "rows_each": SMALL_ROWS,
        "seconds": _median(mine),
        "reladiff_loop_seconds": _median(loops),
        "reladiff_loop_is": f"{len(sample)} tables measured, times {len(tables) / len(sample):g}",
        "times_faster_than_reladiff": _ratio(loops, mine),
    }


def memory(bench: Bench) -> dict[str, Any]:
    """Peak memory of the client for a table and for one a tenth as large."""
    make_table(bench.stage, "tenth", bench.rows // 10)
    make_table(bench.stage, TABLE, bench.rows)
    peaks = {table: [ours(bench.stage, table)[0].peak_mb for _ in range(bench.repeats)] for table in ("tenth", TABLE)}
    return {"peak_mb": _median(peaks[TABLE]), "peak_mb_a_tenth_of_the_rows": _median(peaks["tenth"])}


def bad(bench: Bench) -> dict[str, Any]:
    """Every second row differs, beside no row."""
    make_table(bench.stage, TABLE, bench.rows)
    clean = [ours(bench.stage, TABLE)[0].seconds for _ in range(bench.repeats)]
    bench.stage.run(Side.TARGET, f"UPDATE {TABLE} SET customer = customer + 1 WHERE id % 2 = 0")
    if bench.stage.route.postgres:
        bench.stage.run(Side.TARGET, f"VACUUM FULL {TABLE}")  # or the old rows would be read, too
    spoilt, peaks, named = [], [], 0
    for _ in range(bench.repeats):
        done, report = ours(bench.stage, TABLE)
        assert verdict(report) == "differs"
        spoilt.append(done.seconds)
        peaks.append(done.peak_mb)
        named = len(report["tables"][0]["differences"])
    return {
        "clean_seconds": _median(clean),
        "half_bad_seconds": _median(spoilt),
        "times_the_clean": _ratio(spoilt, clean),
        "named": named,
        "peak_mb": _median(peaks),
    }


def delta(bench: Bench) -> dict[str, Any]:
    """The delta proof after a hundredth of the rows changed on both sides, beside a full pass. It reads both logs.

    Without the start of a process, on both."""
    make_table(bench.stage, TABLE, bench.rows)
    full = [ours(bench.stage, TABLE)[1]["summary"]["seconds"] for _ in range(bench.repeats)]
    table = TableName(bench.stage.schema(), TABLE)
    with closing(bench.stage.database(Side.SOURCE)) as source, closing(bench.stage.database(Side.TARGET)) as target:
        for side in (source, target):
            side.log.keep(24)
            side.log.create_slot("bench")
        for side_ in SIDES:
            bench.stage.run(side_, f"UPDATE {TABLE} SET customer = customer + 1 WHERE id % 100 = 0")
        reading, proving = [], []
        for _ in range(bench.repeats):
            began = time.monotonic()
            with ThreadPoolExecutor() as threads:
                read = threads.map(lambda side: side.log.changes("bench", [table]).keys, (source, target))
                touched = [keys.get(table, frozenset()) for keys in read]
            reading.append(time.monotonic() - began)
            keys = None if any(some is None for some in touched) else {k for some in touched for k in some or ()}
            began = time.monotonic()
            proven = prove_delta(source, target, {table: keys}, emit=silent, clock=SystemClock())
            proving.append(time.monotonic() - began)
            assert proven.verdict is Verdict.MATCH, proven
        for side in (source, target):
            side.log.drop_slot("bench")
    both = [one + other for one, other in zip(reading, proving, strict=True)]
    return {
        "changed_rows": bench.rows // 100,
        "full_seconds": _median(full),
        "reading_the_logs_seconds": _median(reading),
        "comparing_seconds": _median(proving),
        "share_of_a_full_pass": _ratio(both, full),
        "share_without_reading_the_logs": _ratio(proving, full),
    }


def latency(bench: Bench) -> dict[str, Any]:
    """Latency of another client's short transactions on the source: alone, beside a validation, and beside one with its
    brake on."""
    stage = bench.stage
    make_table(stage, TABLE, bench.rows)
    counted = "bigint GENERATED ALWAYS AS IDENTITY" if stage.route.postgres else "bigint AUTO_INCREMENT"
    stage.run(
        Side.SOURCE,
        "CREATE TABLE accounts (id integer PRIMARY KEY, balance bigint NOT NULL)",
        f"CREATE TABLE history (id {counted} PRIMARY KEY, account integer, amount integer)",
        f"INSERT INTO accounts SELECT id, 0 FROM {TABLE} WHERE id <= 10000",
    )
    beside: dict[str, Sequence[str] | None] = {"alone": None, "validating": ("--no-brake",), "with_brake": ()}
    found: dict[str, list[list[float]]] = {name: [] for name in beside}
    passes: dict[str, list[float]] = {name: [] for name in beside}
    for _ in range(bench.repeats):
        for name, more in beside.items():
            work = _workload(stage)
            while more is not None and work.poll() is None:
                done, _ = ours(stage, TABLE, more=more)
                passes[name].append(done.seconds)
            said, _ = work.communicate()
            found[name].append(json.loads(said))
    middle = {name: [statistics.median(some) for some in runs] for name, runs in found.items()}
    high = {name: [statistics.quantiles(some, n=20)[-1] for some in runs] for name, runs in found.items()}
    return {
        name: {
            "median_ms": _median(middle[name]),
            "p95_ms": _median(high[name]),
            "added_median": f"{100 * (_ratio(middle[name], middle['alone']) - 1):+.0f} %",
            "added_p95": f"{100 * (_ratio(high[name], high['alone']) - 1):+.0f} %",
            **({"pass_seconds": _median(passes[name])} if passes[name] else {}),
        }
        for name in beside
    }


def _workload(stage: Stage) -> subprocess.Popen[str]:
    server = stage.servers[0]
    asked = {
        "engine": "postgres" if stage.route.postgres else "mysql",
        "host": server.host,
        "port": server.port,
        "user": server.master_user,
        "password": server.master_password,
        "database": NAME,
        "ca_file": str(server.ca_file),
        "seconds": WORKLOAD_SECONDS,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.validation_workload"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ},
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asked))
    process.stdin.close()
    process.stdin = None
    return process


def _keep_on(core: int, server: AnyServer) -> None:
    """Every thread there is; those that are begun later, and processes, inherit it."""
    for thread in Path(f"/proc/{server.pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core % (os.cpu_count() or 1)})


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3) if values else 0.0


def _ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Of the medians."""
    return round(statistics.median(above) / statistics.median(below), 3) if above and below else 0.0


MEASURES: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "whole": whole,
    "small-tables": small,
    "memory": memory,
    "half-bad": bad,
    "delta": delta,
    "latency": latency,
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--route", default="postgres", choices=[route.name.lower() for route in Route])
    options.add_argument("--rows", type=int, default=2_000_000, help="rows of the large table")
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--small-tables", type=int, default=2_000)
    options.add_argument("--only", action="append", choices=list(MEASURES), help="default: all")
    options.add_argument("--reladiff", type=Path, help="the program; default: not compared with")
    options.add_argument("--reladiff-threads", type=int, default=4, help="as many as the toolkit has workers")
    options.add_argument("--a-core-each", action="store_true", help="each server on a core of its own")
    chosen = options.parse_args()
    route = Route[chosen.route.upper()]
    report: dict[str, Any] = {
        "route": str(route),
        "rows": chosen.rows,
        "repeats": chosen.repeats,
        "cores": "one for each server" if chosen.a_core_each else f"{os.cpu_count()} for all",
    }
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        with servers(route, Path(home), SETTINGS[route]) as pair:
            for core, server in enumerate(pair if chosen.a_core_each else ()):
                _keep_on(core, server)
            for server in pair if chosen.reladiff else ():
                give_md5(server)
            for name in chosen.only or MEASURES:
                with Stage(route, pair) as stage:
                    report["versions"] = stage.versions()
                    bench = Bench(
                        stage,
                        chosen.rows,
                        chosen.repeats,
                        chosen.small_tables,
                        chosen.reladiff,
                        chosen.reladiff_threads,
                    )
                    report[name] = MEASURES[name](bench)
                    sys.stderr.write(f"{name}: {json.dumps(report[name])}\n")
    sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
