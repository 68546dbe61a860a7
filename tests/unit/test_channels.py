"""Whom a handover tells: a channel that cannot be had holds nobody up."""

from __future__ import annotations

from migrate.errors import UsageError
from migrate.events import Event, Noted
from migrate.model.act import Act
from migrate.settings import NotificationsSection
from migrate.wiring.channels import channels


def test_a_channel_whose_secret_is_missing_is_named_and_left_out() -> None:
    """A rollback from a colleague's shell, in which the webhook's variable is not set."""
    told: list[Event] = []

    def missing(reference: str) -> str:
        raise UsageError(f"{reference} is not set", code="CFG-011")

    section = NotificationsSection(webhook="env:CUTOVER_WEBHOOK")
    assert channels(section, lambda: None, missing, told.append) == []
    (note,) = told
    assert isinstance(note, Noted)
    assert note.warning
    assert "the webhook of env:CUTOVER_WEBHOOK is told nothing: env:CUTOVER_WEBHOOK is not set" in note.text


def test_where_an_act_asks_is_told_without_what_lets_it_in() -> None:
    act = Act(url="https://me:canary@gates.example:8443/ready?token=canary#canary")
    assert str(act) == "GET https://gates.example:8443/ready"
