"""Channels are told what matters, and nobody waits for them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from migrate.events import (
    Event,
    GateAnswered,
    Noted,
    ReverseWindowOpened,
    StageFinished,
    StageStarted,
    StepFinished,
    StepStarted,
)
from migrate.model.gate import Answer, GateResult
from migrate.outside import notices
from migrate.outside.notices import Notices

SHUT = GateAnswered(GateResult(gate="lag-by-marker", answer=Answer.CLOSED, reason="observed 12 s > 5 s"))
OPEN = GateAnswered(GateResult(gate="approved", answer=Answer.OPEN, reason="by anna"))
NIGHT: list[Event] = [
    StageStarted("cutover"),
    OPEN,
    SHUT,
    StepStarted("cutover", "freeze/fence", "fence"),
    StepFinished("cutover", "freeze/fence", "fence", 0.1),
    StepFinished("cutover", "drain/marker:main", "drain", 0.1),
    StepFinished("cutover", "switch/secret", "switch", 0.1),
    StepFinished("cutover", "open/fence", "open", 0.1),
    Noted("only for who watches", warning=True),
    Noted("rows were written too late", warning=True, for_all=True),
    ReverseWindowOpened(datetime(2026, 11, 28, 3, 0, tzinfo=UTC)),
    StageFinished("cutover", "done", 12.0),
    StageStarted("validate"),
    SHUT,
]


def test_a_night_in_a_few_lines() -> None:
    told: list[str] = []

    def send(text: str) -> str:
        told.append(text)
        return ""

    channel = Notices("shop", [("a channel", send)], emit=lambda _: None)
    for event in NIGHT:
        channel(event)
    channel.close()
    assert [line.removeprefix("shop: ") for line in told] == [
        "cutover has begun",
        "gate lag-by-marker is closed: observed 12 s > 5 s",
        "the freeze has begun: the application is fenced",
        "switched: the application is pointed to the other side",
        "the freeze has ended: the other side is open to the application",
        "rows were written too late",
        "the way back is proven and open until 2026-11-28 03:00 UTC",
        "cutover: done, after 12 s",
    ]


def test_a_channel_that_fails_is_named_once_at_the_end() -> None:
    said: list[Event] = []
    channel = Notices("shop", [("the webhook", lambda _: "HTTP 500")], emit=said.append)
    for event in NIGHT:
        channel(event)
    channel.close()
    [note] = said
    assert isinstance(note, Noted)
    assert (note.warning, note.text) == (True, "the webhook was not told everything: HTTP 500")


def test_nobody_waits_for_a_channel_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "FAREWELL_SECONDS", 0.1)
    release, said = threading.Event(), []
    channel = Notices("shop", [("the webhook", lambda _: str(release.wait()))], emit=said.append)
    for event in NIGHT:
        channel(event)
    channel.close()
    release.set()
    [note] = said
    assert isinstance(note, Noted)
    assert "not every notice was sent" in note.text


def test_what_will_be_told_is_known_before() -> None:
    steps = (
        "prepare/feed:main",
        "freeze/fence",
        "switch/secret",
        "open/fence",
        "after/round-trip:a",
        "after/round-trip:b",
    )
    assert notices.foretold("shop", "cutover", steps) == (
        "shop: cutover has begun",
        "shop: the freeze has begun: the application is fenced",
        "shop: switched: the application is pointed to the other side",
        "shop: the freeze has ended: the other side is open to the application",
        "shop: the way back is proven and open until …",
        "shop: cutover: done, after … s",
    )
