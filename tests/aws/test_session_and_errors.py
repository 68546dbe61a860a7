"""What leaves the adapters is AwsError with a code and a hint; dummy credentials never leave this machine."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)
from botocore.parsers import ResponseParserError

from migrate.aws.errors import aws_errors
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession, is_loopback
from migrate.errors import AwsError, StateConflict


def client_error(code: str, status: int = 400, message: str = "because") -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")


@pytest.mark.parametrize(
    ("problem", "code", "retryable"),
    [
        (client_error("ThrottlingException"), "AWS-ThrottlingException", True),
        (client_error("AccessDeniedFault"), "AWS-AccessDeniedFault", False),
        (client_error("Whatever", 503), "AWS-Whatever", True),
        (client_error("InvalidResourceStateFault"), "AWS-InvalidResourceStateFault", False),
        (NoCredentialsError(), "AWS-NoCredentialsError", False),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS-EndpointConnectionError", True),
        (ConnectionClosedError(endpoint_url="https://x"), "AWS-ConnectionClosedError", True),
        (ResponseParserError("<html>"), "AWS-UNREADABLE", True),
    ],
)
def test_every_failure_has_a_code_and_says_whether_to_try_again(problem: Exception, code: str, retryable: bool) -> None:
    with pytest.raises(AwsError) as caught, aws_errors("do it"):
        raise problem
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert str(caught.value).startswith("could not do it: ")


def test_parameter_values_are_never_repeated() -> None:
    session = AwsSession("eu-central-1", None, "http://127.0.0.1:9")
    with pytest.raises(AwsError) as caught, aws_errors("store it"):
        session.client("secretsmanager").put_secret_value(SecretId="x", SecretString={"password": "CANARY"})
    assert caught.value.code == "AWS-ParamValidationError"
    assert "CANARY" not in f"{caught.value}{caught.value!r}{caught.value.__cause__!r}"
    assert isinstance(caught.value.__context__, ParamValidationError)
    assert caught.value.__suppress_context__


def test_dummy_credentials_on_loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    local = AwsSession("eu-central-1", None, "http://127.0.0.1:9").client("dms")
    assert local._request_signer._credentials.access_key == "sandbox"
    remote = AwsSession("eu-central-1", None, "https://dms.example.com").client("dms")
    assert remote._request_signer._credentials is None


def test_configured_credentials_win_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    local = AwsSession("eu-central-1", None, "http://localhost:9").client("dms")
    assert local._request_signer._credentials.access_key == "mine"


def test_plain_http_elsewhere_is_refused() -> None:
    with pytest.raises(AwsError) as caught:
        AwsSession("eu-central-1", None, "http://dms.example.com")
    assert caught.value.code == "AWS-PLAIN-HTTP"


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(AwsError) as caught:
        AwsSession("eu-central-1", "nobody")
    assert caught.value.code == "AWS-ProfileNotFound"
    assert "nobody" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("http://127.0.0.1:80", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:4566", True),
        ("http://localhost:1", True),
        ("https://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://127.0.0.1@example.com", False),
    ],
)
def test_what_counts_as_loopback(url: str, answer: bool) -> None:
    assert is_loopback(url) is answer


def test_clients_are_made_once_also_by_many_threads() -> None:
    session = AwsSession("eu-central-1", None, "http://127.0.0.1:9")
    seen: list[Any] = []
    threads = [threading.Thread(target=lambda: seen.append(session.client("rds"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in seen}) == 1
    assert session.client("rds", once=True) is not seen[0]
    assert "aurora-migrate/" in session.client("rds").meta.config.user_agent_extra


class HandClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> Any:
        raise NotImplementedError


def test_waiting_lives_through_what_passes() -> None:
    answers: list[Any] = [AwsError("busy", code="AWS-X", retryable=True), None, None, "there"]

    def look() -> str | None:
        answer = answers.pop(0)
        if isinstance(answer, AwsError):
            raise answer
        return answer  # type: ignore[no-any-return]

    assert Poller(HandClock(), 5, 60).wait("it", look) == "there"


def test_waiting_ends_and_says_what_was_last_heard() -> None:
    clock = HandClock()

    def look() -> None:
        raise AwsError("busy", code="AWS-X", retryable=True)

    with pytest.raises(AwsError) as caught:
        Poller(clock, 5, 60).wait("the thing", look)
    assert (caught.value.code, caught.value.retryable) == ("AWS-TIMEOUT", True)
    assert "busy" in str(caught.value)
    assert clock.seconds == 60


def test_waiting_does_not_hide_what_will_not_pass() -> None:
    def look() -> None:
        raise AwsError("no", code="AWS-Y")

    with pytest.raises(AwsError, match="no"):
        Poller(HandClock(), 5, 60).wait("it", look)


def test_whoever_lost_the_lease_sends_nothing_that_changes_something() -> None:
    """The guard is asked right before the request: nobody listens on the port, and nobody is asked to."""
    session = AwsSession("eu-central-1", endpoint_url="http://127.0.0.1:9")

    def lost() -> None:
        raise StateConflict("taken over", code="STA-021")

    session.guard = lost
    secrets = session.client("secretsmanager", once=True)
    with pytest.raises(StateConflict):
        secrets.put_secret_value(SecretId="app", SecretString="{}")
    with pytest.raises(EndpointConnectionError):
        secrets.describe_secret(SecretId="app")


def test_a_hasty_client_asks_once_and_not_for_long() -> None:
    session = AwsSession("eu-central-1", None, "http://127.0.0.1:9")
    hasty, patient = session.client("dms", hasty=True), session.client("dms")
    assert hasty is session.client("dms", hasty=True)
    assert hasty is not patient
    config = hasty.meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 1)
    assert config.retries["total_max_attempts"] == 1
    assert patient.meta.config.read_timeout == 60
