"""A handover moves the application from one side to the other. A cutover is one; a rollback is one the other way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from checks.facts import TableName
from migrate.model.cutover import Limits
from migrate.model.database import Side
from migrate.model.json import Facts
from migrate.model.replication import Direction, EndpointSpec
from migrate.model.tuning import Tuning
from migrate.model.tuning import restore as restored_tuning

SECRET = "secret"
"""What is switched where nothing else is named."""


@dataclass(frozen=True)
class Recorded:
    """Points at what a step of an earlier run observed before it acted, so that it can be brought back."""

    run: str
    step: str


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One task of the migration, as this handover sees it."""

    name: str
    tables: tuple[TableName, ...]
    task: str
    """Identifier of the DMS task that feeds the arriving side now and ends with this handover."""
    slot: str | None
    """Slot that the feed reads on the leaving side, dropped once the way back is proven. None when DMS made it:
    then its name stands in the facts of `slot_recorded`."""
    slot_recorded: Recorded | None
    marker: str
    """Name of the feed's marker table."""
    back_task: str
    """Identifier of the DMS task that will feed the leaving side afterwards."""
    back_slot: str
    back_marker: str
    back_source: EndpointSpec
    back_target: EndpointSpec
    probe_slot: str
    probe_task: str
    probe_source: EndpointSpec
    tuning: Tuning = field(default_factory=Tuning)
    """Of the way back, as of the way there."""


@dataclass(frozen=True, kw_only=True)
class Systems:
    """What a handover moves between, by name."""

    source: str
    """`host:port/database`."""
    stack: str
    """CloudFormation stack of the target's cluster."""
    secret: str
    """The application's."""
    switched: str = SECRET
    """What is moved, as it completes `the application's …`."""

    def __str__(self) -> str:
        also = "" if self.switched == SECRET else f", {self.switched}"
        return f"source {self.source}, stack {self.stack}, secret {self.secret}{also}"


@dataclass(frozen=True, kw_only=True)
class HandoverRequest:
    """Everything a handover's plan is built from. Plain data: it is journaled and compared on resume."""

    migration: str
    run: str
    """`cutover-1`, `rollback-1`, `cutover-2` …"""
    number: int
    """1 for the first handover of the migration; names of tasks and slots carry it."""
    leaving: Side
    systems: Systems
    feeds: tuple[Feed, ...]
    source_friends: tuple[str, ...]
    target_friends: tuple[str, ...]
    known_logins: tuple[str, ...] = ()
    """Logins beside the application's that are fenced with it, and whose owners know."""
    cluster: str = ""
    """The target's cluster, by its identifier."""
    feed_user: str
    """Login role of DMS that writes; the same name on both sides."""
    closed_by: Recorded
    """The step that closed the arriving side to applications."""
    rested_by: Recorded
    """The step that put the arriving side's ALWAYS triggers to rest."""
    accepted_differences: tuple[str, ...] = ()
    """Patterns of objects whose schema may differ on both sides."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """See model.roles."""
    schemas: tuple[str, ...]
    witness_slot: str
    """Logical slot on both sides that has held the log since the last clean validation began. Empty where a side had
    none for it: every table is compared whole under the freeze then."""
    freeze_slot: str
    control_schema: str
    sequence_headroom: int
    limits: Limits
    target_host: str
    target_port: int
    target_database: str
    target_ca_file: str | None

    @property
    def arriving(self) -> Side:
        return self.leaving.other

    @property
    def tables(self) -> tuple[TableName, ...]:
        return tuple(table for feed in self.feeds for table in feed.tables)

    @property
    def direction(self) -> Direction:
        """Direction of the feed that ends."""
        return Direction.FORWARD if self.leaving is Side.SOURCE else Direction.REVERSE

    def friends(self, side: Side) -> tuple[str, ...]:
        return self.source_friends if side is Side.SOURCE else self.target_friends


def restore(facts: Facts) -> HandoverRequest:
    """The request that a journaled plan holds. Raises ValueError or KeyError for facts of another shape."""
    known = {one.name for one in fields(HandoverRequest)}
    values: dict[str, Any] = {name: value for name, value in facts.items() if name in known}
    return HandoverRequest(
        **{
            **values,
            "leaving": Side(values["leaving"]),
            "systems": Systems(**values["systems"]),
            "feeds": tuple(_feed(feed) for feed in values["feeds"]),
            "source_friends": tuple(values["source_friends"]),
            "target_friends": tuple(values["target_friends"]),
            "closed_by": Recorded(**values["closed_by"]),
            "rested_by": Recorded(**values["rested_by"]),
            "schemas": tuple(values["schemas"]),
            "known_logins": tuple(values.get("known_logins", ())),
            "accepted_differences": tuple(values.get("accepted_differences", ())),
            "limits": limits(values["limits"]),
        }
    )


def _feed(values: dict[str, Any]) -> Feed:
    recorded = values["slot_recorded"]
    endpoints = {name: EndpointSpec(**values[name]) for name in ("back_source", "back_target", "probe_source")}
    tables = tuple(TableName(**table) for table in values["tables"])
    slot_recorded = Recorded(**recorded) if recorded else None
    tuning = restored_tuning(values["tuning"]) if "tuning" in values else Tuning()
    return Feed(**{**values, **endpoints, "tables": tables, "slot_recorded": slot_recorded, "tuning": tuning})


def limits(facts: dict[str, Any]) -> Limits:
    """As a journaled plan holds them."""
    values: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in facts.items()}
    return Limits(**values)
