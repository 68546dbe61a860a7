"""Settings and mappings of every sample are taken by AWS's own model of the call and by the stand-in's parser."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator

from checks.ddl.read import read_file
from checks.facts import Catalog, TableName
from checks.route import Engine
from migrate.aws.settings import differing
from migrate.model.database import Position
from migrate.model.family import FAMILY_OF
from migrate.model.replication import Direction, MigrationType, TaskSpec
from migrate.model.table_mappings import table_mappings
from migrate.model.task_settings import task_settings
from migrate.model.tuning import ALL_PARTITIONS, TableTuning, Tuning
from migrate.operations.selection import chosen
from migrate.sandbox.dms.mappings import parse
from migrate.sandbox.dms.task_settings import complete
from migrate.settings import TaskSection
from migrate.stages.replicate.planning.asked import Asked, AskedTask
from migrate.stages.replicate.planning.plan import plan

SAMPLES = Path(__file__).resolve().parents[2] / "sample_schemas"
ENGINES = {"postgres/ledger": Engine.POSTGRES, "mysql/shop": Engine.MYSQL, "mariadb/press": Engine.MARIADB}


def _asked(name: str, tuning: Tuning | None = None) -> Asked:
    engine, schema = ENGINES[name], name.partition("/")[2]
    catalog: Catalog = read_file(SAMPLES / name / "schema.sql", engine, schema=schema)
    everything = AskedTask(
        name="main",
        identifier=f"{schema}-main-forward-0",
        tables=chosen(catalog, TaskSection(name="main")),
        marker_table=TableName("aurora_migrate", "marker_forward_main"),
        tuning=tuning or Tuning(),
        full_load_subtasks=8,
    )
    return Asked(family=FAMILY_OF[engine], catalog=catalog, tasks=(everything,))


def _request(task: Any, kind: MigrationType = MigrationType.FULL_LOAD_AND_CDC) -> dict[str, str]:
    arn = "arn:aws:dms:eu-central-1:123456789012"
    return {
        "ReplicationTaskIdentifier": task.identifier,
        "SourceEndpointArn": f"{arn}:endpoint:S",
        "TargetEndpointArn": f"{arn}:endpoint:T",
        "ReplicationInstanceArn": f"{arn}:rep:I",
        "MigrationType": kind.value,
        "TableMappings": json.dumps(task.mappings),
        "ReplicationTaskSettings": json.dumps(task.settings),
    }


@pytest.mark.parametrize("name", ENGINES)
def test_the_documents_of_a_sample_are_taken(name: str) -> None:
    asked = _asked(name)
    made = plan(asked)
    assert made.refusals == ()
    (task,) = made.tasks
    model = Session().get_service_model("dms").operation_model("CreateReplicationTask").input_shape
    report = ParamValidator().validate(_request(task), model)
    assert not report.has_errors(), report.generate_report()
    stored = complete(json.dumps(task.settings), "full-load-and-cdc")
    assert all(stored[section][key] == value for section, keys in task.settings.items() for key, value in keys.items())
    there = [(one.name.schema, one.name.name) for one in asked.catalog.tables if one.holds_rows]
    taken = {(one.schema, one.table) for one in parse(json.dumps(task.mappings)).select(there)}
    assert taken == {(one.table.schema, one.table.name) for one in task.tables}


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("name", ENGINES)
def test_so_are_those_of_tasks_that_follow_from_a_position(name: str, direction: Direction) -> None:
    """The way back, the task that probes it, and the forward task after a rollback: none of them loads anything."""
    asked = _asked(name)
    marker = TableName("aurora_migrate", f"marker_{direction.value}_main")
    wanted = TaskSpec(
        identifier=f"x-main-{direction.value}-1",
        direction=direction,
        type=MigrationType.CDC,
        tables=asked.tasks[0].tables,
        marker_table=marker,
        source_endpoint="from",
        target_endpoint="to",
        start_position=Position("a position"),
    )
    made = SimpleNamespace(
        identifier=wanted.identifier, mappings=table_mappings(wanted), settings=task_settings(wanted)
    )
    model = Session().get_service_model("dms").operation_model("CreateReplicationTask").input_shape
    report = ParamValidator().validate(_request(made, wanted.type), model)
    assert not report.has_errors(), report.generate_report()
    stored = complete(json.dumps(made.settings), "cdc")
    assert differing(made.settings, stored) == []
    there = [(one.schema, one.name) for one in (*wanted.tables, marker, TableName("elsewhere", "other"))]
    taken = {(one.schema, one.table) for one in parse(json.dumps(made.mappings)).select(there)}
    assert taken == {*there} - {("elsewhere", "other")}


@pytest.mark.parametrize("name", ENGINES)
def test_so_are_those_of_the_proposal(name: str) -> None:
    """What the figures would have of it: each proposed task as if it had been pasted."""
    asked = _asked(name)
    for proposed in plan(asked).proposal:
        tuned = tuple(TableTuning(table=table, lob_mode="unlimited") for table in proposed.unlimited)
        tuned += tuple(TableTuning(table=table, partitions=ALL_PARTITIONS) for table in proposed.partitioned)
        one = AskedTask(
            name=proposed.name,
            identifier=f"x-{proposed.name}-forward-0",
            tables=proposed.tables,
            marker_table=TableName("aurora_migrate", f"marker_forward_{proposed.name}"),
            tuning=Tuning(tables=tuned),
            full_load_subtasks=8,
        )
        (task,) = plan(Asked(family=asked.family, catalog=asked.catalog, tasks=(one,))).tasks
        parse(json.dumps(task.mappings))
        complete(json.dumps(task.settings), "full-load-and-cdc")
