"""An endpoint that is not there is told within seconds; one that was there is waited for; throttling is no silence."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from migrate.aws import session as opened
from migrate.aws.errors import aws_errors
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.aws.silence import NoAnswer
from migrate.errors import AwsError
from migrate.events import Event, Noted
from tests.aws.test_session_and_errors import HandClock
from tests.stub_aws import StubAws, refused

NOBODY = "http://127.0.0.1:9"
Asked = tuple[Any, list[int]]


@pytest.fixture
def stub() -> Iterator[StubAws]:
    with StubAws() as one:
        yield one


def attempts_of(client: Any) -> list[int]:
    """Grows by one with every request that is sent."""
    sent: list[int] = []
    client.meta.events.register("before-send", lambda **_: sent.append(1))
    return sent


def test_an_endpoint_that_never_answered_is_asked_twice() -> None:
    client = AwsSession("eu-central-1", None, NOBODY).client("rds")
    sent = attempts_of(client)
    with pytest.raises(AwsError) as caught, aws_errors("look"):
        client.describe_db_clusters()
    assert (caught.value.code, caught.value.retryable, len(sent)) == ("AWS-NO-ANSWER", False, 2)
    assert str(caught.value) == f"could not look: {NOBODY} does not answer"
    assert "sandbox" in caught.value.hint


def test_a_connection_that_runs_into_its_timeout_was_long_enough() -> None:
    client = AwsSession("eu-central-1", None, NOBODY).client("rds")
    lost = ConnectTimeoutError(endpoint_url=NOBODY, error="timed out")
    with pytest.raises(NoAnswer):
        client.meta.events.emit("needs-retry.rds.DescribeDBClusters", attempts=1, caught_exception=lost)


def test_one_that_has_answered_is_asked_as_often_as_ever(stub: StubAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    session = AwsSession("eu-central-1", None, stub.url)
    client = session.client("rds")
    stub.answers(refused("DBClusterNotFoundFault", status=404))
    with pytest.raises(client.exceptions.DBClusterNotFoundFault):
        client.describe_db_clusters()
    stub.close()
    sent = attempts_of(client)
    with pytest.raises(EndpointConnectionError) as lost:
        client.describe_db_clusters()
    assert not isinstance(lost.value, NoAnswer)
    assert len(sent) == opened.ATTEMPTS + 1
    with pytest.raises(EndpointConnectionError) as lost:
        session.client("ec2").describe_vpcs()
    assert not isinstance(lost.value, NoAnswer), "another service of the same endpoint"


def test_throttling_from_the_first_request_on_is_waited_out(stub: StubAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    client = AwsSession("eu-central-1", None, stub.url).client("rds")
    stub.answers(*[refused("Throttling", "Rate exceeded")] * 3, refused("DBClusterNotFoundFault", status=404))
    with pytest.raises(client.exceptions.DBClusterNotFoundFault):
        client.describe_db_clusters()
    assert stub.asked == 4


def test_a_wait_tells_once_that_aws_is_silent_and_once_that_it_is_back() -> None:
    lost = AwsError("could not look: no network", code="AWS-EndpointConnectionError", retryable=True)
    answers: list[Callable[[], str | None]] = [_raising(lost), _raising(lost), lambda: None, lambda: "there"]
    told: list[Event] = []
    assert Poller(HandClock(), 5, 600, warn=told.append).wait("stack a: done", lambda: answers.pop(0)()) == "there"
    assert told == [
        Noted("stack a: done: waiting, for AWS gives no answer: could not look: no network", warning=True),
        Noted("stack a: done: AWS answers again"),
    ]


def _raising(problem: Exception) -> Callable[[], str | None]:
    def look() -> str | None:
        raise problem

    return look


def test_nobody_listens_on_the_port_of_these_tests() -> None:
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", 9)) != 0
