"""A question to AWS whose answer counts only if it comes at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from threading import Thread
from typing import TypeVar

from migrate.errors import AwsError

SECONDS = 1.0

T = TypeVar("T")


def at_once(ask: Callable[[], T]) -> T:
    """Its answer. Raises AwsError(AWS-TOO-LATE) after a second, whatever holds it up: names, credentials, the way.

    No timeout of a client bounds all of these. The thread that still waits then keeps nothing from ending.
    """
    answer: Future[T] = Future()

    def put() -> None:
        try:
            answer.set_result(ask())
        except BaseException as problem:
            answer.set_exception(problem)

    Thread(target=put, daemon=True, name="hasty").start()
    try:
        return answer.result(SECONDS)
    except TooLate:
        raise AwsError("AWS did not answer at once", code="AWS-TOO-LATE", retryable=True) from None
