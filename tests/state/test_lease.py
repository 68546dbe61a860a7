"""One holder a migration; the dead are replaced, the living are named."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from migrate.errors import StateConflict
from migrate.model.journal import Kind
from migrate.state import tables
from migrate.state.instants import instant_of
from migrate.state.lease import hold
from migrate.state.owner import Owner
from migrate.state.store import Store
from tests.clocks import HandClock
from tests.patience import PATIENCE

FAR = Owner("far.example", "another machine", 4711, "99", "cutover run")


def test_a_living_holder_is_named_with_what_to_do(store: Store) -> None:
    with hold(store, "orders", "validate"):
        with pytest.raises(StateConflict) as refused, hold(store, "orders"):
            pass
        with hold(store, "invoices"):
            pass
    told = str(refused.value)
    assert f"process {os.getpid()}" in told
    assert Owner.this_process().host in told
    assert "(validate)" in told
    assert "since 20" in told
    assert "kill" in refused.value.hint
    assert refused.value.code == "STA-020"
    assert refused.value.retryable


def test_fencing_numbers_only_grow(store: Store) -> None:
    fences = []
    for _ in range(3):
        with hold(store, "orders") as lease:
            fences.append(lease.fence)
    assert fences == [1, 2, 3]


def test_the_lease_is_released_when_the_block_fails(store: Store) -> None:
    with pytest.raises(RuntimeError, match="boom"), hold(store, "orders"):
        raise RuntimeError("boom")
    with hold(store, "orders") as lease:
        assert lease.fence == 2


def test_a_silent_holder_elsewhere_keeps_it_until_it_expires(store: Store, clock: object) -> None:
    with hold(store, "orders", FAR, ttl=60, clock=clock):  # type: ignore[arg-type]
        clock.sleep(59)  # type: ignore[attr-defined]
        with (
            pytest.raises(StateConflict, match=r"process 4711 on far\.example"),
            hold(store, "orders", clock=clock),  # type: ignore[arg-type]
        ):
            pass
        clock.sleep(2)  # type: ignore[attr-defined]
        with hold(store, "orders", clock=clock) as lease:  # type: ignore[arg-type]
            assert lease.fence == 2


def test_a_silent_holder_here_keeps_it_while_its_process_lives(store: Store, clock: object) -> None:
    """Stopped and woken again it would go on where it was, say in the middle of opening a fence."""
    with hold(store, "orders", ttl=60, clock=clock):  # type: ignore[arg-type]
        clock.sleep(3600)  # type: ignore[attr-defined]
        with pytest.raises(StateConflict, match=f"process {os.getpid()}"), hold(store, "orders", clock=clock):  # type: ignore[arg-type]
            pass


def test_the_heartbeat_renews(store: Store, clock: HandClock) -> None:
    """However late it comes: nobody took the lease meanwhile."""
    with hold(store, "orders", FAR, ttl=0.6, clock=clock):
        clock.sleep(10)
        deadline = time.monotonic() + PATIENCE
        while expiry(store) < clock.now():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with pytest.raises(StateConflict, match="is held by"), hold(store, "orders", clock=clock):
            pass


def expiry(store: Store) -> datetime:
    with store.reading() as connection:
        return instant_of(connection.execute(tables.migration.select()).one().expires_at)


def test_the_old_holders_heartbeat_and_end_do_not_touch_the_new_lease(store: Store, clock: HandClock) -> None:
    with contextlib.ExitStack() as old, contextlib.ExitStack() as later:
        old.enter_context(hold(store, "orders", FAR, ttl=0.3, clock=clock))
        new = None
        while new is None:
            clock.sleep(10)
            with contextlib.suppress(StateConflict):  # its heart may have beaten just now
                new = later.enter_context(hold(store, "orders", ttl=5, clock=clock))
        time.sleep(0.4)
        old.close()
        with store.reading() as connection:
            row = connection.execute(tables.migration.select()).one()
        assert (row.fence, row.holder_pid) == (new.fence, os.getpid())
        assert instant_of(row.expires_at) == clock.now() + timedelta(seconds=5)
        store.journal("orders", new).append(Kind.DONE, run="r")


_HOLD_AND_WAIT = """
import sys, time
from migrate.state.lease import hold
from migrate.state.store import Store
with hold(Store.open(sys.stdin.readline().strip()), "orders", ttl=3600):
    print("held", flush=True)
    time.sleep(600)
"""


def _holding_process(url: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{url}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("reaped", [True, False])
def test_a_killed_holder_on_this_machine_is_replaced_at_once(store: Store, store_url: str, reaped: bool) -> None:
    with _holding_process(store_url) as process:
        try:
            with pytest.raises(StateConflict, match=f"process {process.pid}"), hold(store, "orders"):
                pass
        finally:
            os.kill(process.pid, signal.SIGKILL)
        if reaped:
            process.wait()
        else:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with hold(store, "orders") as lease:
            assert lease.fence == 2


def test_a_process_id_that_was_given_to_another_process_is_not_the_holder() -> None:
    me = Owner.this_process()
    assert not me.surely_dead()
    assert replace(me, started="1").surely_dead()


def test_the_same_process_id_elsewhere_tells_nothing() -> None:
    assert not replace(FAR, pid=2**22 + 1).surely_dead()
    assert not replace(Owner.this_process(), machine="", started="1").surely_dead()


def test_one_of_many_gets_it(store: Store) -> None:
    got, refused, everybody = [], [], threading.Barrier(6)

    def attempt() -> None:
        everybody.wait()
        try:
            with hold(store, "orders") as lease:
                got.append(lease.fence)
                everybody.wait(PATIENCE)
        except StateConflict:
            refused.append(1)
            everybody.wait(PATIENCE)

    crowd = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert got == [1]
    assert len(refused) == 5
