"""What must hold of a cluster that stands, as RDS and EC2 tell it: asked after every apply, and any time later."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from migrate.model.checkup import Check, Health
from migrate.model.posture import Posture

AREA = "cluster"


@dataclass(frozen=True)
class Wanted:
    """What the settings say of it."""

    version: str
    """As RDS spells it."""
    parameters: Mapping[str, str]
    client_groups: Collection[str]
    given: bool = False
    """It was there before: any group may reach it, an address range may not, and insights are its team's to decide."""


def of_posture(posture: Posture, wanted: Wanted) -> Iterator[Check]:
    yield _verdict(
        "not public",
        [f"{one.id} is public" for one in posture.instances if one.public],
        "no instance has a public address",
        "aws rds modify-db-instance --no-publicly-accessible",
    )
    yield _ways(posture, None if wanted.given else wanted.client_groups)
    version = [] if posture.version == wanted.version else [f"{posture.version} instead of {wanted.version}"]
    yield _verdict(
        "engine version",
        version,
        posture.version,
        "A minor upgrade by AWS moves it on: then write the new version into migration.toml.",
        Health.WARNING,
    )
    yield parameters_in_file(posture, wanted.parameters)
    yield parameters_in_force(posture)
    yield _verdict(
        "insights",
        [] if posture.insights else ["Performance Insights is off"],
        "on",
        "Switch Performance Insights on: aurora-migrate provision audit tells how.",
        Health.WARNING if wanted.given else Health.PROBLEM,
    )


def parameters_in_file(posture: Posture, wanted: Mapping[str, str]) -> Check:
    """migration.toml and this toolkit's own against the group as it stands. Words of a switch count as equal."""
    differing = [
        f"{name}: {posture.parameters.get(name, 'not set')} instead of {value}"
        for name, value in sorted(wanted.items())
        if _plain(posture.parameters.get(name)) != _plain(value)
    ]
    return _verdict(
        "parameters",
        differing,
        f"{len(wanted)} as migration.toml and the toolkit want them",
        "After a change of migration.toml: aurora-migrate provision apply. Else take back what was done to the group.",
    )


def parameters_in_force(posture: Posture) -> Check:
    waiting = [one.id for one in posture.instances if not one.parameters_in_force]
    return _verdict(
        "parameters in force",
        [f"{one} waits for a reboot" for one in waiting],
        "on every instance",
        "Reboot one by one, readers first: "
        + "; ".join(f"aws rds reboot-db-instance --db-instance-identifier {one}" for one in waiting),
    )


def _ways(posture: Posture, known: Collection[str] | None) -> Check:
    strange = [
        f"{way.source} by {way.group}"
        for way in posture.ways
        if way.is_range or (known is not None and way.source not in known)
    ]
    reaching = ", ".join(sorted({way.source for way in posture.ways})) or "nobody yet"
    return _verdict(
        "only named groups reach the port",
        strange,
        reaching,
        "Take the rule away, or name the group under [target] client_security_groups.",
    )


def _verdict(what: str, wrong: list[str], well: str, remedy: str, gravity: Health = Health.PROBLEM) -> Check:
    return Check(
        area=AREA,
        what=what,
        health=gravity if wrong else Health.OK,
        found="; ".join(wrong) or well,
        remedy=remedy if wrong else "",
    )


def _plain(value: str | None) -> str:
    return {"on": "1", "true": "1", "off": "0", "false": "0"}.get(str(value).lower(), str(value))
