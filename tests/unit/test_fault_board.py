"""A fault that is over is undone: whoever goes on then finds what was broken working again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults import catalogue
from migrate.sandbox.faults.board import FaultBoard
from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene
from tests.patience import PATIENCE


def board(monkeypatch: pytest.MonkeyPatch, end: Callable[[], None]) -> FaultBoard:
    """One with a fault that ends so."""

    def begin(scene: Scene, asked: Asked) -> Effect:
        return Effect("broke it", end)

    monkeypatch.setitem(catalogue.KINDS, "breakage", Kind("breakage", "it is broken", begin, takes=("seconds",)))
    nowhere: Any = None
    return FaultBoard(nowhere)


def test_clearing_waits_for_a_fault_that_is_just_ending_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ending, mended = threading.Event(), threading.Event()
    told: list[str] = []

    def end() -> None:
        ending.set()
        assert mended.wait(PATIENCE)
        told.append("mended")

    faults = board(monkeypatch, end)
    faults.set({"fault": "breakage", "seconds": 0.01})
    assert ending.wait(PATIENCE)
    assert [one["state"] for one in faults.describe()["set"]] == ["active"]
    mending = threading.Timer(0.2, mended.set)
    mending.start()
    assert [one["state"] for one in faults.clear("breakage")] == ["over"]
    assert told == ["mended"], "it was undone once, and before the command came back"
    with pytest.raises(SandboxError, match="no fault breakage is active"):
        faults.clear("breakage")


def test_what_cannot_be_undone_is_stuck_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def end() -> None:
        raise OSError("it does not start")

    faults = board(monkeypatch, end)
    faults.set({"fault": "breakage"})
    [line] = faults.clear()
    assert (line["state"], line["problem"]) == ("stuck", "it does not start")
