"""Picks what a handover moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from migrate.aws.parameter import ParameterTraffic
from migrate.aws.record import RecordTraffic
from migrate.aws.traffic import SecretTraffic
from migrate.errors import UsageError
from migrate.model.cutover import Ownership
from migrate.outside.own_switch import OwnSwitch
from migrate.ports.cloud import Traffic
from migrate.runner.masking import masked

if TYPE_CHECKING:
    from migrate.switch_section import SwitchSection
    from migrate.wiring.session import Session

LOCK = ".aurora-migrate/switch.lock"


def traffic(session: Session) -> Traffic:
    """As [switch] says; without it the application's secret."""
    settings = session.settings
    secret = SecretTraffic(session.aws, settings.application.secret, session.clock)
    switch = settings.switch
    if switch is None:
        return secret
    if switch.parameter:
        return ParameterTraffic(
            session.aws,
            switch.parameter,
            lambda: values(session, switch),
            secret.credentials,
            session.clock,
            session.emit,
        )
    if switch.record:
        return RecordTraffic(
            session.aws,
            switch.zone,
            switch.record,
            switch.ttl_seconds,
            lambda: values(session, switch),
            secret.credentials,
            session.clock,
            session.emit,
        )
    return OwnSwitch(
        command=switch.command,
        seconds=switch.seconds,
        folder=settings.home,
        lock=settings.path(LOCK),
        told=lambda: _told(session),
        login=secret.credentials,
        guard=lambda: _guard(session),
        masked=masked,
        clock=session.clock,
    )


def values(session: Session, switch: SwitchSection) -> Mapping[Ownership, str]:
    """What it holds for each side. Raises UsageError where that would not tell them apart."""
    source, target = session.source_address, session.target_address
    found = {
        Ownership.SOURCE: switch.filled(switch.source_host or source.host, source.port, source.database),
        Ownership.TARGET: switch.filled(switch.target_host or target.host, target.port, target.database),
    }
    if found[Ownership.SOURCE] == found[Ownership.TARGET]:
        raise UsageError(
            f"the application's {switch.what} would hold {found[Ownership.SOURCE]!r} for both sides",
            code="CFG-100",
            hint="Let [switch] value hold what tells them apart, or set source_host or target_host.",
        )
    return found


def _told(session: Session) -> dict[str, str]:
    """Of a command's environment. No secret is among it."""
    source, target = session.source_address, session.target_address
    return {
        "AURORA_MIGRATE_MIGRATION": session.name,
        "AURORA_MIGRATE_SOURCE_HOST": source.host,
        "AURORA_MIGRATE_SOURCE_PORT": str(source.port),
        "AURORA_MIGRATE_TARGET_HOST": target.host,
        "AURORA_MIGRATE_TARGET_PORT": str(target.port),
    }


def _guard(session: Session) -> None:
    """As before a request to AWS: who was replaced moves nothing."""
    if session.aws.guard is not None:
        session.aws.guard()
