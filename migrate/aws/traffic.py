"""Where the application finds its database: one secret with two labelled versions, of which one is AWSCURRENT.

Invariants: AWSCURRENT moves by compare-and-set only, and each request to move it is sent once. An answer that was lost
is resolved by reading; where reading shows the old owner, the late request is made harmless before that is believed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from migrate.aws.errors import aws_errors
from migrate.aws.once import Refusal, refusal
from migrate.aws.polling import Poller
from migrate.aws.secrets import parse_object
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.errors import AwsError, HumanMustDecide
from migrate.model.cutover import Ownership
from migrate.model.database import Credentials
from migrate.model.json import Facts

CURRENT = "AWSCURRENT"
LABELS = {Ownership.SOURCE: "AURORA_MIGRATE_SOURCE", Ownership.TARGET: "AURORA_MIGRATE_TARGET"}
TWIN = "_TWIN"
"""Ends the label of a side's second version with the same content, see `SecretTraffic._overtake`."""
PLACE = ("host", "port", "dbname")
"""Keys that say where the database is; all others are kept as they are, `sslrootcert` apart."""
READ_SECONDS = 30.0


@dataclass(frozen=True)
class Versions:
    """Which version of the secret carries which label."""

    current: str
    """Empty when no version is AWSCURRENT."""
    source: str | None
    target: str | None

    @property
    def owner(self) -> Ownership:
        """A secret that was never prepared belongs to the source."""
        if not self.current:
            return Ownership.AMBIGUOUS
        if self.source is None and self.target is None:
            return Ownership.SOURCE
        if self.current == self.source and self.current != self.target:
            return Ownership.SOURCE
        if self.current == self.target and self.current != self.source:
            return Ownership.TARGET
        return Ownership.AMBIGUOUS

    def of(self, owner: Ownership) -> str | None:
        return self.source if owner is Ownership.SOURCE else self.target


class SecretTraffic:
    """Implements `ports.cloud.Traffic`. `secret_id` is the name or ARN of the application's own secret."""

    def __init__(self, session: AwsSession, secret_id: str, clock: Clock) -> None:
        self.secret_id = secret_id
        self._client = session.client("secretsmanager")
        self._once = session.client("secretsmanager", once=True)
        self._reading = Poller(clock, 1.0, READ_SECONDS)

    @property
    def look(self) -> str:
        return f"aws secretsmanager describe-secret --secret-id {self.secret_id} --query VersionIdsToStages"

    def owner(self) -> Ownership:
        """Read from the labels; AMBIGUOUS when the current version carries neither or both."""
        return self._versions().owner

    def settled(self, to: Ownership) -> Ownership:
        """See `ports.cloud.Traffic.settled`. Whichever side a late request would move it to, it fails."""
        versions = self._versions()
        if versions.owner is Ownership.AMBIGUOUS:
            raise self._undecidable()
        return self._overtake(versions).owner

    def credentials(self) -> Credentials:
        """The application's user and password from the current version."""
        value = self._value(self._versions().current)
        missing = [key for key in ("username", "password") if not isinstance(value.get(key), str) or not value[key]]
        if missing:
            raise AwsError(
                f"the secret {self.secret_id} has no {' and no '.join(missing)}",
                code="AWS-SECRET-FORM",
                hint="Store an object with username, password, host, port and dbname.",
            )
        return Credentials(value["username"], value["password"])

    def place(self) -> tuple[str, str]:
        """Host and port of the current version; empty texts where it has none."""
        value = self._value(self._versions().current)
        return str(value.get("host", "")), str(value.get("port", ""))

    def noted(self) -> Facts:
        """Nothing is changed that would have to be brought back."""
        return {}

    def release(self, noted: Facts) -> None:
        """There is nothing to bring back."""

    def declare(self, owner: Ownership) -> None:
        """See `ports.cloud.Traffic.declare`. Idempotent."""
        stages = self._stages()
        held = {label: version for version, labels in stages.items() for label in labels}
        current = held[CURRENT]
        if held.get(LABELS[owner]) != current:
            self._label(LABELS[owner], current, held.get(LABELS[owner]))
        other = Ownership.TARGET if owner is Ownership.SOURCE else Ownership.SOURCE
        for label in (LABELS[other], LABELS[other] + TWIN):
            if held.get(label) == current:
                self._unlabel(label, current)

    def prepare(self, target_host: str, target_port: int, target_database: str, ca_file: str | None) -> None:
        """Have a version for each side, labelled, and the one that is not current with the current one's credentials.

        Idempotent, whichever side owns the secret. A password that was rotated is taken over for the other side.
        """
        target = {"host": target_host, "port": target_port, "dbname": target_database}
        versions = self._adopt_rotated(self._versions(), target)
        if versions.owner is Ownership.AMBIGUOUS:
            raise self._undecidable()
        now = self._value(versions.current)
        if versions.owner is Ownership.TARGET:
            self._prepare_source(versions, now, target)
            return
        if versions.source is None:
            self._label(LABELS[Ownership.SOURCE], versions.current, None)
        port = str(target_port) if isinstance(now.get("port"), str) else target_port
        wanted = now | target | {"port": port}
        if ca_file is not None and "sslrootcert" in wanted:
            wanted["sslrootcert"] = ca_file
        if versions.target is None or self._value(versions.target) != wanted:
            self._put(wanted, LABELS[Ownership.TARGET])

    def _prepare_source(self, versions: Versions, now: dict[str, Any], target: Mapping[str, Any]) -> None:
        """For the way back: the source's version keeps its own place, and takes over all else."""
        if not _same_place(now, target) or versions.source is None:
            raise AwsError(
                f"the secret {self.secret_id} is in use for the target and does not point there",
                code="AWS-SECRET-CHANGED",
                hint="Compare the host, port and dbname of its labelled versions.",
            )
        left = self._value(versions.source)
        kept = {key: left[key] for key in (*PLACE, "sslrootcert") if key in left}
        if left != now | kept:
            self._put(now | kept, LABELS[Ownership.SOURCE])

    def switch(self, to: Ownership) -> None:
        """Move AWSCURRENT to the side's version, once. See `ports.cloud.Traffic.switch`."""
        versions = self._versions()
        if versions.owner is to:
            return
        arriving = versions.of(to)
        if versions.owner is Ownership.AMBIGUOUS or to is Ownership.AMBIGUOUS:
            raise self._undecidable()
        if arriving is None:
            raise AwsError(
                f"the secret {self.secret_id} has no version for the {to}; nothing was switched",
                code="AWS-SECRET-UNPREPARED",
                hint="Repeat the preparing steps of the handover.",
                retryable=True,
            )
        problem = self._move(versions.current, arriving)
        if problem is None:
            return
        seen = self._read_after()
        if seen.owner is to:
            return
        if seen.owner is Ownership.AMBIGUOUS:
            raise self._undecidable()
        if not problem.definite:
            seen = self._overtake(seen)
            if seen.owner is to:
                return
        raise AwsError(
            f"the secret {self.secret_id} was not switched: {problem.text}",
            code=problem.code,
            hint="Nothing changed: the application still belongs to the side it left. It is safe to try again.",
            retryable=True,
        )

    def _overtake(self, seen: Versions) -> Versions:
        """Make a request that may still be on its way fail, by moving AWSCURRENT to a twin of the leaving version.

        The late request names the old version as the one to take AWSCURRENT from, so it is refused from then on.
        """
        leaving, old = seen.owner, seen.current
        try:
            twin = self._put(self._value(old), LABELS[leaving] + TWIN)
        except AwsError as problem:
            raise self._unknown(str(problem)) from None
        self._move(old, twin)
        seen = self._read_after()
        if seen.current == twin:
            with suppress(
                AwsError
            ):  # the twin's own label says the same; this one only keeps the next overtaking simple
                self._label(LABELS[leaving], twin, old)
        elif seen.owner is leaving or seen.owner is Ownership.AMBIGUOUS:
            raise self._undecidable()
        return seen

    def _read_after(self) -> Versions:
        try:
            return self._reading.wait("reading the secret", lambda: self._versions(self._once))
        except AwsError as unread:
            raise self._unknown(str(unread)) from None

    def _move(self, leaving: str, arriving: str) -> Refusal | None:
        """One compare-and-set, sent once. None when AWS said yes."""
        return refusal(
            lambda: self._once.update_secret_version_stage(
                SecretId=self.secret_id, VersionStage=CURRENT, RemoveFromVersionId=leaving, MoveToVersionId=arriving
            )
        )

    def _adopt_rotated(self, versions: Versions, target: Mapping[str, Any]) -> Versions:
        """A rotation makes a new, unlabelled current version. At a side's place it is still that side's."""
        if versions.source is None or versions.current in ("", versions.source, versions.target):
            return versions
        now = self._value(versions.current)
        if _same_place(now, self._value(versions.source)):
            self._label(LABELS[Ownership.SOURCE], versions.current, versions.source)
            return replace(versions, source=versions.current)
        if _same_place(now, target):
            self._label(LABELS[Ownership.TARGET], versions.current, versions.target)
            return replace(versions, target=versions.current)
        return versions

    def _versions(self, client: Any = None) -> Versions:
        stages = self._stages(client)
        by_label = {label: version for version, labels in stages.items() for label in labels}
        current = by_label.get(CURRENT, "")

        def of(owner: Ownership) -> str | None:
            twin = by_label.get(LABELS[owner] + TWIN)
            return twin if twin == current else by_label.get(LABELS[owner])

        return Versions(current, of(Ownership.SOURCE), of(Ownership.TARGET))

    def _stages(self, client: Any = None) -> Mapping[str, list[str]]:
        """Labels by version."""
        with aws_errors(f"describe the secret {self.secret_id}"):
            found = (client or self._client).describe_secret(SecretId=self.secret_id)
        stages: Mapping[str, list[str]] = found.get("VersionIdsToStages", {})
        return stages

    def _unlabel(self, label: str, version: str) -> None:
        with aws_errors(f"take a label from a version of the secret {self.secret_id}"):
            self._client.update_secret_version_stage(
                SecretId=self.secret_id, VersionStage=label, RemoveFromVersionId=version
            )

    def _value(self, version: str) -> dict[str, Any]:
        with aws_errors(f"read the secret {self.secret_id}"):
            text = self._client.get_secret_value(SecretId=self.secret_id, VersionId=version).get("SecretString", "")
        return parse_object(self.secret_id, text)

    def _put(self, value: dict[str, Any], label: str) -> str:
        """Store a version that carries `label` (taken from whichever had it) and is not current."""
        with aws_errors(f"store a version of the secret {self.secret_id}"):
            answer = self._client.put_secret_value(
                SecretId=self.secret_id, SecretString=json.dumps(value, sort_keys=True), VersionStages=[label]
            )
        return str(answer["VersionId"])

    def _label(self, label: str, version: str, taken_from: str | None) -> None:
        source = {} if taken_from is None else {"RemoveFromVersionId": taken_from}
        with aws_errors(f"label a version of the secret {self.secret_id}"):
            self._client.update_secret_version_stage(
                SecretId=self.secret_id, VersionStage=label, MoveToVersionId=version, **source
            )

    def _unknown(self, said: str) -> HumanMustDecide:
        return HumanMustDecide(
            f"the switch of secret {self.secret_id} got no answer, and nothing more can be learnt: {said}",
            code="AWS-SWITCH-UNKNOWN",
            hint="Both sides stay fenced. Look which version is AWSCURRENT; docs/operations.md says how to go on.",
        )

    def _undecidable(self) -> HumanMustDecide:
        return HumanMustDecide(
            f"the labels of secret {self.secret_id} do not say which side owns the application",
            code="AWS-SECRET-AMBIGUOUS",
            hint="Look which version is AWSCURRENT and where it points; docs/operations.md says how to go on.",
        )


def _same_place(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(str(one.get(key)) == str(other.get(key)) for key in PLACE)
