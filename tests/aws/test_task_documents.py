"""Mappings and settings of a task: exact names only, and nothing that loses rows quietly."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest

from checks.facts import TableName
from migrate.aws.mappings import selected, table_mappings
from migrate.aws.settings import differing, task_settings
from migrate.aws.stack_events import fresh
from migrate.aws.task_changes import differences
from migrate.model.cluster import StackEvent
from migrate.model.json import Json
from migrate.model.replication import Direction, MigrationType, TaskSpec
from migrate.model.table_mappings import table_rules
from migrate.model.task_reasons import FIXED
from migrate.model.task_settings import KNOWN, complaint, differing_settings
from migrate.model.tuning import ALL_PARTITIONS, TableTuning, Tuning
from migrate.sandbox.dms.mappings import parse
from migrate.sandbox.dms.worker.errors import RecoverableError, TaskFailedError
from migrate.sandbox.dms.worker.retrying import Retries
from migrate.sandbox.dms.worker.spec import Settings

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
    """`explicit` takes no `%`: such a name is included by a pattern that fits it alone."""
    rules = table_mappings(SPEC)["rules"]
    assert [rule["rule-id"] for rule in rules] == ["1", "2", "3"]
    assert selected(table_mappings(SPEC)) == {
        ("explicit", "app", "a_b"),
        ("include", "App", 'odd "[%]"'),
        ("explicit", "aurora_migrate", "marker_forward_main"),
    }


def test_the_stand_in_reads_these_mappings_as_they_are_meant() -> None:
    odd = replace(SPEC, tables=tuple(TableName("a_p", name) for name in ("a_b", "100%_[x]", "%")))
    asked = parse(json.dumps(table_mappings(odd)))
    others = [("a_p", "axb"), ("aXp", "a_b"), ("a_p", "100 percent_x"), ("a_p", "anything")]
    taken = asked.select([*((one.schema, one.name) for one in odd.tables), *others])
    assert {(one.schema, one.table) for one in taken} == {(one.schema, one.name) for one in odd.tables}


def test_splits_and_lob_modes_are_rules_of_their_own() -> None:
    ranges = TableTuning(table=SPEC.tables[0], columns=("id",), boundaries=(("10",), ("20",)))
    large = TableTuning(table=TableName("app", "docs"), lob_mode="unlimited")
    elsewhere = TableTuning(table=TableName("app", "others"), partitions=ALL_PARTITIONS)
    tuning = Tuning(tables=(ranges, large, elsewhere))
    loading = replace(SPEC, tables=(*SPEC.tables, large.table), tuning=tuning)
    assert table_rules(table_mappings(loading)) == [
        {
            "rule-type": "table-settings",
            "object-locator": {"schema-name": "app", "table-name": "a_b"},
            "parallel-load": {"type": "ranges", "columns": ["id"], "boundaries": [["10"], ["20"]]},
        },
        {
            "rule-type": "table-settings",
            "object-locator": {"schema-name": "app", "table-name": "docs"},
            "lob-settings": {"mode": "unlimited"},
        },
    ]
    following = table_rules(table_mappings(replace(loading, type=MigrationType.CDC)))
    assert [rule["object-locator"]["table-name"] for rule in following] == ["docs"]
    parse(json.dumps(table_mappings(loading)))


def test_what_is_shown_as_differing_is_what_is_sent() -> None:
    spec = replace(SPEC, tuning=Tuning(lob_max_kb=63, overrides={"ChangeProcessingTuning.CommitTimeout": 5}))
    sent, shown = task_settings(spec), {one.path: one for one in differing_settings(spec)}
    for section, keys in sent.items():
        for key, value in keys.items():
            path = f"{section}.{key}"
            assert (path in shown) == (value != KNOWN[path])
            assert path not in shown or (shown[path].value == value and shown[path].reason)
    assert sent["TargetMetadata"]["LobMaxSize"] == 63
    assert shown["ChangeProcessingTuning.CommitTimeout"].reason.startswith("yours")


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"ChangeProcessingTuning.CommitTimout": 5}, "nearest is ChangeProcessingTuning.CommitTimeout"),
        ({"ChangeProcessingTuning.CommitTimeout": "5"}, "takes a whole number"),
        ({"ChangeProcessingTuning.CommitTimeout": True}, "takes a whole number"),
        ({"TargetMetadata.BatchApplyEnabled": True}, "commit order"),
        ({"ErrorBehavior.DataErrorPolicy": "LOG_ERROR"}, "'SUSPEND_TABLE', 'STOP_TASK'"),
        ({"FullLoadSettings.TargetTablePrepMode": "DROP_AND_CREATE"}, "is refused"),
        ({"FullLoadSettings.CommitRate": 60_000}, "at most 50000"),
        ({"TargetMetadata.LobMaxSize": 64}, "lob_max_kb"),
        ({"ControlTablesSettings.SuspendedTablesTableEnabled": False}, "which tables DMS gave up"),
    ],
)
def test_unknown_and_dangerous_settings_are_refused(overrides: dict[str, Json], says: str) -> None:
    assert says in str(complaint(overrides))


def test_the_toolkits_own_choices_pass_its_own_guards() -> None:
    fixed: dict[str, Json] = {one.path: one.value for one in FIXED if one.path != "ErrorBehavior.RecoverableErrorCount"}
    assert complaint(fixed) is None
    assert complaint({"ChangeProcessingTuning.CommitTimeout": 5, "ErrorBehavior.DataErrorPolicy": "STOP_TASK"}) is None


def test_a_server_may_be_away_for_half_an_hour_and_is_found_again_within_a_minute() -> None:
    """By the stand-in's reading of RecoverableError*; one that stays away is given up, and seen."""
    retries = Retries(Settings(task_settings(SPEC)))
    pauses: list[float] = []
    with suppress(TaskFailedError):
        for _ in range(1000):
            pauses.append(retries.seconds(RecoverableError("the server is away")))
    assert len(pauses) < 1000
    assert sum(pauses) >= 30 * 60
    assert max(pauses) <= 60


def test_a_serverless_replication_differs_in_capacity_and_never_becomes_a_task_of_an_instance() -> None:
    documents = {"TableMappings": json.dumps(table_mappings(SPEC)), "ReplicationTaskSettings": "{}"}
    asked = {"MaxCapacityUnits": 16, "MultiAZ": False, "ReplicationSubnetGroupId": "g"}
    wanted = {**documents, "ComputeConfig": asked}
    stands = {"MinCapacityUnits": 1, "MaxCapacityUnits": 8, "ReplicationSubnetGroupId": "g"}
    assert differences(wanted, {**documents, "ComputeConfig": stands}) == ["ComputeConfig.MaxCapacityUnits"]
    wanted["ComputeConfig"] = {**asked, "MinCapacityUnits": 2, "MaxCapacityUnits": 8, "MultiAZ": True}
    told = differences(wanted, {**documents, "ComputeConfig": stands})
    assert told == ["ComputeConfig.MinCapacityUnits", "ComputeConfig.MultiAZ"]
    assert differences(wanted, documents) == ["ComputeConfig"]


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
