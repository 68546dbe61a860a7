"""The switch moves the application's secret once, and knows what happened when the answer is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from migrate.aws.session import AwsSession
from migrate.aws.traffic import SecretTraffic
from migrate.clock import SystemClock
from migrate.errors import AwsError, HumanMustDecide
from migrate.model.cutover import Ownership

pytestmark = pytest.mark.server
MOVE = "UpdateSecretVersionStage"
Make = Callable[[], str]


class FastClock(SystemClock):
    """Waits pass a hundred times faster."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 100)
        self.skipped += seconds


def prepared(session: AwsSession, name: str) -> SecretTraffic:
    traffic = SecretTraffic(session, name, FastClock())
    traffic.prepare("new", 5433, "appdb2", None)
    return traffic


def current(session: AwsSession, name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(session.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    return value


def test_preparing_changes_nothing_for_the_application(session: AwsSession, secret: Make) -> None:
    name = secret()
    before = current(session, name)
    traffic = prepared(session, name)
    assert current(session, name) == before
    assert traffic.owner() is Ownership.SOURCE
    versions = session.client("secretsmanager").describe_secret(SecretId=name)["VersionIdsToStages"]
    traffic.prepare("new", 5433, "appdb2", None)
    assert session.client("secretsmanager").describe_secret(SecretId=name)["VersionIdsToStages"] == versions


def test_there_and_back(session: AwsSession, secret: Make) -> None:
    name = secret()
    traffic = prepared(session, name)
    traffic.switch(Ownership.TARGET)
    assert current(session, name) == {
        "username": "app",
        "password": "CANARY-7f3",
        "host": "new",
        "port": 5433,
        "dbname": "appdb2",
        "pool": {"max": 7},
    }
    assert traffic.owner() is Ownership.TARGET
    traffic.prepare("new", 5433, "appdb2", None)
    traffic.switch(Ownership.SOURCE)
    assert (traffic.owner(), current(session, name)["host"]) == (Ownership.SOURCE, "old")
    traffic.switch(Ownership.TARGET)
    assert traffic.owner() is Ownership.TARGET


def test_a_secret_without_preparation_is_the_sources_and_cannot_be_switched(session: AwsSession, secret: Make) -> None:
    traffic = SecretTraffic(session, secret(), FastClock())
    assert traffic.owner() is Ownership.SOURCE
    with pytest.raises(AwsError) as caught:
        traffic.switch(Ownership.TARGET)
    assert caught.value.code == "AWS-SECRET-UNPREPARED"


def test_a_lost_answer_is_resolved_by_reading(session: AwsSession, secret: Make, proxy: Any) -> None:
    name = secret()
    prepared(session, name)
    proxy.treat[MOVE] = ["lose-answer"]
    through = SecretTraffic(AwsSession(session.region, None, proxy.url), name, FastClock())
    through.switch(Ownership.TARGET)
    assert proxy.seen.count(MOVE) == 1
    assert through.owner() is Ownership.TARGET


@pytest.mark.parametrize("fate", ["refuse"])
def test_a_refusal_leaves_everything(session: AwsSession, secret: Make, proxy: Any, fate: str) -> None:
    name = secret()
    prepared(session, name)
    proxy.treat[MOVE] = [fate]
    through = SecretTraffic(AwsSession(session.region, None, proxy.url), name, FastClock())
    with pytest.raises(AwsError) as caught:
        through.switch(Ownership.TARGET)
    assert caught.value.retryable
    assert proxy.seen.count(MOVE) == 1
    assert through.owner() is Ownership.SOURCE
    through.switch(Ownership.TARGET)
    assert through.owner() is Ownership.TARGET


@pytest.mark.parametrize("fate", ["lose-request", "break", "late"])
def test_a_request_whose_fate_is_unknown_is_made_harmless(
    session: AwsSession, secret: Make, proxy: Any, fate: str
) -> None:
    """Also the one that arrives late: after the error it must not switch behind everybody's back."""
    name = secret()
    prepared(session, name)
    proxy.treat[MOVE] = [fate]
    through = SecretTraffic(AwsSession(session.region, None, proxy.url), name, FastClock())
    with pytest.raises(AwsError) as caught:
        through.switch(Ownership.TARGET)
    assert caught.value.retryable
    proxy.arrive()
    assert (through.owner(), current(session, name)["host"]) == (Ownership.SOURCE, "old")
    through.switch(Ownership.TARGET)
    assert current(session, name)["host"] == "new"
    through.switch(Ownership.SOURCE)
    assert current(session, name)["host"] == "old"


def test_when_nothing_can_be_read_a_human_decides(session: AwsSession, secret: Make, proxy: Any) -> None:
    name = secret()
    prepared(session, name)
    through = SecretTraffic(AwsSession(session.region, None, proxy.url), name, FastClock())
    assert through.owner() is Ownership.SOURCE
    proxy.treat["DescribeSecret"] = ["pass"]
    proxy.always["DescribeSecret"] = "refuse"
    proxy.treat[MOVE] = ["lose-answer"]
    with pytest.raises(HumanMustDecide):
        through.switch(Ownership.TARGET)
    assert proxy.seen.count(MOVE) == 1


def test_a_current_version_that_nobody_labelled_is_ambiguous(session: AwsSession, secret: Make) -> None:
    name = secret()
    traffic = prepared(session, name)
    value = json.dumps(current(session, name) | {"host": "elsewhere"})
    session.client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)
    assert traffic.owner() is Ownership.AMBIGUOUS
    with pytest.raises(HumanMustDecide):
        traffic.switch(Ownership.TARGET)
    with pytest.raises(HumanMustDecide):
        traffic.prepare("new", 5433, "appdb2", None)


@pytest.mark.parametrize("owner", [Ownership.SOURCE, Ownership.TARGET])
def test_what_a_person_declares_is_what_the_labels_say(session: AwsSession, secret: Make, owner: Ownership) -> None:
    name = secret()
    traffic = prepared(session, name)
    value = json.dumps(current(session, name) | {"host": "elsewhere", "port": 7})
    session.client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)
    assert traffic.place() == ("elsewhere", "7")
    traffic.declare(owner)
    traffic.declare(owner)
    assert traffic.owner() is owner
    assert current(session, name)["host"] == "elsewhere", "a declaration moves no application"


def test_a_version_with_both_labels_keeps_the_declared_one(session: AwsSession, secret: Make) -> None:
    name = secret()
    traffic = prepared(session, name)
    client = session.client("secretsmanager")
    labels = {v: k for k, vs in client.describe_secret(SecretId=name)["VersionIdsToStages"].items() for v in vs}
    client.update_secret_version_stage(
        SecretId=name,
        VersionStage="AURORA_MIGRATE_TARGET",
        MoveToVersionId=labels["AWSCURRENT"],
        RemoveFromVersionId=labels["AURORA_MIGRATE_TARGET"],
    )
    assert traffic.owner() is Ownership.AMBIGUOUS
    traffic.declare(Ownership.SOURCE)
    assert traffic.owner() is Ownership.SOURCE


def test_a_rotated_password_is_taken_over(session: AwsSession, secret: Make) -> None:
    name = secret()
    traffic = prepared(session, name)
    value = json.dumps(current(session, name) | {"password": "rotated"})
    session.client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)
    traffic.prepare("new", 5433, "appdb2", None)
    assert traffic.owner() is Ownership.SOURCE
    traffic.switch(Ownership.TARGET)
    assert (current(session, name)["password"], current(session, name)["host"]) == ("rotated", "new")


def test_a_password_rotated_on_the_target_goes_back_with_the_application(session: AwsSession, secret: Make) -> None:
    name = secret()
    source = current(session, name)
    traffic = prepared(session, name)
    traffic.switch(Ownership.TARGET)
    value = json.dumps(current(session, name) | {"password": "rotated"})
    session.client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)
    traffic.prepare("new", 5433, "appdb2", None)
    traffic.prepare("new", 5433, "appdb2", None)
    assert traffic.owner() is Ownership.TARGET
    traffic.switch(Ownership.SOURCE)
    assert current(session, name) == source | {"password": "rotated"}


def test_a_target_version_that_points_elsewhere_is_not_prepared_for(session: AwsSession, secret: Make) -> None:
    name = secret()
    traffic = prepared(session, name)
    value = json.dumps(current(session, name) | {"host": "elsewhere"})
    session.client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)
    traffic.declare(Ownership.TARGET)
    with pytest.raises(AwsError) as caught:
        traffic.prepare("new", 5433, "appdb2", None)
    assert caught.value.code == "AWS-SECRET-CHANGED"


def test_no_secret_in_what_is_said(session: AwsSession, secret: Make, proxy: Any, capfd: Any, caplog: Any) -> None:
    caplog.set_level("DEBUG", logger="migrate")
    name = secret()
    traffic = prepared(session, name)
    assert traffic.credentials().password == "CANARY-7f3"
    said = [repr(traffic.credentials()), repr(traffic)]
    client = session.client("secretsmanager")
    client.put_secret_value(SecretId=name, SecretString="CANARY-not-json")
    for act in (
        traffic.credentials,
        lambda: traffic.prepare("x", 1, "y", None),
        lambda: traffic.switch(Ownership.TARGET),
    ):
        with pytest.raises((AwsError, HumanMustDecide)) as caught:
            act()
        said += [str(caught.value), repr(caught.value), caught.value.hint, repr(caught.value.__cause__)]
    captured = capfd.readouterr()
    assert "CANARY" not in "\n".join([*said, captured.out, captured.err, caplog.text])
