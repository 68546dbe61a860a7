"""ReplicationTaskSettings: completed, never echoed; nonsense refused."""

from __future__ import annotations

import json

import pytest

from migrate.sandbox.dms.faults import DmsFault
from migrate.sandbox.dms.task_settings import changed, complete, only_log_severities


def test_defaults_are_filled_in_and_sent_keys_kept():
    document = complete(
        json.dumps({"FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING", "MaxFullLoadSubTasks": 4}}), "cdc"
    )
    full_load = document["FullLoadSettings"]
    assert (full_load["TargetTablePrepMode"], full_load["MaxFullLoadSubTasks"]) == ("DO_NOTHING", 4)
    assert (full_load["CommitRate"], full_load["FullLoadEnabled"], full_load["ApplyChangesEnabled"]) == (
        10000,
        False,
        True,
    )
    assert document["ErrorBehavior"]["ApplyErrorDeletePolicy"] == "IGNORE_RECORD"
    assert document["TargetMetadata"]["LobMaxSize"] == 32


def test_what_the_service_returned_can_be_sent_back():
    document = complete(None, "full-load-and-cdc")
    assert complete(json.dumps(document), "full-load-and-cdc") == document


def test_the_defaults_of_one_task_are_not_those_of_another():
    first = complete(None, "cdc")
    first["ErrorBehavior"]["DataErrorPolicy"] = "STOP_TASK"
    assert complete(None, "cdc")["ErrorBehavior"]["DataErrorPolicy"] == "LOG_ERROR"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{not json", "not valid JSON"),
        ("[]", "JSON object"),
        ('{"FullLoadSetings": {}}', "FullLoadSetings"),
        ('{"FullLoadSettings": 3}', "must be an object"),
        ('{"TargetMetadata": {"LobMaxSize": "MEASURED_KB"}}', "TargetMetadata.LobMaxSize"),
        ('{"TargetMetadata": {"FullLobMode": 1}}', "TargetMetadata.FullLobMode"),
        ('{"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE"}}', "TRUNCATE_BEFORE_LOAD"),
        ('{"FullLoadSettings": {"MaxFullLoadSubTasks": 50}}', "at most 49"),
        ('{"FullLoadSettings": {"CommitRate": 50001}}', "at most 50000"),
        ('{"ErrorBehavior": {"ApplyErrorDeletePolicy": "INSERT_RECORD"}}', "ApplyErrorDeletePolicy"),
        ('{"ValidationSettings": {"ValidationOnly": true}}', "DO_NOTHING"),
        ('{"Logging": {"CloudWatchLogGroup": "mine"}}', "cannot be set on create"),
        (
            '{"TargetMetadata": {"BatchApplyEnabled": true},'
            ' "LoopbackPreventionSettings": {"EnableLoopbackPrevention": true}}',
            "BatchApplyEnabled false",
        ),
        (
            '{"LoopbackPreventionSettings": {"EnableLoopbackPrevention": true, "SourceSchema": "app"}}',
            "EnableLoopbackPrevention needs TargetSchema",
        ),
    ],
)
def test_nonsense_is_refused(text, words):
    with pytest.raises(DmsFault) as raised:
        complete(text, "full-load-and-cdc")
    assert raised.value.code == "InvalidParameterValueException"
    assert words in raised.value.message


def test_a_change_keeps_what_it_does_not_name():
    before = complete('{"FullLoadSettings": {"CommitRate": 77}}', "full-load")
    after = changed(before, '{"FullLoadSettings": {"MaxFullLoadSubTasks": 2}}', "full-load")
    assert (after["FullLoadSettings"]["CommitRate"], after["FullLoadSettings"]["MaxFullLoadSubTasks"]) == (77, 2)
    assert before["FullLoadSettings"]["MaxFullLoadSubTasks"] == 8


def test_validation_only_stays():
    only = '{"ValidationSettings": {"ValidationOnly": true}, "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"}}'
    before = complete(only, "cdc")
    with pytest.raises(DmsFault, match="ValidationOnly"):
        changed(before, '{"ValidationSettings": {"ValidationOnly": false}}', "cdc")


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ('{"Logging": {"EnableLogging": true}}', True),
        ('{"Logging": {"EnableLogging": true}, "FullLoadSettings": {"CommitRate": 10000}}', True),
        ('{"Logging": {"EnableLogging": true}, "FullLoadSettings": {"CommitRate": 9}}', False),
    ],
)
def test_log_severities_alone_are_recognised(text, alone):
    assert only_log_severities(complete(None, "cdc"), text) is alone
