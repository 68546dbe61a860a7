"""A switch by a Route 53 record: one batch deletes what was read and creates the other; it knows what happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate.aws.record import RecordTraffic
from migrate.aws.session import AwsSession
from migrate.errors import AwsError, HumanMustDecide
from migrate.events import Event, Progressed
from migrate.model.cutover import Ownership
from migrate.model.database import Credentials
from tests.aws.conftest import Proxy
from tests.aws.test_secret_traffic import FastClock

pytestmark = pytest.mark.server
CHANGE, LIST = "ChangeResourceRecordSets", "ListResourceRecordSets"
NAME = "db.shop.internal"
VALUES = {Ownership.SOURCE: "old.example.com", Ownership.TARGET: "new.example.com"}
Held = tuple[str, int]


@pytest.fixture
def zone(session: AwsSession, request: pytest.FixtureRequest) -> str:
    """A hosted zone with the application's record, as a user would have it."""
    client = session.client("route53")
    made = client.create_hosted_zone(Name="shop.internal", CallerReference=request.node.nodeid)["HostedZone"]["Id"]
    found = str(made).rpartition("/")[2]
    put(session, found, "old.example.com", 30)
    return found


def put(session: AwsSession, zone: str, host: str, ttl: int) -> None:
    record = {"Name": NAME, "Type": "CNAME", "TTL": ttl, "ResourceRecords": [{"Value": host}]}
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    session.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)


def held(session: AwsSession, zone: str) -> Held:
    sets = session.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    (found,) = [one for one in sets if one["Type"] == "CNAME"]
    return found["ResourceRecords"][0]["Value"], found["TTL"]


def traffic(session: AwsSession, zone: str, emit: Callable[[Event], None] = lambda _: None) -> RecordTraffic:
    return RecordTraffic(session, zone, NAME, 5, lambda: VALUES, lambda: Credentials("app", "p"), FastClock(), emit)


def through(proxy: Proxy, session: AwsSession, zone: str) -> RecordTraffic:
    return traffic(AwsSession(session.region, None, proxy.url), zone)


def ready(session: AwsSession, zone: str) -> str:
    put(session, zone, "old.example.com", 5)
    return zone


def test_the_ttl_is_lowered_and_the_old_one_waited_for(session: AwsSession, zone: str) -> None:
    told: list[Event] = []
    moved = traffic(session, zone, told.append)
    assert moved.noted() == {"ttl": 30}
    began = moved._clock.monotonic()
    moved.prepare("new", 5433, "shop", None)
    assert moved._clock.monotonic() - began >= 30
    assert all(isinstance(one, Progressed) for one in told)
    assert held(session, zone) == ("old.example.com", 5)
    told.clear()
    moved.prepare("new", 5433, "shop", None)
    assert told == [], "it is low already"
    moved.switch(Ownership.TARGET)
    moved.release({"ttl": 30})
    moved.release({"ttl": 30})
    assert held(session, zone) == ("new.example.com", 30)


def test_there_and_back(session: AwsSession, zone: str) -> None:
    moved = traffic(session, ready(session, zone))
    for side in (Ownership.TARGET, Ownership.SOURCE, Ownership.TARGET):
        moved.switch(side)
        moved.switch(side)
        assert (moved.owner(), held(session, zone)) == (side, (VALUES[side], 5))


def test_a_lost_answer_is_resolved_by_reading(session: AwsSession, zone: str, proxy: Proxy) -> None:
    ready(session, zone)
    proxy.treat[CHANGE] = ["lose-answer"]
    through(proxy, session, zone).switch(Ownership.TARGET)
    assert proxy.seen.count(CHANGE) == 1
    assert held(session, zone) == ("new.example.com", 5)


@pytest.mark.parametrize("fate", ["lose-request", "break", "late"])
def test_a_request_whose_fate_is_unknown_is_made_harmless(
    session: AwsSession, zone: str, proxy: Proxy, fate: str
) -> None:
    ready(session, zone)
    proxy.treat[CHANGE] = [fate]
    moved = through(proxy, session, zone)
    with pytest.raises(AwsError) as refused:
        moved.switch(Ownership.TARGET)
    assert refused.value.retryable
    proxy.arrive()
    assert held(session, zone) == ("old.example.com", 6)
    moved.switch(Ownership.TARGET)
    assert held(session, zone) == ("new.example.com", 6)


def test_one_that_a_killed_process_sent_is_made_harmless(session: AwsSession, zone: str, proxy: Proxy) -> None:
    """Its request is still on its way when another process asks who owns it."""
    moved = through(proxy, session, ready(session, zone))
    proxy.treat[CHANGE] = ["late"]
    record = moved._record()
    moved._move(record, type(record)("new.example.com", 5))
    assert moved.settled(Ownership.TARGET) is Ownership.SOURCE
    proxy.arrive()
    assert moved.owner() is Ownership.SOURCE


def test_a_refusal_leaves_everything(session: AwsSession, zone: str, proxy: Proxy) -> None:
    ready(session, zone)
    proxy.treat[CHANGE] = ["refuse"]
    with pytest.raises(AwsError) as refused:
        through(proxy, session, zone).switch(Ownership.TARGET)
    assert refused.value.code == "AWS-AccessDenied"
    assert proxy.seen.count(CHANGE) == 1
    assert held(session, zone) == ("old.example.com", 5)


@pytest.mark.parametrize(("host", "ttl"), [("elsewhere.example.com", 5), ("old.example.com", 77)])
def test_what_somebody_changed_meanwhile_is_not_overwritten(
    session: AwsSession, zone: str, monkeypatch: pytest.MonkeyPatch, host: str, ttl: int
) -> None:
    """After it was read and before the batch came."""
    moved = traffic(session, ready(session, zone))
    send = moved._move

    def changed_before(*records: object) -> object:
        put(session, zone, host, ttl)
        return send(*records)  # type: ignore[arg-type]

    monkeypatch.setattr(moved, "_move", changed_before)
    with pytest.raises((AwsError, HumanMustDecide)) as stopped:
        moved.switch(Ownership.TARGET)
    assert isinstance(stopped.value, HumanMustDecide) is (host == "elsewhere.example.com")
    assert held(session, zone) == (host, ttl)


def test_when_nothing_can_be_read_a_human_decides(session: AwsSession, zone: str, proxy: Proxy) -> None:
    ready(session, zone)
    proxy.treat[LIST] = ["pass"]
    proxy.always[LIST] = "break"
    proxy.treat[CHANGE] = ["lose-answer"]
    with pytest.raises(HumanMustDecide) as asked:
        through(proxy, session, zone).switch(Ownership.TARGET)
    assert proxy.seen.count(CHANGE) == 1
    assert f"--hosted-zone-id {zone}" in asked.value.hint
    assert "cutover declare --owner source" in asked.value.hint


def test_one_that_is_neither_sides_is_not_touched(session: AwsSession, zone: str) -> None:
    put(session, zone, "elsewhere.example.com", 5)
    moved = traffic(session, zone)
    assert moved.owner() is Ownership.AMBIGUOUS
    for act in (lambda: moved.switch(Ownership.TARGET), lambda: moved.settled(Ownership.TARGET)):
        with pytest.raises(HumanMustDecide):
            act()
    with pytest.raises(AwsError) as refused:
        moved.prepare("new", 5433, "shop", None)
    assert refused.value.code == "AWS-RECORD-VALUE"
    assert held(session, zone) == ("elsewhere.example.com", 5)
    moved.declare(Ownership.TARGET)
    assert moved.owner() is Ownership.TARGET


def test_a_record_that_is_not_simple_is_refused(session: AwsSession, zone: str) -> None:
    moved = traffic(session, zone)
    moved.name = "other.shop.internal."
    with pytest.raises(AwsError) as refused:
        moved.owner()
    assert refused.value.code == "AWS-RECORD-FORM"
