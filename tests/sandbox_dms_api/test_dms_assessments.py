"""Premigration assessments answer what the real servers say (knowledge: dms.md §17), asked through plain boto3."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from migrate.sandbox.profile import INSTANT
from tests.sandbox_dms_api.clockwork import STEPS

pytestmark = pytest.mark.server
PLACE = {
    "ServiceAccessRoleArn": "arn:aws:iam::123456789012:role/dms-access-for-tasks",
    "ResultLocationBucket": "bucket",
}
FULL_LOB = json.dumps({"TargetMetadata": {"FullLobMode": True, "LimitedSizeLobMode": False}})
POSTGRES = """
CREATE SCHEMA app;
CREATE TABLE app.customer (id int PRIMARY KEY, note text NOT NULL);
CREATE TABLE app.order_line (id int PRIMARY KEY, customer int REFERENCES app.customer);
CREATE TABLE app.log (message text, at timestamptz);
CREATE INDEX ON app.customer (note);
"""
MYSQL = (
    "CREATE TABLE customer (id int PRIMARY KEY AUTO_INCREMENT, note longtext NOT NULL)",
    "CREATE TABLE log (message longtext)",
)


class Bench:
    """A task between two real databases, assessed through a boto3 client."""

    def __init__(self, world, client, names, **changes):
        self.call, self.client = world.call, client
        ends = [world.endpoint(side, f"{side}-db", **name) for side, name in zip(SIDES, names, strict=True)]
        world.call.wait(world._settled)
        self.task = world.task(SourceEndpointArn=ends[0], TargetEndpointArn=ends[1], **changes)

    def start(self, name="first", **more):
        said = {"ReplicationTaskArn": self.task, "AssessmentRunName": name, **PLACE, **more}
        return self.client.start_replication_task_assessment_run(**said)["ReplicationTaskAssessmentRun"]

    def runs(self):
        return self.client.describe_replication_task_assessment_runs()["ReplicationTaskAssessmentRuns"]

    def run(self, arn):
        named = [{"Name": "replication-task-assessment-run-arn", "Values": [arn]}]
        answer = self.client.describe_replication_task_assessment_runs(Filters=named)
        return answer["ReplicationTaskAssessmentRuns"][0]

    def ended(self, arn):
        return self.call.wait(
            lambda: (one := self.run(arn))["Status"] not in ("starting", "provisioning", "running") and one
        )

    def individuals(self, arn):
        named = [{"Name": "replication-task-assessment-run-arn", "Values": [arn]}]
        answer = self.client.describe_replication_task_individual_assessments(Filters=named)
        return {
            one["IndividualAssessmentName"]: one["Status"] for one in answer["ReplicationTaskIndividualAssessments"]
        }

    def refused(self, act, **said):
        with pytest.raises(ClientError) as caught:
            act(**said)
        return caught.value.response["Error"]["Code"]


SIDES = ("source", "target")


@pytest.fixture
def postgres(dms_service, dms_client, dms_world, postgres_server, fresh_database):
    """`postgres(**task)`: two databases with one schema on one server."""
    names = [fresh_database(postgres_server) for _ in range(2)]
    user = postgres_server.master_user
    for name in names:
        with postgres_server.connect(name) as database:
            database.execute(POSTGRES)
            database.execute(f"GRANT USAGE ON SCHEMA app TO {user}; GRANT ALL ON ALL TABLES IN SCHEMA app TO {user}")

    def make(*, profile=INSTANT, **changes):
        call = dms_service(profile=profile)
        return Bench(dms_world(call), dms_client(call), [{"DatabaseName": name} for name in names], **changes)

    return make


def test_it_says_what_is_wrong_with_real_tables(postgres):
    bench = postgres(ReplicationTaskSettings=FULL_LOB)
    known = bench.client.describe_applicable_individual_assessments(ReplicationTaskArn=bench.task)
    run = bench.start()
    assert (run["Status"], run["AssessmentProgress"]["IndividualAssessmentCompletedCount"]) == ("starting", 0)
    ended = bench.ended(run["ReplicationTaskAssessmentRunArn"])
    found = bench.individuals(run["ReplicationTaskAssessmentRunArn"])
    assert ended["Status"] == "failed"
    assert set(found) == set(known["IndividualAssessmentNames"])
    assert {name for name, status in found.items() if status == "failed"} == {
        "table-with-lob-but-without-primary-key-or-unique-constraint",
        "full-lob-not-nullable-at-target",
        "postgres-check-target-foreign-keys",
        "postgres-check-ddl-event-trigger",
    }
    assert {name for name, status in found.items() if status == "warning"} >= {
        "table-with-no-primary-key-or-unique-constraint",
        "postgres-check-target-secondary-indexes",
    }
    assert found["postgres-check-wal-level"] == "passed", "the sandbox's servers are set up for capture"
    statistic = ended["ResultStatistic"]
    assert statistic["Failed"] == 4
    assert sum(statistic.values()) == len(found) == ended["AssessmentProgress"]["IndividualAssessmentCompletedCount"]
    assert bench.call.task(bench.task)["Status"] == "ready"


def test_the_same_task_passes_once_it_is_mended(postgres):
    """A bypass on the target, no capture of DDL, limited LOBs, the keyless table left out."""
    mappings = {
        "rule-type": "selection",
        "rule-action": "explicit",
        "object-locator": {"schema-name": "app", "table-name": "customer"},
        "rule-id": "1",
        "rule-name": "1",
    }
    bench = postgres(TableMappings=json.dumps({"rules": [mappings]}))
    for end in bench.client.describe_endpoints()["Endpoints"]:
        settings = {"CaptureDdls": False, "AfterConnectScript": "SET session_replication_role='replica'"}
        bench.client.modify_endpoint(EndpointArn=end["EndpointArn"], PostgreSQLSettings=settings)
    bench.call.wait(lambda: all(one["Status"] == "active" for one in bench.client.describe_endpoints()["Endpoints"]))
    arn = bench.start(Exclude=["postgres-check-target-secondary-indexes"])["ReplicationTaskAssessmentRunArn"]
    ended = bench.ended(arn)
    assert ended["Status"] == "passed", bench.individuals(arn)
    assert "LastFailureMessage" not in ended


def test_a_run_is_chosen_cancelled_and_deleted(postgres, clockwork):
    bench = postgres(profile=STEPS)
    only = ["postgres-check-wal-level"]
    delete = bench.client.delete_replication_task_assessment_run
    cancel = bench.client.cancel_replication_task_assessment_run
    with clockwork.held():
        run = bench.start(IncludeOnly=only)
        arn = run["ReplicationTaskAssessmentRunArn"]
        assert bench.call.task(bench.task)["Status"] == "testing"
        start = bench.client.start_replication_task
        refused = bench.refused(start, ReplicationTaskArn=bench.task, StartReplicationTaskType="start-replication")
        assert refused == "InvalidResourceStateFault"
        assert bench.refused(bench.start, name="second") == "InvalidResourceStateFault"
        assert bench.refused(delete, ReplicationTaskAssessmentRunArn=arn) == "InvalidResourceStateFault"
        assert cancel(ReplicationTaskAssessmentRunArn=arn)["ReplicationTaskAssessmentRun"]["Status"] == "cancelling"
    assert bench.individuals(arn) == {"postgres-check-wal-level": "cancelled"}
    assert bench.call.task(bench.task)["Status"] == "ready"
    assert bench.refused(cancel, ReplicationTaskAssessmentRunArn=arn) == "InvalidResourceStateFault"

    assert bench.refused(bench.start) == "ResourceAlreadyExistsFault", "the name of a run is its own"
    assert (
        bench.refused(bench.start, name="b", IncludeOnly=only, Exclude=only) == "InvalidParameterCombinationException"
    )
    assert bench.refused(bench.start, name="b", IncludeOnly=["no-such"]) == "InvalidParameterValueException"
    second = bench.ended(bench.start("b", IncludeOnly=only)["ReplicationTaskAssessmentRunArn"])
    assert (second["Status"], second["IsLatestTaskAssessmentRun"]) == ("passed", True)
    assert bench.run(arn)["IsLatestTaskAssessmentRun"] is False
    delete(ReplicationTaskAssessmentRunArn=arn)
    bench.call.wait(lambda: arn not in {one["ReplicationTaskAssessmentRunArn"] for one in bench.runs()})
    assert bench.refused(delete, ReplicationTaskAssessmentRunArn=arn) == "ResourceNotFoundFault"


def test_a_server_that_lets_nobody_in_is_an_error_not_a_verdict(postgres):
    bench = postgres()
    [source] = [
        one for one in bench.client.describe_endpoints()["Endpoints"] if one["EndpointIdentifier"] == "source-db"
    ]
    bench.client.modify_endpoint(EndpointArn=source["EndpointArn"], Password="wrong canary")
    bench.call.wait(lambda: all(one["Status"] == "active" for one in bench.client.describe_endpoints()["Endpoints"]))
    ended = bench.ended(bench.start()["ReplicationTaskAssessmentRunArn"])
    assert ended["Status"] == "error-executing"
    assert "authentication failed" in ended["LastFailureMessage"]
    assert "canary" not in ended["LastFailureMessage"]
    assert ended["ResultStatistic"]["Error"] == ended["AssessmentProgress"]["IndividualAssessmentCount"]


def test_mysql_is_asked_its_own_questions(dms_service, dms_client, mysql_world, mysql_server, fresh_mysql_database):
    name = fresh_mysql_database(mysql_server)
    with mysql_server.connect(name) as database, database.cursor() as cursor:
        for statement in MYSQL:
            cursor.execute(statement)
    rule = {
        "rule-type": "selection",
        "rule-action": "include",
        "object-locator": {"schema-name": name, "table-name": "%"},
        "rule-id": "1",
        "rule-name": "1",
    }
    call = dms_service()
    bench = Bench(mysql_world(call), dms_client(call), [{}, {}], TableMappings=json.dumps({"rules": [rule]}))
    arn = bench.start()["ReplicationTaskAssessmentRunArn"]
    assert bench.ended(arn)["Status"] == "failed"
    found = bench.individuals(arn)
    assert [name for name, status in found.items() if status == "failed"] == [
        "table-with-lob-but-without-primary-key-or-unique-constraint"
    ]
    assert found["mysql-check-binlog-format"] == "passed"
    assert found["mysql-check-auto-increment"] == "warning"
    assert not any(name.startswith("postgres") for name in found)
    with mysql_server.connect(name) as database, database.cursor() as cursor:
        cursor.execute("DROP TABLE log")
    assert bench.ended(bench.start("again")["ReplicationTaskAssessmentRunArn"])["Status"] == "warning"
