"""A way back is as fresh as the oldest of its tasks' newest probes."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from migrate.ports.journal import Journal
from migrate.stages.cutover.view import LiveView
from tests.clocks import BEGINNING, HandClock

HOUR = timedelta(hours=1)


def probed(journal: Journal, task: str, hours: int, number: int = 1) -> None:
    facts = {"task": task, "number": number}
    journal.record("way-back", run="cutover-1", expires_at=BEGINNING + hours * HOUR, facts=facts)


def way_back(journal: Journal) -> Any:
    request = SimpleNamespace(number=1, feeds=(SimpleNamespace(name="a"), SimpleNamespace(name="b")))
    return LiveView(cast(Any, SimpleNamespace(journal=journal, request=request, clock=HandClock()))).way_back


def test_the_probe_that_expires_first_counts_whichever_came_last(journal: Journal) -> None:
    probed(journal, "a", hours=1)
    probed(journal, "b", hours=5)
    assert way_back(journal).expires_at == BEGINNING + HOUR
    probed(journal, "a", hours=6)
    assert way_back(journal).expires_at == BEGINNING + 5 * HOUR, "the newest of each"


def test_a_task_that_was_not_probed_for_this_handover_leaves_none(journal: Journal) -> None:
    probed(journal, "a", hours=1)
    probed(journal, "b", hours=5, number=2)
    assert way_back(journal) is None
