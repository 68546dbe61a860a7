"""A switch by an SSM parameter: put once over what was read, and told by reading where the answer was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from migrate.aws.parameter import LATE_SECONDS, ParameterTraffic
from migrate.aws.session import AwsSession
from migrate.errors import AwsError, HumanMustDecide
from migrate.events import Event, Noted
from migrate.model.cutover import Ownership
from migrate.model.database import Credentials
from tests.aws.conftest import Proxy
from tests.aws.test_secret_traffic import FastClock

pytestmark = pytest.mark.server
PUT, GET = "PutParameter", "GetParameter"
SOURCE, TARGET = "old:5432", "new:5433"
Make = Callable[..., str]


@pytest.fixture
def parameter(session: AwsSession, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes the application's parameter, as a user would have it."""
    client, made = session.client("ssm"), []

    def make(value: str = SOURCE, kind: str = "String") -> str:
        name = f"/app/{abs(hash(request.node.nodeid))}/{len(made)}"
        client.put_parameter(Name=name, Value=value, Type=kind)
        made.append(name)
        return name

    yield make
    for name in made:
        client.delete_parameter(Name=name)


def traffic(session: AwsSession, name: str, told: list[Event] | None = None) -> ParameterTraffic:
    values = {Ownership.SOURCE: SOURCE, Ownership.TARGET: TARGET}
    emit = (lambda _: None) if told is None else told.append
    return ParameterTraffic(session, name, lambda: values, lambda: Credentials("app", "p"), FastClock(), emit)


def through(proxy: Proxy, session: AwsSession, name: str, told: list[Event] | None = None) -> ParameterTraffic:
    return traffic(AwsSession(session.region, None, proxy.url), name, told)


def held(session: AwsSession, name: str) -> tuple[str, int]:
    found = session.client("ssm").get_parameter(Name=name)["Parameter"]
    return found["Value"], found["Version"]


def test_there_and_back(session: AwsSession, parameter: Make) -> None:
    name = parameter()
    moved = traffic(session, name)
    moved.prepare("new", 5433, "shop", None)
    assert (moved.owner(), held(session, name)) == (Ownership.SOURCE, (SOURCE, 1))
    moved.switch(Ownership.TARGET)
    assert (moved.owner(), held(session, name)) == (Ownership.TARGET, (TARGET, 2))
    moved.switch(Ownership.TARGET)
    moved.switch(Ownership.SOURCE)
    assert (moved.owner(), held(session, name)) == (Ownership.SOURCE, (SOURCE, 3))


def test_a_lost_answer_is_resolved_by_reading(session: AwsSession, parameter: Make, proxy: Proxy) -> None:
    name = parameter()
    proxy.treat[PUT] = ["lose-answer"]
    through(proxy, session, name).switch(Ownership.TARGET)
    assert proxy.seen.count(PUT) == 1
    assert held(session, name) == (TARGET, 2)


@pytest.mark.parametrize("fate", ["lose-request", "break"])
def test_what_seems_not_to_have_arrived_is_sent_again(
    session: AwsSession, parameter: Make, proxy: Proxy, fate: str
) -> None:
    name = parameter()
    proxy.treat[PUT] = [fate]
    through(proxy, session, name).switch(Ownership.TARGET)
    assert proxy.seen.count(PUT) == 2
    assert held(session, name) == (TARGET, 2)


def test_one_that_arrives_late_says_the_same(session: AwsSession, parameter: Make, proxy: Proxy) -> None:
    name = parameter()
    proxy.treat[PUT] = ["late"]
    moved = through(proxy, session, name)
    moved.switch(Ownership.TARGET)
    proxy.arrive()
    assert held(session, name)[0] == TARGET
    assert moved.settled(Ownership.TARGET) is Ownership.TARGET


def test_where_every_answer_is_lost_a_late_request_is_waited_for(
    session: AwsSession, parameter: Make, proxy: Proxy
) -> None:
    name, told = parameter(), list[Event]()
    proxy.always[PUT] = "lose-request"
    moved = through(proxy, session, name, told)
    began = moved._clock.monotonic()
    with pytest.raises(AwsError) as refused:
        moved.switch(Ownership.TARGET)
    assert refused.value.retryable
    assert moved._clock.monotonic() - began >= LATE_SECONDS
    assert [isinstance(one, Noted) and "on its way" in one.text for one in told] == [True]
    assert held(session, name) == (SOURCE, 1)


def test_a_refusal_is_believed_at_once(session: AwsSession, parameter: Make, proxy: Proxy) -> None:
    name = parameter()
    proxy.treat[PUT] = ["refuse"]
    moved = through(proxy, session, name)
    with pytest.raises(AwsError) as refused:
        moved.switch(Ownership.TARGET)
    assert refused.value.retryable
    assert proxy.seen.count(PUT) == 1
    moved.switch(Ownership.TARGET)
    assert held(session, name) == (TARGET, 2)


def test_when_nothing_can_be_read_a_human_decides(session: AwsSession, parameter: Make, proxy: Proxy) -> None:
    name = parameter()
    proxy.treat[GET] = ["pass"]
    proxy.always[GET] = "break"
    proxy.treat[PUT] = ["lose-answer"]
    with pytest.raises(HumanMustDecide) as asked:
        through(proxy, session, name).switch(Ownership.TARGET)
    assert proxy.seen.count(PUT) == 1
    assert f"get-parameter --name {name}" in asked.value.hint
    assert "cutover declare --owner source" in asked.value.hint


def test_a_value_that_somebody_else_put_is_not_touched(session: AwsSession, parameter: Make) -> None:
    name = parameter("elsewhere:1")
    moved = traffic(session, name)
    for act in (lambda: moved.switch(Ownership.TARGET), lambda: moved.settled(Ownership.TARGET)):
        with pytest.raises(HumanMustDecide) as asked:
            act()
        assert asked.value.code == "AWS-PARAMETER-AMBIGUOUS"
    with pytest.raises(AwsError) as refused:
        moved.prepare("new", 5433, "shop", None)
    assert refused.value.code == "AWS-PARAMETER-VALUE"
    assert held(session, name) == ("elsewhere:1", 1)


@pytest.mark.parametrize(("value", "decided"), [("elsewhere:1", False), (SOURCE, False), (TARGET, True)])
def test_somebody_else_who_puts_meanwhile_is_seen(
    session: AwsSession, parameter: Make, monkeypatch: pytest.MonkeyPatch, value: str, decided: bool
) -> None:
    """Right after ours arrived, and before it was read."""
    name = parameter()
    moved = traffic(session, name)
    send = moved._put

    def put_and_be_overtaken(owner: Ownership) -> object:
        answered = send(owner)
        session.client("ssm").put_parameter(Name=name, Value=value, Overwrite=True)
        return answered

    monkeypatch.setattr(moved, "_put", put_and_be_overtaken)
    if decided:
        moved.switch(Ownership.TARGET)
    else:
        with pytest.raises(HumanMustDecide):
            moved.switch(Ownership.TARGET)
    assert held(session, name) == (value, 3)


@pytest.mark.parametrize("owner", [Ownership.SOURCE, Ownership.TARGET])
def test_what_a_person_declares_is_put(session: AwsSession, parameter: Make, owner: Ownership) -> None:
    name = parameter("elsewhere:1")
    moved = traffic(session, name)
    moved.declare(owner)
    moved.declare(owner)
    assert (moved.owner(), held(session, name)[1]) == (owner, 2)


def test_a_secure_string_is_refused_beforehand(session: AwsSession, parameter: Make) -> None:
    with pytest.raises(AwsError) as refused:
        traffic(session, parameter(kind="SecureString")).prepare("new", 5433, "shop", None)
    assert refused.value.code == "AWS-PARAMETER-TYPE"


def test_who_was_replaced_puts_nothing(session: AwsSession, parameter: Make) -> None:
    name = parameter()
    guarded = AwsSession(session.region, None, session.endpoint_url)
    moved = traffic(guarded, name)

    def replaced() -> None:
        raise AwsError("another process holds the lease", code="AWS-TEST")

    guarded.guard = replaced
    with pytest.raises(AwsError, match="another process"):
        moved.switch(Ownership.TARGET)
    assert held(session, name) == (SOURCE, 1)
