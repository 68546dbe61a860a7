"""A replication is set up by a command that is killed within each of its steps, while the application writes.

Whatever was killed is simply said again. Nothing may be missing afterwards: no row, no index, no right.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.complaint import told_people
from tests.scenarios.theatre import Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("postgres/ledger", marks=pytest.mark.xdist_group("set-up-killed-postgres")),
        pytest.param("mysql/shop", marks=pytest.mark.xdist_group("set-up-killed-mysql")),
    ],
)
def provisioned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    for staged in stage(tmp_path_factory.mktemp("set-up-killed"), sample=request.param, scale=0.01):
        staged.must("assess")
        staged.must("provision", "apply")
        yield staged


def test_it_is_gone_on_with_wherever_it_was_killed(provisioned: Staged) -> None:
    steps = [step["id"] for step in provisioned.must("replicate", "start", "--dry-run", "--format", "json").json]
    with provisioned.application(rate=20.0) as application:
        application.write(20)
        for step in steps:
            provisioned.kill_after(provisioned.start("replicate", "start"), step, "intent")
        provisioned.must("replicate", "start")
        application.write(20)
        alike = provisioned.must("replicate", "schema", "--format", "json").json
        assert [each for each in alike["differences"] if not each["expected"]] == []
        assert provisioned.must("validate", "--format", "json").json["summary"]["verdict"] == "match"
    assert provisioned.must("replicate", "status", "--format", "json").json["summary"]["blocker"] == 0
    complaint = told_people(provisioned, provisioned.run("replicate", "start"))
    assert (complaint.exit, complaint.code) == (3, "REP-002"), "nothing is left to do"
