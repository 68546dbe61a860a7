"""A MySQL or MariaDB schema file is assessed from the command line, without a server and without a configuration."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SAYS_NO, WRONG_USE = 3, 2
TABLES = {
    "mysql": {"tables": 14, "views": 2, "triggers": 2, "routines": 3, "sequences": 0, "unread": 0},
    "mariadb": {"tables": 9, "views": 1, "triggers": 2, "routines": 5, "sequences": 3, "unread": 0},
}
BLOCKERS = {"mysql": {"MY108"}, "mariadb": {"MY112", "MY113", "MY202"}}


def assess(path: Path, engine: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "migrate", "assess", "--schema", str(path), "--engine", engine]
    return subprocess.run(
        [*command, "--target", "aurora-mysql:3.08", *more], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
@pytest.mark.parametrize("name", ["fixture_{}.sql", "fixture_{}.dump.sql"])
def test_the_report_counts_and_names_what_the_file_holds(engine: str, name: str) -> None:
    done = assess(HERE / name.format(engine), engine, "--format", "json")
    assert done.returncode == SAYS_NO, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["catalog"].items() >= TABLES[engine].items()
    assert {f["code"] for f in report["findings"] if f["severity"] == "blocker"} >= BLOCKERS[engine]
    assert report["rules"]["crashed"] == []
    assert all(f["location"]["line"] for f in report["findings"] if f["object"]["kind"] == "table")


@pytest.mark.parametrize(
    ("text", "engine", "says"),
    [
        ("-- PostgreSQL database dump\n", "mysql", "looks like a dump of postgres"),
        ("-- MariaDB dump 10.19\n-- Server version\t10.11.6-MariaDB\n", "mysql", "Give --engine mariadb"),
        ("", "mariadb", "mariadb-dump --no-data --routines --triggers --events"),
        ("-- MySQL dump 10.13  Distrib 8.0.36\n", "postgres", "does not go to aurora-mysql"),
    ],
)
def test_a_file_that_cannot_be_one_is_refused_with_the_way_out(
    tmp_path: Path, text: str, engine: str, says: str
) -> None:
    path = tmp_path / "schema.sql"
    path.write_text(text)
    done = assess(path, engine)
    assert done.returncode == WRONG_USE
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
