"""Waiting for AWS. botocore's waiters fail on states that are fine and give up too early (see the class of tasks)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from migrate.clock import Clock
from migrate.errors import AwsError

T = TypeVar("T")


@dataclass(frozen=True)
class Poller:
    """Looks every `seconds`, at most `timeout` seconds for one thing."""

    clock: Clock
    seconds: float
    timeout: float

    def wait(self, what: str, look: Callable[[], T | None], timeout: float | None = None) -> T:
        """Call `look` until it returns something. Lives through retryable AwsErrors; raises the others.

        `what` completes `… did not come about`. Raises AwsError(AWS-TIMEOUT, retryable) past the timeout.
        """
        limit = self.timeout if timeout is None else timeout
        began = self.clock.monotonic()
        last: AwsError | None = None
        while True:
            try:
                found = look()
                last = None
            except AwsError as problem:
                if not problem.retryable:
                    raise
                found, last = None, problem
            if found is not None:
                return found
            if self.clock.monotonic() - began >= limit:
                said = f"; AWS last said: {last}" if last else ""
                raise AwsError(
                    f"{what} did not come about within {limit:.0f} s{said}",
                    code="AWS-TIMEOUT",
                    hint="Look at the service's console; then repeat the command: it goes on where it stopped.",
                    retryable=True,
                )
            self.clock.sleep(self.seconds)
