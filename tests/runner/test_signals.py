"""Signals stop a step, wait for an undo and for a journal entry, and leave no handler behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from migrate import signals
from migrate.errors import Interrupted
from migrate.signals import Alarm, Stop, heeding_signals, shielded
from tests.patience import PATIENCE


@pytest.fixture(autouse=True)
def attended() -> Iterator[None]:
    """Whoever runs the tests may do so under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_raises_where_the_main_thread_is(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(Interrupted, match=f"stopped by {number.name}"), heeding_signals():  # noqa: PT012
        os.kill(os.getpid(), number)
        pytest.fail("the signal was not heeded")
    assert signal.getsignal(number) is before


def test_a_signal_waits_for_the_end_of_shielded_work() -> None:
    done = []
    with pytest.raises(Interrupted), heeding_signals():  # noqa: PT012
        with shielded():
            with shielded():
                os.kill(os.getpid(), signal.SIGTERM)
                done.append("inner")
            done.append("outer")
        pytest.fail("the signal was forgotten")
    assert done == ["inner", "outer"]


def test_a_second_signal_does_not_wait() -> None:
    with pytest.raises(Interrupted), heeding_signals(), shielded():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        pytest.fail("the second signal waited")


def test_a_terminal_that_is_lost_is_told_twice_and_waits() -> None:
    done = []
    with pytest.raises(Interrupted, match="SIGHUP"), heeding_signals():  # noqa: PT012
        with shielded():
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGHUP)
            done.append("work")
        pytest.fail("the signal was forgotten")
    assert done == ["work"]


def test_under_nohup_a_lost_terminal_is_no_reason_to_stop() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with heeding_signals():
        os.kill(os.getpid(), signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_an_error_in_shielded_work_is_not_replaced() -> None:
    with heeding_signals():
        with pytest.raises(ValueError, match="first"), shielded():  # noqa: PT012
            os.kill(os.getpid(), signal.SIGTERM)
            raise ValueError("first")
        with pytest.raises(Interrupted), shielded():
            pass


def test_other_threads_are_left_alone() -> None:
    seen = []

    def work() -> None:
        with heeding_signals(), shielded():
            seen.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_who_catches_every_exception_does_not_catch_a_signal() -> None:
    """botocore sends a request again whatever exception tore it: the signal would be forgotten."""
    with pytest.raises(Interrupted, match="SIGTERM"), heeding_signals():  # noqa: PT012
        with contextlib.suppress(Exception):
            os.kill(os.getpid(), signal.SIGTERM)
        pytest.fail("the signal was caught on its way")


_SLEEPER = """
import time
from migrate.errors import Interrupted
from migrate.signals import heeding_signals
try:
    with heeding_signals():
        print("ready", flush=True)
        time.sleep(60)
except Interrupted as stop:
    raise SystemExit(int(stop.exit))
"""


def test_sigterm_from_outside_ends_a_sleeping_step() -> None:
    with subprocess.Popen([sys.executable, "-c", _SLEEPER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(PATIENCE) == 130


def test_an_alarm_stops_what_takes_too_long_and_leaves_no_handler_behind() -> None:
    before, alarm = signal.getsignal(signal.SIGALRM), Alarm()
    with pytest.raises(Stop), alarm.after(0.05):
        threading.Event().wait(PATIENCE)
    assert alarm.rang
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_alarm_comes_after_shielded_work() -> None:
    done, alarm = [], Alarm()
    with pytest.raises(Stop), alarm.after(0.05):  # noqa: PT012
        with shielded():
            time.sleep(0.2)
            done.append("work")
        threading.Event().wait(PATIENCE)
    assert done == ["work"]


def test_an_alarm_set_inside_shielded_work_rings_there() -> None:
    """An unwinding is shielded as a whole; one step of it that hangs is not to keep the others waiting."""
    done = []
    with shielded():
        with pytest.raises(Stop), Alarm().after(0.05):
            threading.Event().wait(PATIENCE)
        done.append("the next one")
    assert done == ["the next one"]


def test_an_alarm_rings_again_where_the_first_ring_is_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a driver that asks a server which hangs to end the statement, and waits for that."""
    monkeypatch.setattr(signals, "AGAIN_SECONDS", 0.05)
    with pytest.raises(Stop), Alarm().after(0.05):  # noqa: PT012
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait(PATIENCE)
        threading.Event().wait(PATIENCE)


def test_what_ends_in_time_hears_no_alarm() -> None:
    alarm = Alarm()
    with alarm.after(0.1):
        pass
    time.sleep(0.2)
    assert not alarm.rang
