"""`rehearse -c`: the whole migration on databases that a migration.toml names, there and back, and all as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.scenarios.settings import edited
from tests.scenarios.theatre import Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("staging")]

NO_WAY_BACK = "reverse_window_hours = 0.000001\n"
SAID = '\n[rehearsal]\nenvironment = "staging"\npause_seconds = 0.5\n'


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """Databases that stand already, and settings that somebody wrote for them."""
    for staged in stage(tmp_path_factory.mktemp("staging")):
        with (staged.home / "migration.toml").open("a") as file:
            file.write(SAID)
        yield staged


def test_before_it_the_target_is_sized_and_the_plan_is_looked_at(staging: Staged) -> None:
    """What docs/provision.md and docs/replication.md show, as they show it."""
    sized = staging.must("provision", "size", "--vcpus", "8", "--cpu-percent", "70").out
    assert "instance_class = db.r7g." in sized
    assert "8 vCPU" in sized
    planned = staging.must("replicate", "plan", "--sample", "1", "--format", "json").json
    assert planned["report"] == "replication-plan"
    shown = staging.must("runbook", "show", "cutover", "-c", "migration.toml").out
    assert "GRANT CONNECT" in staging.must("runbook", "show", "abort", "-c", "migration.toml").out
    assert "freeze/prove-fenced" in shown


def test_a_rehearsal_on_own_databases_goes_over_twice_and_ends_on_the_source(staging: Staged) -> None:
    words = ("rehearse", "postgres/ledger", "-c", "migration.toml", "--rate", "150", "--sessions", "4")
    ran = staging.run(*words, "--work", "first", "--format", "json")
    assert ran.code == 0, ran.err[-3000:]
    report = ran.json
    assert (report["verdict"], report["profile"]) == ("passed", "live")
    assert report["environment"]["sample"] == "ledger (staging)"
    assert report["environment"]["endpoint"] == staging.sandbox.endpoint_url
    ledger = report["ledger"]
    assert (ledger["lost"], ledger["duplicated"]) == (0, 0)
    assert ledger["acknowledged"] > 6000
    ways = [(one["leaving"], one["arriving"]) for one in report["handovers"]]
    assert ways == [("source", "target"), ("target", "source")] * 2
    assert report["rollback"]["performed"]
    assert all(one["holds"] for one in report["invariants"])
    assert staging.status()["owner"] == "source"
    assert staging.secret()["port"] == str(staging.source.port)
    kept = "".join(file.read_text() for file in (staging.home / "first").iterdir()) + ran.out + ran.err
    for secret in (staging.source.master_password, staging.secret()["password"], staging.target()["password"]):
        assert secret not in kept


def test_the_runbook_for_people_has_their_names_and_the_rehearsal_s_times(staging: Staged) -> None:
    staging.must(
        *("runbook", "render", "--folder", "pages"), *("-c", "migration.toml", "--rehearsal", "first/rehearsal.json")
    )
    page = (staging.home / "pages/cutover.md").read_text()
    assert "Times are those of cutover-3 of the rehearsal of ledger" in page
    assert f"--secret-id {staging.secret_id}" in page
    assert "fence applications off the source (*database*, about 0." in page
    assert "MySQL:" not in page
    assert set(re.findall(r"<(\w+)>", page)) == {"n", "task"}, "what only the run or the task can say"


def test_without_a_ledger_it_says_so_and_tells_only_of_itself(staging: Staged) -> None:
    """What replicates already is not set up anew; the earlier rehearsal's handovers are not this one's."""
    ran = staging.run("rehearse", "-c", "migration.toml", "--work", "again", "--format", "json")
    assert ran.code == 0, ran.err[-3000:]
    report = ran.json
    assert report["ledger"] is None
    assert [one["run"] for one in report["handovers"]] == ["cutover-5", "rollback-6", "cutover-7", "rollback-8"]
    assert "replicate" not in {one["name"] for one in report["stages"]}
    page = " ".join((staging.home / "again/rehearsal.html").read_text().split())
    assert "Handed over 4 times, and every row was equal at the end." in page
    assert "No ledger of the application's writes was kept" in page
    assert staging.status()["owner"] == "source"
    unproven = staging.run("report", "--rehearsals", "again", "--format", "json").json["unproven"]
    assert any(one.startswith("No ledger of writes was kept") for one in unproven)
    assert not any("moved samples" in one for one in unproven)


def test_one_that_ends_on_the_target_says_so_and_is_not_begun_there_again(staging: Staged) -> None:
    """The reverse window is over before anybody can go back."""
    with edited(staging, "[limits]\n", f"[limits]\n{NO_WAY_BACK}"):
        ran = staging.run("rehearse", "-c", "migration.toml", "--work", "stuck", "--format", "json")
        assert ran.code == 3
        assert "CUT-005" in ran.json["reason"]
        assert "Take it back with: aurora-migrate rollback" in ran.json["reason"]
        again = staging.run("rehearse", "-c", "migration.toml", "--work", "again-stuck")
    assert (again.code, "REH-035" in again.err) == (3, True)
    assert not (staging.home / "again-stuck").exists()
    refused = staging.run("rollback")
    assert (refused.code, "CUT-005" in refused.err, "cutover extend" in refused.err) == (3, True, True)
    assert "the way back was proven" in staging.must("cutover", "extend", "--hours", "1", "--by", "ann").out
    staging.must("rollback")
    assert staging.status()["owner"] == "source"
