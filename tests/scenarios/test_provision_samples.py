"""Each sample migration's cluster from its plan to its end by the command line, every command killed at every point.

A point is an entry of the journal or a state of the stack. Whatever was killed is simply said again.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.scenarios.theatre import Staged, stage

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("provision-samples"),
]
SAMPLES = ("postgres/ledger", "mysql/shop", "mariadb/press")
Point = Callable[[list[tuple[str, str]]], bool]
"""Asked of what a process wrote into the journal so far."""


@pytest.fixture(scope="module", params=SAMPLES)
def staged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    folder = tmp_path_factory.mktemp("provision")
    yield from stage(folder, sample=request.param, scale=0.001)


class Team:
    def __init__(self, staged: Staged) -> None:
        self.staged = staged
        self.stack = f"{staged.sample.name}-aurora"
        self.settings = staged.home / "migration.toml"

    def settles_on(self, **changes: object) -> None:
        """Write these keys of [target], whether they were there or not."""
        before, start, target = self.settings.read_text().partition("[target]\n")
        for key, value in changes.items():
            target = f"{key} = {value}\n" + re.sub(rf"^{key} = .*\n", "", target, count=1, flags=re.M)
        self.settings.write_text(f"{before}{start}{target}")

    def asks(self, *arguments: str, code: int = 0) -> Any:
        ran = self.staged.run("provision", *arguments, "--format", "json")
        assert ran.code == code, f"{arguments}: {ran.code}\n{ran.out}\n{ran.err}"
        return ran.json

    def cluster(self) -> dict[str, Any]:
        [found] = self.staged.boto("rds").describe_db_clusters(DBClusterIdentifier=self.stack)["DBClusters"]
        return dict(found)

    def state(self) -> str:
        try:
            rows = self.staged.boto("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        except ClientError:
            return "none"
        return str(rows[0]["StackStatus"])

    def written(self, kind: str, step: str = "") -> Point:
        return lambda entries: (kind, step) in entries

    def stands(self, *states: str) -> Point:
        return lambda _: self.state() in states

    def entries(self, process: subprocess.Popen[str] | None = None) -> list[tuple[str, str]]:
        """Kind and step of what the journal holds, or of what it got since `process` was started."""
        rows = self.staged.written(process) if process else self.staged.journal()
        return [(kind, step or "") for _, kind, step in rows]

    def killed_at(self, points: Sequence[Point], *command: str) -> None:
        """Say `command` once for every point and kill it there; the last time it is left alone."""
        for point in points:
            process = self.staged.start("provision", *command)
            self.staged.kill_when(process, partial(self._reached, point, process))
        self.staged.must("provision", *command)

    def _reached(self, point: Point, process: subprocess.Popen[str]) -> bool:
        return point(self.entries(process))


@pytest.fixture
def team(staged: Staged) -> Team:
    return Team(staged)


def journal_points(team: Team, *steps: str) -> list[Point]:
    at_steps = [team.written(kind, step) for step in steps for kind in ("intent", "done")]
    return [team.written("planned"), *at_steps, team.written("outcome")]


def test_from_the_first_plan_to_the_last_snapshot(team: Team) -> None:
    staged = team.staged
    planned = team.asks("plan")
    assert planned["kind"] == "CREATE"
    assert {one["action"] for one in planned["changes"]} == {"Add"}

    made = journal_points(team, "stack/apply", "stack/verify")
    made.insert(2, team.stands("CREATE_IN_PROGRESS", "CREATE_COMPLETE"))
    team.killed_at(made, "apply")
    assert (team.cluster()["Status"], team.cluster()["DeletionProtection"]) == ("available", True)
    assert team.asks("plan")["changes"] == [], "nothing to do"
    status = team.asks("status")
    assert status["healthy"]
    assert {one["state"] for one in status["checks"]} == {"ok"}, status["checks"]

    team.settles_on(database='"another"')
    refused = team.asks("apply", code=3)
    assert refused["code"] == "PRV-010"
    assert "Cluster (AWS::RDS::DBCluster: replaced)" in refused["message"]
    assert "--replace Cluster" in refused["hint"]
    team.settles_on(database=f'"{staged.sample.database}"', backup_retention_days=30, readers=2)
    changed = {one["id"]: one for one in team.asks("plan")["changes"]}
    assert changed["Cluster"]["why"] == ["BackupRetentionPeriod 14 → 30"]
    assert changed["Reader2"]["action"] == "Add"
    updated = journal_points(team, "stack/apply", "stack/verify")
    updated.insert(2, team.stands("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"))
    team.killed_at(updated, "apply")
    assert (team.cluster()["BackupRetentionPeriod"], len(team.cluster()["DBClusterMembers"])) == (30, 3)

    assert team.asks("drift")["healthy"]
    staged.boto("rds").modify_db_cluster(DBClusterIdentifier=team.stack, BackupRetentionPeriod=3)
    drifted = [one for one in team.asks("drift", code=3)["checks"] if one["state"] == "problem"]
    assert [(one["what"], one["found"]) for one in drifted] == [
        ("Cluster (AWS::RDS::DBCluster)", "/BackupRetentionPeriod 30 → 3")
    ]

    ended = journal_points(team, "stack/delete")
    ended[2:2] = [team.stands("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "DELETE_IN_PROGRESS", "none")]
    ended[3:3] = [team.stands("DELETE_IN_PROGRESS", "none")]
    destroy = ("destroy", "--confirm", team.stack, "--lift-protection")
    team.killed_at(ended, *destroy)
    assert team.state() == "none"
    assert len(team.asks(*destroy)["snapshots"]) == 1, "one cluster left one snapshot, however often it was killed"
    assert staged.boto("rds").describe_db_clusters()["DBClusters"] == []
    every_step = {step for _, step in team.entries() if step}
    assert every_step == {"stack/apply", "stack/verify", "stack/delete"}, "a new step wants its points"
