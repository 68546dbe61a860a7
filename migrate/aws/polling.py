"""Waiting for AWS. botocore's waiters fail on states that are fine and give up too early (see the class of tasks)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from migrate.clock import Clock
from migrate.errors import AwsError
from migrate.events import Emit, Noted, Progressed, silent

T = TypeVar("T")
DOUBLINGS = 3
"""A throttled account is asked eight times as seldom at most (dms.md §15: a token bucket that refills slowly)."""


@dataclass(frozen=True)
class Poller:
    """Looks every `seconds`, at most `timeout` seconds for one thing; less often while AWS refuses to answer."""

    clock: Clock
    seconds: float
    timeout: float
    emit: Emit = silent
    """Told of each wait, for a person who wonders whether anything happens."""
    warn: Emit = silent
    """Told when AWS begins to refuse an answer, and when it gives one again."""

    def wait(self, what: str, look: Callable[[], T | None], timeout: float | None = None) -> T:
        """Call `look` until it returns something. Lives through retryable AwsErrors; raises the others.

        `what` completes `… did not come about`. Raises AwsError(AWS-TIMEOUT, retryable) past the timeout.
        """
        limit = self.timeout if timeout is None else timeout
        began = self.clock.monotonic()
        last: AwsError | None = None
        refused = 0
        while True:
            try:
                found = look()
                if refused:
                    self.warn(Noted(f"{what}: AWS answers again"))
                last, refused = None, 0
            except AwsError as problem:
                if not problem.retryable:
                    raise
                if not refused:
                    self.warn(Noted(f"{what}: waiting, for AWS gives no answer: {problem}", warning=True))
                found, last = None, problem
                refused = min(refused + 1, DOUBLINGS)
            if found is not None:
                return found
            left = limit - (self.clock.monotonic() - began)
            if left <= 0:
                said = f"; AWS last said: {last}" if last else ""
                raise AwsError(
                    f"{what} did not come about within {limit:.0f} s{said}",
                    code="AWS-TIMEOUT",
                    hint="Look at the service's console; then repeat the command: it goes on where it stopped.",
                    retryable=True,
                )
            self.emit(Progressed(what, self.clock.monotonic() - began, None, "s"))
            self.clock.sleep(min(self.seconds * 2**refused, left))
