"""A MySQL migration on DMS Serverless: loaded, followed, stopped and resumed while the application writes, let go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.scenarios.doors import mysql_connection
from tests.scenarios.test_serverless import SERVERLESS, instances, replication
from tests.scenarios.theatre import Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("mysql-serverless")]


@pytest.fixture(scope="module")
def serverless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    for staged in stage(tmp_path_factory.mktemp("mysql-serverless"), sample="mysql/shop", scale=0.01):
        with (staged.home / "migration.toml").open("a") as file:
            file.write(SERVERLESS)
        yield staged


def orders(staged: Staged, side: str) -> int:
    with mysql_connection(staged.login(side)) as database, database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shop.orders")
        ((found,),) = cursor.fetchall()
        return int(found)


def statistics(staged: Staged) -> list[dict[str, Any]]:
    arn = replication(staged)["ReplicationConfigArn"]
    found = staged.boto("dms").describe_replication_table_statistics(ReplicationConfigArn=arn)
    return list(found["ReplicationTableStatistics"])


def test_it_is_loaded_and_followed(serverless: Staged) -> None:
    serverless.must("assess")
    serverless.must("provision", "apply")
    with serverless.application(rate=15.0) as application:
        serverless.must("replicate", "start")
        assert replication(serverless)["Status"] == "running"
        assert instances(serverless) == []
        assert {one["TableState"] for one in statistics(serverless)} == {"Table completed"}
        application.write(30)
        serverless.must("validate")
    assert sum(one["AppliedInserts"] for one in statistics(serverless)) > 0


def test_what_was_written_while_it_stood_comes_when_it_is_resumed(serverless: Staged) -> None:
    with serverless.application(rate=15.0) as application:
        [stopped] = serverless.must("replicate", "stop", "--format", "json").json
        assert stopped["status"] == "stopped"
        before = orders(serverless, "target")
        application.write(60)
        assert orders(serverless, "target") == before < orders(serverless, "source")
        refused = serverless.run("validate")
        assert refused.code == 3
        assert "is stopped" in refused.out
        [resumed] = serverless.must("replicate", "resume", "--format", "json").json
        assert resumed["status"] == "running"
        serverless.must("validate")
    assert orders(serverless, "target") > before


def test_it_is_let_go_and_nothing_is_left_of_it(serverless: Staged) -> None:
    rows = orders(serverless, "source")
    serverless.must("replicate", "destroy", "--confirm", serverless.sample.name)
    dms = serverless.boto("dms")
    assert dms.describe_replications()["Replications"] == []
    assert dms.describe_replication_configs()["ReplicationConfigs"] == []
    assert dms.describe_endpoints()["Endpoints"] == []
    assert instances(serverless) == []
    assert orders(serverless, "source") == rows
    judged = serverless.judge("source")
    assert (judged["lost"], judged["duplicated"], judged["contradictions"]) == (0, 0, [])
