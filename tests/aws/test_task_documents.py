"""Mappings and settings of a task: exact names only, and nothing that loses rows quietly."""

from __future__ import annotations

import pytest

from checks.facts import TableName
from migrate.aws.mappings import selected, table_mappings
from migrate.aws.settings import differing, task_settings
from migrate.aws.stack_events import fresh
from migrate.model.cluster import StackEvent
from migrate.model.replication import Direction, MigrationType, TaskSpec

SPEC = TaskSpec(
    identifier="m-main-forward",
    direction=Direction.FORWARD,
    type=MigrationType.FULL_LOAD_AND_CDC,
    tables=(TableName("app", "a_b"), TableName("App", 'odd "%"')),
    marker_table=TableName("aurora_migrate", "marker_forward_main"),
    source_endpoint="s",
    target_endpoint="t",
    stop_after_full_load=True,
)


def test_every_table_and_the_marker_by_exact_name() -> None:
    rules = table_mappings(SPEC)["rules"]
    assert {rule["rule-action"] for rule in rules} == {"explicit"}
    assert [rule["rule-id"] for rule in rules] == ["1", "2", "3"]
    assert selected(table_mappings(SPEC)) == {
        ("explicit", "app", "a_b"),
        ("explicit", "App", 'odd "%"'),
        ("explicit", "aurora_migrate", "marker_forward_main"),
    }


def test_a_probe_maps_the_marker_once() -> None:
    probe = TaskSpec(
        identifier="probe",
        direction=Direction.REVERSE,
        type=MigrationType.CDC,
        tables=(SPEC.marker_table,),
        marker_table=SPEC.marker_table,
        source_endpoint="s",
        target_endpoint="t",
    )
    assert len(table_mappings(probe)["rules"]) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("FullLoadSettings.TargetTablePrepMode", "DO_NOTHING"),
        ("FullLoadSettings.StopTaskCachedChangesNotApplied", True),
        ("ErrorBehavior.DataErrorPolicy", "SUSPEND_TABLE"),
        ("ErrorBehavior.DataTruncationErrorPolicy", "SUSPEND_TABLE"),
        ("ErrorBehavior.FailOnNoTablesCaptured", True),
        ("TargetMetadata.TaskRecoveryTableEnabled", True),
        ("TargetMetadata.LobMaxSize", 102400),
        ("TargetMetadata.BatchApplyEnabled", False),
        ("ControlTablesSettings.ControlSchema", "awsdms_control"),
        ("ChangeProcessingDdlHandlingPolicy.HandleSourceTableTruncated", False),
    ],
)
def test_settings_that_stop_instead_of_losing(path: str, value: object) -> None:
    section, key = path.split(".")
    assert task_settings(SPEC)[section][key] == value


def test_a_task_that_only_follows_never_stops_after_a_load() -> None:
    follow = TaskSpec(
        identifier="f",
        direction=Direction.REVERSE,
        type=MigrationType.CDC,
        tables=SPEC.tables,
        marker_table=SPEC.marker_table,
        source_endpoint="s",
        target_endpoint="t",
        stop_after_full_load=True,
    )
    assert task_settings(follow)["FullLoadSettings"]["StopTaskCachedChangesNotApplied"] is False


def test_the_service_may_add_keys_but_not_change_ours() -> None:
    sent = {"A": {"x": 1, "y": [{"Id": "Q"}]}, "B": True}
    assert differing(sent, {"A": {"x": 1, "y": [{"Id": "Q"}, {"Id": "R"}], "new": 3}, "B": True, "C": {}}) == []
    assert differing(sent, {"A": {"x": 2, "y": []}}) == ["A.x", "A.y", "B"]


def test_stack_events_are_told_once_and_oldest_first() -> None:
    seen: set[str] = set()
    events = [StackEvent(str(number), "Cluster", "CREATE_IN_PROGRESS") for number in (3, 2, 1)]
    assert [event.id for event in fresh(events[1:], seen)] == ["1", "2"]
    assert [event.id for event in fresh(events, seen)] == ["3"]
    assert fresh(events, seen) == []
