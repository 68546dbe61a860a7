"""Where the application finds its database: the value of one SSM parameter, the source's or the target's.

PutParameter knows no compare-and-set. What holds instead: the value is read before and after; nothing is put over one
that is neither side's; what was put is believed once it is read at the version AWS gave it, or a later one. Between
reading and putting, what a third party puts may be overwritten. A request whose answer was lost is sent again: the same
value twice is the same as once. Where none seems to have arrived, it is waited until a late one would be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from migrate.aws.errors import aws_errors
from migrate.aws.once import Refusal, refusal
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.errors import AwsError, HumanMustDecide
from migrate.events import Emit, Noted
from migrate.model.cutover import Ownership
from migrate.model.database import Credentials
from migrate.model.json import Facts

READ_SECONDS = 30.0
LATE_SECONDS = 300.0
"""A request must reach AWS within five minutes of its time stamp (IAM User Guide, AWS API request signing)."""
LOOK_SECONDS = 5.0
SENDINGS = 3
"""How often a switch is sent while its answers are lost."""
TEXT = "String"
Values = Callable[[], Mapping[Ownership, str]]


@dataclass(frozen=True)
class Seen:
    owner: Ownership
    version: int


class ParameterTraffic:
    """Implements `ports.cloud.Traffic`. `values` are what it holds for each side, `login` is the application's."""

    def __init__(
        self, session: AwsSession, name: str, values: Values, login: Callable[[], Credentials], clock: Clock, emit: Emit
    ) -> None:
        self.name, self._values, self._login, self._clock, self._emit = name, values, login, clock, emit
        self._client = session.client("ssm")
        self._once = session.client("ssm", once=True)
        self._reading = Poller(clock, 1.0, READ_SECONDS)

    @property
    def look(self) -> str:
        return f"aws ssm get-parameter --name {self.name} --query Parameter.[Value,Version,LastModifiedDate]"

    def owner(self) -> Ownership:
        """The side whose value it holds, to the letter; else AMBIGUOUS."""
        return self._seen().owner

    def settled(self, to: Ownership) -> Ownership:
        """See `ports.cloud.Traffic.settled`. A late request is waited for: nothing makes it fail."""
        began, told = self._clock.monotonic(), False
        while True:
            seen = self._read_after()
            if seen.owner is Ownership.AMBIGUOUS:
                raise self._undecidable()
            left = LATE_SECONDS - (self._clock.monotonic() - began)
            if seen.owner is to or left <= 0:
                return seen.owner
            if not told:
                waits = (
                    f"waiting {LATE_SECONDS:.0f} s, until AWS would refuse a switch of {self.name} that is on its way"
                )
                self._emit(Noted(waits, warning=True))
                told = True
            self._clock.sleep(min(LOOK_SECONDS, left))

    def credentials(self) -> Credentials:
        return self._login()

    def place(self) -> tuple[str, str]:
        """A value that is neither side's tells no place."""
        return "", ""

    def noted(self) -> Facts:
        """Nothing is changed that would have to be brought back."""
        return {}

    def release(self, noted: Facts) -> None:
        """There is nothing to bring back."""

    def declare(self, owner: Ownership) -> None:
        """Puts the side's value, unless it is there."""
        if self._seen().owner is owner:
            return
        problem, version = self._put(owner)
        seen = self._read_after(version)
        if seen.owner is not owner:
            said = problem.text if problem else "it was changed again"
            raise AwsError(
                f"the parameter {self.name} does not hold the value of the {owner}: {said}",
                code="AWS-PARAMETER-UNDECLARED",
                hint="Find out who else changes it; then declare it again.",
                retryable=True,
            )

    def prepare(self, target_host: str, target_port: int, target_database: str, ca_file: str | None) -> None:
        """Only looks: a parameter that cannot be switched would leave both sides fenced later."""
        with aws_errors(f"read the parameter {self.name}"):
            found = self._client.get_parameter(Name=self.name)["Parameter"]
        if found["Type"] != TEXT:
            raise AwsError(
                f"the parameter {self.name} is a {found['Type']}, and only a {TEXT} is switched",
                code="AWS-PARAMETER-TYPE",
                hint="Keep the place in a parameter of its own, and the password in the secret.",
            )
        if self._owner_of(str(found["Value"])) is Ownership.AMBIGUOUS:
            raise AwsError(
                f"the parameter {self.name} holds neither {self._wanted(Ownership.SOURCE)!r}, for the source, nor"
                f" {self._wanted(Ownership.TARGET)!r}, for the target",
                code="AWS-PARAMETER-VALUE",
                hint="Set value, source_host or target_host under [switch] so that it does, or mend the parameter.",
            )

    def switch(self, to: Ownership) -> None:
        """See `ports.cloud.Traffic.switch`, and above for what is not promised."""
        seen = self._seen()
        if seen.owner is to:
            return
        if Ownership.AMBIGUOUS in (seen.owner, to):
            raise self._undecidable()
        for sending in range(1, SENDINGS + 1):
            problem = self._sent(seen.owner, to)
            if problem is None:
                return
            if problem.definite or (sending == SENDINGS and self.settled(to) is not to):
                raise AwsError(
                    f"the parameter {self.name} was not switched: {problem.text}",
                    code=problem.code,
                    hint="Nothing changed: the application still belongs to the side it left. It is safe to try again.",
                    retryable=True,
                )

    def _sent(self, leaving: Ownership, to: Ownership) -> Refusal | None:
        """Put it once. None when a reading shows it; else why it is not there, as far as the answer told."""
        problem, version = self._put(to)
        seen = self._read_after(version)
        if seen.owner is to:
            return None
        if problem is None or seen.owner is not leaving:
            raise self._undecidable()
        return problem

    def _put(self, owner: Ownership) -> tuple[Refusal | None, int]:
        """Send it once. Returns why it did not succeed, and the version that a reading must have reached, 0 if any."""
        answer: dict[str, int] = {}
        value = self._wanted(owner)
        problem = refusal(lambda: answer.update(self._once.put_parameter(Name=self.name, Value=value, Overwrite=True)))
        return problem, answer.get("Version", 0)

    def _read_after(self, version: int = 0) -> Seen:
        def reached() -> Seen | None:
            seen = self._seen(self._once)
            return seen if seen.version >= version else None

        try:
            return self._reading.wait(f"reading the parameter {self.name}", reached)
        except AwsError as unread:
            raise HumanMustDecide(
                f"the switch of parameter {self.name} got no answer, and nothing more can be learnt: {unread}",
                code="AWS-PARAMETER-UNKNOWN",
                hint=self._hint(),
            ) from None

    def _seen(self, client: Any = None) -> Seen:
        with aws_errors(f"read the parameter {self.name}"):
            found = (client or self._client).get_parameter(Name=self.name)["Parameter"]
        return Seen(self._owner_of(str(found["Value"])), int(found["Version"]))

    def _owner_of(self, value: str) -> Ownership:
        return next((side for side, wanted in self._values().items() if wanted == value), Ownership.AMBIGUOUS)

    def _wanted(self, owner: Ownership) -> str:
        return self._values()[owner]

    def _undecidable(self) -> HumanMustDecide:
        return HumanMustDecide(
            f"the parameter {self.name} holds the value of neither side",
            code="AWS-PARAMETER-AMBIGUOUS",
            hint=self._hint(),
        )

    def _hint(self) -> str:
        return (
            f"Both sides stay fenced. Look at it: {self.look}; {self._wanted(Ownership.SOURCE)!r} is the source's,"
            f" {self._wanted(Ownership.TARGET)!r} the target's. Then say which: aurora-migrate cutover declare --owner"
            " source, or target"
        )
