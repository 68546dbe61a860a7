"""A rehearsal with faults ends green, or red with the right reason; never green where something was lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("rehearsed-faults"),
]

ROOT = Path(__file__).resolve().parents[2]
FAULTS = """
[[faults]]
fault = "throttling"
when = "full-load"

[[faults]]
fault = "source-restart"
when = "full-load"

[[faults]]
fault = "metrics-silent"
when = "following"

[[faults]]
fault = "target-restart"
when = "following"

[[faults]]
fault = "disk-full"
when = "validate"

[[faults]]
fault = "apply-error"
when = "validate"
table = "{table}"

[[faults]]
fault = "connection-drop"
when = "validate"
side = "target"
seconds = 2

[[faults]]
fault = "target-full"
when = "validate"
seconds = 3

[[faults]]
fault = "slow-apply"
when = "cutover"

[[faults]]
fault = "{lost}"
when = "cutover"
"""
REFUSED = """
[[faults]]
fault = "source-restart"
when = "full-load"

[[faults]]
fault = "apply-error"
when = "following"
table = "press.comments"
"""


def rehearse(work: Path, faults: str, sample: str = "postgres/ledger") -> tuple[int, Any, str]:
    load = ("--scale", "0.02", "--rate", "60")
    return command(work, "rehearse", sample, "--work", str(work), *load, "--faults", faults)


def command(work: Path, *words: str) -> tuple[int, Any, str]:
    ran = subprocess.run(
        [sys.executable, "-m", "migrate", *words, "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
        cwd=work.parent,
    )
    return ran.returncode, json.loads(ran.stdout), ran.stderr


@pytest.mark.parametrize(
    ("sample", "table", "lost", "why"),
    [
        ("postgres/ledger", "ledger.customers", "slot-invalidated", "slot"),
        ("mysql/shop", "shop.orders", "binlog-purged", "purged"),
    ],
)
def test_every_fault_is_ridden_out_or_gone_on_from_and_a_lost_log_ends_it(
    tmp_path: Path, sample: str, table: str, lost: str, why: str
) -> None:
    """The log is lost inside the freeze: the cutover unwinds, the application is served by the source again."""
    (tmp_path / "faults.toml").write_text(FAULTS.format(table=table, lost=lost))
    code, report, words = rehearse(tmp_path / "work", str(tmp_path / "faults.toml"), sample)
    assert code == 3, words
    assert report["verdict"] == "failed"
    assert why in report["reason"], report["reason"]
    met = {one["name"]: one for one in report["faults"]}
    for name in ("throttling", "source-restart"):
        assert met[name]["outcome"] == "ridden out", met[name]
        assert met[name]["observed"][-1] == "replicate: done"
    for name in ("metrics-silent", "target-restart", "disk-full", "apply-error", "connection-drop", "target-full"):
        assert met[name]["outcome"] in ("ridden out", "refused, then gone on"), met[name]
    for name in ("slow-apply", lost):
        assert met[name]["outcome"] == "ended the rehearsal", met[name]
        assert any(line.startswith("cutover-1 ended with") for line in met[name]["observed"])
    assert not [one for one in report["handovers"] if one["run"] == "cutover-1"]
    ledger = report["ledger"]
    assert (ledger["lost"], ledger["duplicated"]) == (0, 0)
    assert all(one["holds"] is not False for one in report["invariants"])
    assert [mark["title"] for mark in report["marks"] if mark["kind"] == "fault"] == list(met)
    if sample == "postgres/ledger":
        told_by_its_record(tmp_path / "work", len(met))


def told_by_its_record(work: Path, faults: int) -> None:
    """Its servers are gone. What a project lead is told comes from the journal, which vouches for the kept report."""
    settings = str(work / "migration.toml")
    code, checked, words = command(work, "report", "verify", "-c", settings)
    assert code == 0, words
    assert [one["holds"] for one in checked["checked"]] == [True, True]
    code, lead, words = command(work, "report", "-c", settings)
    assert code == 0, words
    assert lead["decision"] == "no-go"
    assert [one["what"] for one in lead["blockers"]] == ["run cutover-1"], "every gate was open when it was asked"
    assert [(one["passed"], len(one["faults"])) for one in lead["rehearsals"]] == [(False, faults)]
    measured = {one["name"]: one["measured"] for one in lead["predictions"]}
    assert measured["full load"]["seconds"] > 0
    assert measured["freeze"] is None, "the cutover unwound"
    assert {one["code"] for one in lead["work"]} >= {"PG301"}
    assert "No rehearsal has passed." in lead["unproven"]
    code, over_time, _ = command(work, "rehearse", "history", str(work))
    assert code == 3
    assert over_time["regressed"] is True


def test_what_a_mariadb_lost_to_its_target_is_loaded_again_and_the_rehearsal_passes(tmp_path: Path) -> None:
    (tmp_path / "faults.toml").write_text(REFUSED)
    code, report, words = rehearse(tmp_path / "work", str(tmp_path / "faults.toml"), "mariadb/press")
    assert (code, report["verdict"]) == (0, "passed"), words
    met = {one["name"]: one for one in report["faults"]}
    assert met["source-restart"]["outcome"] == "ridden out"
    assert met["apply-error"]["outcome"] == "refused, then gone on"
    assert "loaded again: press.comments" in met["apply-error"]["observed"]
    assert (report["ledger"]["lost"], report["ledger"]["duplicated"]) == (0, 0)
    assert [one["run"] for one in report["handovers"]] == ["cutover-1", "rollback-2", "cutover-3"]


def test_a_misspelt_fault_ends_it_before_a_server_is_filled(tmp_path: Path) -> None:
    code, error, _ = rehearse(tmp_path / "work", "disk-full,aply-error")
    assert code == 2
    assert error["code"] == "SBX-004"
    assert "apply-error" in error["hint"]
