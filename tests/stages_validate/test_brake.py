"""The comparison gives way to others, and never stands still for good. Time is moved by hand."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from migrate.errors import SourceError
from migrate.events import Event, Noted
from migrate.model.validation import Load
from migrate.stages.validate.brake import Brake
from migrate.stages.validate.options import BrakeLimits
from tests.clocks import HandClock

LIMITS = BrakeLimits(active=10, longest_seconds=60.0, lag_seconds=5.0, rest=0.25)


class Scene:
    """A brake for four statements at once, two servers, and how busy they are."""

    def __init__(self, limits: BrakeLimits = LIMITS) -> None:
        self.clock = HandClock()
        self.loads = {"source": Load(0, 0.0), "target": Load(0, 0.0)}
        self.lag: float | None = None
        self.events: list[Event] = []
        self.blind = False
        self.pulse = 0.0
        """Seconds that a small question takes, or, where they vary:"""
        self.vary: Callable[[], float] = lambda: self.pulse
        self.brake = Brake(
            limits,
            {name: lambda name=name: self._load(name) for name in self.loads},
            most=4,
            clock=self.clock,
            emit=self.events.append,
            lag=lambda: self.lag,
        )

    def _load(self, name: str) -> Load:
        if self.blind:
            raise SourceError("not permitted", code="SRC-110")
        self.clock.sleep(self.vary())
        return self.loads[name]

    def ask(self, seconds: float = 0.0) -> float:
        """How long the brake kept one statement, which then took `seconds`, from running."""
        began = self.clock.monotonic()
        with self.brake.statement():
            waited = self.clock.monotonic() - began
            self.clock.sleep(seconds)
        return waited

    def look(self) -> int:
        """Statements that may run at once after one more look."""
        self.clock.sleep(1.0)
        self.brake.look()
        return self.brake.allowed

    def look_beside_work(self) -> int:
        with self.brake.statement():
            return self.look()

    @property
    def told(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Noted)]


def test_nothing_is_held_while_the_servers_are_calm() -> None:
    scene = Scene()
    assert [scene.look() for _ in range(3)] == [4, 4, 4]
    assert [scene.ask(3.0) for _ in range(5)] == [0.0] * 5
    assert scene.brake.held_seconds == 0.0
    assert scene.told == []


def test_a_busy_server_halves_what_runs_at_once_down_to_one_with_pauses() -> None:
    scene = Scene()
    scene.loads["target"] = Load(11, 1.0)
    assert [(scene.look(), scene.brake.pausing) for _ in range(4)] == [(2, False), (1, False), (1, True), (1, True)]


def test_at_the_floor_a_pause_is_four_times_what_the_statement_took_and_ten_seconds_at_most() -> None:
    scene = Scene()
    scene.loads["target"] = Load(11, 1.0)
    for _ in range(3):
        scene.look()
    took = [0.001, 0.5, 2.0, 3600.0, 0.001]
    waits = [round(scene.ask(seconds), 3) for seconds in took]
    least = [0.0, 0.004, 2.0, 8.0, 10.0]
    assert all(low <= wait <= low + 0.1 for low, wait in zip(least, waits, strict=True)), waits
    assert round(scene.brake.held_seconds, 3) == round(sum(waits), 3)


def test_many_small_statements_get_through_a_server_that_is_never_calm() -> None:
    """Others keep a machine busy for hours: a pause is measured by the comparison's own time, not by theirs."""
    scene = Scene()
    scene.loads["source"] = Load(1000, 1000.0)
    for _ in range(3):
        scene.look()
    began = scene.clock.monotonic()
    for _ in range(180):
        scene.ask(0.05)
    assert scene.clock.monotonic() - began < 180 * 0.05 * 10


def test_the_pause_ends_with_the_calm() -> None:
    scene = Scene()
    scene.loads["target"] = Load(11, 1.0)
    for _ in range(3):
        scene.look()
    scene.ask(3600.0)
    scene.loads["target"] = Load(0, 0.0)
    assert (scene.look(), scene.brake.pausing) == (1, False)
    assert scene.ask() == 0.0


def test_that_and_why_it_gives_way_is_said_once_a_minute_and_when_that_ends() -> None:
    scene = Scene()
    scene.loads["target"] = Load(11, 1.0)
    for _ in range(90):
        scene.look()
    reason = "statements of others on the target: 11, limit 10"
    assert scene.told == [
        f"the comparison gives way, 2 of 4 statements at once: {reason}",
        f"the comparison still gives way, 1 of 4 statements at once, pauses of up to 4 times what each took: {reason}",
    ]
    scene.loads["target"] = Load(0, 0.0)
    for _ in range(4):
        scene.look()
    assert scene.told[2:] == ["the comparison goes on at full speed; it waited 0 s so far"]
    scene.loads["target"] = Load(11, 1.0)
    scene.look()
    assert len(scene.told) == 3, "a load that comes and goes is not told at every turn"


def test_what_is_let_go_comes_back_one_by_one_and_only_when_it_is_calm() -> None:
    scene = Scene()
    scene.loads["source"] = Load(11, 1.0)
    scene.look()
    scene.loads["source"] = Load(9, 1.0)
    assert [scene.look() for _ in range(3)] == [2, 2, 2]
    scene.loads["source"] = Load(8, 1.0)
    assert [scene.look() for _ in range(3)] == [3, 4, 4]
    assert scene.told[1:] == ["the comparison goes on at full speed; it waited 0 s so far"]


def test_a_long_statement_and_a_lag_are_reasons_too() -> None:
    for spoil in ({"longest": 61.0}, {"lag": 5.5}):
        scene = Scene()
        scene.loads["source"] = Load(1, spoil.get("longest", 0.0))
        scene.lag = spoil.get("lag")
        assert scene.look() == 2


def test_what_no_limit_is_set_for_is_not_looked_at() -> None:
    scene = Scene(BrakeLimits(active=None, longest_seconds=None, lag_seconds=None, slowdown=None))
    scene.loads["source"], scene.lag = Load(1000, 1000.0), 1000.0
    assert scene.look() == 4


def test_a_worker_rests_after_a_statement_while_others_are_at_work() -> None:
    scene = Scene()
    began = scene.clock.monotonic()
    scene.ask(4.0)
    assert scene.clock.monotonic() - began == 4.0
    scene.loads["source"] = Load(1, 0.1)
    scene.brake.look()
    scene.ask(4.0)
    assert round(scene.clock.monotonic() - began, 3) == 9.0


def test_a_small_statement_that_takes_longer_beside_the_comparison_is_a_reason() -> None:
    scene = Scene()
    scene.pulse, scene.loads["source"] = 0.002, Load(1, 0.1)
    assert scene.look() == 4
    scene.pulse = 0.008
    assert scene.look_beside_work() == 2
    assert scene.told == [
        "the comparison gives way, 2 of 4 statements at once:"
        " times that small statements take longer on the source: 3.85, limit 1.5;"
        " times that small statements take longer on the target: 3.85, limit 1.5"
    ]
    scene.pulse = 0.002
    assert [scene.look_beside_work() for _ in range(20)][-1] == 4


def test_what_was_slow_beside_it_once_holds_nothing_that_no_look_meets_any_more() -> None:
    """Statements so small, or with such pauses, that none runs at a look: what was seen before says nothing of now."""
    scene = Scene()
    scene.pulse, scene.loads["source"] = 0.002, Load(1, 0.1)
    scene.look()
    scene.pulse = 0.008
    while not scene.brake.pausing:
        scene.look_beside_work()
    scene.pulse = 0.002
    assert [scene.look() for _ in range(15)][-1] == 4


def test_a_server_whose_answers_vary_by_themselves_is_hardly_a_reason() -> None:
    """On a machine that others keep busy a small question takes now 1, now 10 ms, with the comparison or without."""
    allowed = []
    for seed in range(20):
        scene, chance = Scene(), random.Random(seed)
        scene.loads["source"] = Load(1, 0.1)
        scene.vary = lambda chance=chance: 0.002 * chance.lognormvariate(0.0, 1.0)
        for _ in range(3):
            scene.look()
        allowed += [scene.look_beside_work() for _ in range(100)]
    assert allowed.count(4) > 0.9 * len(allowed)


def test_it_is_none_while_nobody_else_is_at_work() -> None:
    scene = Scene()
    scene.pulse = 0.002
    scene.look()
    scene.pulse = 0.008
    assert scene.look_beside_work() == 4


def test_a_server_that_is_slow_by_itself_is_told_from_one_that_the_comparison_makes_slow() -> None:
    """The load grows after the comparison began: once it has rested, the servers are measured by what it saw then."""
    scene = Scene()
    scene.pulse, scene.loads["source"] = 0.002, Load(1, 0.1)
    scene.look()
    scene.pulse = 0.008
    assert scene.look_beside_work() == 2
    assert [scene.look_beside_work() if n % 4 else scene.look() for n in range(60)][-1] == 4


def test_all_rests_now_and_then_while_others_work_to_see_the_servers_without_it() -> None:
    scene = Scene()
    scene.loads["source"] = Load(1, 0.1)
    scene.look()
    with scene.brake.statement():
        waited = []
        for _ in range(40):
            began = scene.clock.monotonic()
            scene.look()
            waited.append(round(scene.clock.monotonic() - began - 1.0, 3))
    assert waited.count(0.0) == 39
    assert max(waited) == 3.0, "a statement that takes longer is not waited for"


def test_a_server_that_cannot_be_seen_gets_one_statement_at_once() -> None:
    scene = Scene()
    scene.blind = True
    assert [scene.look() for _ in range(2)] == [1, 1]
    assert scene.told == ["how busy the servers are cannot be seen: not permitted"]
    scene.blind = False
    assert [scene.look() for _ in range(3)] == [2, 3, 4]


def test_no_more_run_at_once_than_are_let_through() -> None:
    scene = Scene()
    inside, most, lock = 0, 0, threading.Lock()

    def ask() -> None:
        nonlocal inside, most
        for _ in range(20):
            with scene.brake.statement():
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 4
