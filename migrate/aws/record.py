"""Where the application finds its database: one CNAME record in Route 53, whose value is one side's host name.

Invariants: the record moves by compare-and-set only: DELETE of the record exactly as it was read, and CREATE of the new
one, in one batch, which Route 53 makes as a whole or not. Each request to move it is sent once, unless it was surely
refused. An answer that was lost is resolved by reading; where that shows the old owner, the late request is made
harmless before it is believed: a TTL that is a second longer makes it another record than the one to delete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from migrate.aws.errors import aws_errors
from migrate.aws.once import Refusal, refusal
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.errors import AwsError, HumanMustDecide
from migrate.events import Emit, Progressed
from migrate.model.cutover import Ownership
from migrate.model.database import Credentials
from migrate.model.json import Facts

CNAME = "CNAME"
READ_SECONDS = 30.0
SYNC_SECONDS = 600.0
BUSY = frozenset({"AWS-PriorRequestNotComplete", "AWS-Throttling", "AWS-ThrottlingException"})
"""Refusals of a zone that is being changed by others: nothing was done."""
BUSY_SECONDS = 10.0
Values = Callable[[], Mapping[Ownership, str]]


@dataclass(frozen=True)
class Record:
    """A simple record: no alias, no routing policy."""

    host: str
    ttl: int


class RecordTraffic:
    """Implements `ports.cloud.Traffic`. `values` are each side's host name, `login` is the application's."""

    def __init__(
        self,
        session: AwsSession,
        zone: str,
        name: str,
        ttl: int,
        values: Values,
        login: Callable[[], Credentials],
        clock: Clock,
        emit: Emit,
    ) -> None:
        self.zone, self.name, self.ttl = zone, f"{name.rstrip('.')}.", ttl
        self._values, self._login, self._clock, self._emit = values, login, clock, emit
        self._client = session.client("route53")
        self._once = session.client("route53", once=True)
        self._reading = Poller(clock, 1.0, READ_SECONDS)
        self._syncing = Poller(clock, 2.0, SYNC_SECONDS)

    @property
    def look(self) -> str:
        return (
            f"aws route53 list-resource-record-sets --hosted-zone-id {self.zone} --start-record-name {self.name}"
            f" --start-record-type {CNAME} --max-items 1"
        )

    def owner(self) -> Ownership:
        """The side whose host name it holds; AMBIGUOUS for another one."""
        return self._owner_of(self._record())

    def settled(self, to: Ownership) -> Ownership:
        """See `ports.cloud.Traffic.settled`."""
        record = self._record()
        if self._owner_of(record) is Ownership.AMBIGUOUS:
            raise self._undecidable()
        return self._owner_of(record if self._owner_of(record) is to else self._overtake(record))

    def credentials(self) -> Credentials:
        return self._login()

    def place(self) -> tuple[str, str]:
        """A name that is neither side's tells no place."""
        return "", ""

    def noted(self) -> Facts:
        """Its TTL, until `prepare` has lowered it."""
        return {"ttl": self._record().ttl}

    def prepare(self, target_host: str, target_port: int, target_database: str, ca_file: str | None) -> None:
        """Lowers the TTL and waits until nobody remembers an answer with the old one."""
        record = self._record()
        if self._owner_of(record) is Ownership.AMBIGUOUS:
            values = self._values()
            raise AwsError(
                f"the record {self.name} points neither to {values[Ownership.SOURCE]}, the source, nor to"
                f" {values[Ownership.TARGET]}, the target",
                code="AWS-RECORD-VALUE",
                hint="Set source_host or target_host under [switch] so that it does, or mend the record.",
            )
        if record.ttl > self.ttl + 1:
            self._set(record, replace(record, ttl=self.ttl), wait=True)
            self._forgotten(record.ttl)

    def release(self, noted: Facts) -> None:
        """Gives the record its TTL back; one that is gone, or of another form by now, is nobody's to change."""
        try:
            record = self._record()
        except AwsError as problem:
            if problem.code != "AWS-RECORD-FORM":
                raise
            return
        ttl = noted.get("ttl")
        if isinstance(ttl, int) and ttl > record.ttl:
            self._set(record, replace(record, ttl=ttl), wait=False)

    def declare(self, owner: Ownership) -> None:
        """Points the record to the side, unless it does."""
        record = self._record()
        if self._owner_of(record) is not owner:
            self._set(record, replace(record, host=self._values()[owner]), wait=False)

    def switch(self, to: Ownership) -> None:
        """See `ports.cloud.Traffic.switch`."""
        record = self._record()
        leaving = self._owner_of(record)
        if leaving is to:
            return
        if Ownership.AMBIGUOUS in (leaving, to):
            raise self._undecidable()
        problem = self._move(record, replace(record, host=self._values()[to]))
        if problem is None:
            return
        seen = self._read_after()
        if self._owner_of(seen) is leaving and not problem.definite:
            seen = self._overtake(seen)
        if self._owner_of(seen) is to:
            return
        if self._owner_of(seen) is Ownership.AMBIGUOUS:
            raise self._undecidable()
        raise AwsError(
            f"the record {self.name} was not switched: {problem.text}",
            code=problem.code,
            hint="Nothing changed: the application still belongs to the side it left. It is safe to try again.",
            retryable=True,
        )

    def _overtake(self, seen: Record) -> Record:
        """Make a request that may still be on its way fail: the record that it wants to delete is not there then."""
        other = replace(seen, ttl=self.ttl if seen.ttl == self.ttl + 1 else seen.ttl + 1)
        self._move(seen, other)
        found = self._read_after()
        if found == seen or self._owner_of(found) is Ownership.AMBIGUOUS:
            raise self._undecidable()
        return found

    def _move(self, leaving: Record, arriving: Record) -> Refusal | None:
        """One compare-and-set, sent once; again while Route 53 refuses it for being busy. None when AWS said yes."""
        began = self._clock.monotonic()
        while True:
            problem = refusal(lambda: self._change(self._once, leaving, arriving))
            if problem is None or problem.code not in BUSY or self._clock.monotonic() - began > BUSY_SECONDS:
                return problem
            self._clock.sleep(1.0)

    def _set(self, leaving: Record, arriving: Record, *, wait: bool) -> None:
        with aws_errors(f"change the record {self.name}"):
            change = self._change(self._client, leaving, arriving)
        if wait:
            self._syncing.wait(f"Route 53's servers knowing {self.name}", lambda: self._in_sync(change))

    def _change(self, client: Any, leaving: Record, arriving: Record) -> str:
        changes = [
            {"Action": action, "ResourceRecordSet": self._set_of(record)}
            for action, record in (("DELETE", leaving), ("CREATE", arriving))
        ]
        answer = client.change_resource_record_sets(HostedZoneId=self.zone, ChangeBatch={"Changes": changes})
        return str(answer["ChangeInfo"]["Id"])

    def _set_of(self, record: Record) -> dict[str, Any]:
        return {"Name": self.name, "Type": CNAME, "TTL": record.ttl, "ResourceRecords": [{"Value": record.host}]}

    def _in_sync(self, change: str) -> bool | None:
        with aws_errors(f"see whether the change of {self.name} is known"):
            status = self._client.get_change(Id=change)["ChangeInfo"]["Status"]
        return True if status == "INSYNC" else None

    def _forgotten(self, seconds: int) -> None:
        """A resolver may keep the old answer for the old TTL."""
        began = self._clock.monotonic()
        while (passed := self._clock.monotonic() - began) < seconds:
            self._emit(Progressed(f"old answers for {self.name} expire", passed, seconds, "s"))
            self._clock.sleep(min(5.0, seconds - passed))

    def _read_after(self) -> Record:
        try:
            return self._reading.wait(f"reading the record {self.name}", lambda: self._record(self._once))
        except AwsError as unread:
            raise HumanMustDecide(
                f"the switch of record {self.name} got no answer, and nothing more can be learnt: {unread}",
                code="AWS-RECORD-UNKNOWN",
                hint=self._hint(),
            ) from None

    def _record(self, client: Any = None) -> Record:
        with aws_errors(f"read the record {self.name}"):
            found = (client or self._client).list_resource_record_sets(
                HostedZoneId=self.zone, StartRecordName=self.name, StartRecordType=CNAME, MaxItems="1"
            )["ResourceRecordSets"]
        record = found[0] if found and found[0]["Name"].lower() == self.name.lower() else {}
        values = record.get("ResourceRecords", [])
        if record.get("Type") != CNAME or record.get("SetIdentifier") or len(values) != 1:
            raise AwsError(
                f"{self.name} is no simple {CNAME} record in the hosted zone {self.zone}",
                code="AWS-RECORD-FORM",
                hint="A record that is switched has one value and no routing policy, and is no alias.",
            )
        return Record(str(values[0]["Value"]), int(record["TTL"]))

    def _owner_of(self, record: Record) -> Ownership:
        held = _plain(record.host)
        return next((side for side, host in self._values().items() if _plain(host) == held), Ownership.AMBIGUOUS)

    def _undecidable(self) -> HumanMustDecide:
        return HumanMustDecide(
            f"the record {self.name} does not say which side owns the application, or changes while it is read",
            code="AWS-RECORD-AMBIGUOUS",
            hint=self._hint(),
        )

    def _hint(self) -> str:
        values = self._values()
        return (
            f"Both sides stay fenced. Look where it points: {self.look}; {values[Ownership.SOURCE]} is the source,"
            f" {values[Ownership.TARGET]} the target. Then say which: aurora-migrate cutover declare --owner source, or"
            " target"
        )


def _plain(host: str) -> str:
    return host.rstrip(".").lower()
