"""Waiting for AWS: less often while it refuses, as often as before once it answers, and somebody is told."""

from __future__ import annotations

from itertools import pairwise

from migrate.aws.polling import Poller
from migrate.errors import AwsError
from migrate.events import Event, Progressed
from tests.clocks import HandClock


def test_a_throttled_account_is_asked_less_often() -> None:
    clock, told = HandClock(), list[Event]()
    answers = iter([None, "refused", "refused", "refused", "refused", None, True])
    looks: list[float] = []

    def look() -> bool | None:
        looks.append(clock.monotonic())
        match next(answers):
            case "refused":
                raise AwsError("Rate exceeded", code="AWS-ThrottlingException", retryable=True)
            case None:
                return None
            case _:
                return True

    assert Poller(clock, 1.0, 100.0, told.append).wait("a task: running", look)
    pauses = [later - earlier for earlier, later in pairwise(looks)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 8.0, 1.0]
    assert [event.done for event in told if isinstance(event, Progressed)] == [0.0, 1.0, 3.0, 7.0, 15.0, 23.0]
