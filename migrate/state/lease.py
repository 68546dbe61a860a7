"""The lease of one migration: one writer at a time, told apart from its predecessors by a fencing number.

Invariants: every acquisition raises the number, and `Journal.append` compares it in the transaction that inserts, so a
holder that was replaced while it slept cannot write. Nobody on the holder's own machine replaces it while it lives.
Expiry is judged by the clocks of the machines that share a store: they must agree to within the lease's time to live;
where they do not, the fencing number still protects the journal.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select, text, update

from migrate.clock import Clock, SystemClock
from migrate.errors import StateConflict
from migrate.state import chain, tables
from migrate.state.instants import instant_of, text_of
from migrate.state.owner import Owner

if TYPE_CHECKING:
    from migrate.state.store import Store

_ROW = tables.migration.c
_BEATS_PER_TTL = 3


class LeaseHeld(StateConflict):
    """A living process holds the lease; `label` is what it says it is doing."""

    label = ""


@dataclass(frozen=True)
class Lease:
    """Permission to write one migration's journal, until another fencing number is handed out."""

    migration: str
    fence: int
    owner: Owner
    clock: Clock

    def lost(self) -> StateConflict:
        """The error for whoever finds that this lease is no longer the current one."""
        return StateConflict(
            f"the lease of migration {self.migration} (number {self.fence}) was taken over by another process",
            code="STA-021",
            hint="Nothing more was written. See what the other process does: aurora-migrate status",
        )


@contextmanager
def hold(
    store: Store, migration: str, owner: Owner | str = "", *, ttl: float = 30.0, clock: Clock | None = None
) -> Iterator[Lease]:
    """Hold the migration's lease while the block runs; a thread renews it, the end of the block releases it.

    `owner` is what this process says it is doing, for people. `ttl` is how many seconds a silent holder on another
    machine keeps the lease; on the same machine a holder whose process died is replaced at once.
    Raises StateConflict naming the holder when there is a living one.
    """
    clock = clock or SystemClock()
    holder = owner if isinstance(owner, Owner) else Owner.this_process(owner)
    lease = _acquire(store, migration, holder, ttl, clock)
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(store, lease, ttl, stop), name=f"lease {migration}", daemon=True)
    heart.start()
    try:
        yield lease
    finally:
        stop.set()
        heart.join()
        # A store that is gone must not hide why the block ended; the lease then expires by itself.
        with suppress(StateConflict):
            _release(store, lease)


def confirm(connection: Connection, lease: Lease) -> None:
    """Keep the lease from changing hands until this transaction ends. Raises StateConflict when it did before."""
    row = connection.execute(
        select(_ROW.fence, _ROW.holder_host).where(_ROW.migration == lease.migration).with_for_update()
    ).one_or_none()
    if row is None or row.fence != lease.fence or row.holder_host is None:
        raise lease.lost()


def require_held(store: Store, lease: Lease) -> None:
    """Raises StateConflict when the lease has changed hands. It may do so the moment after."""
    with store.reading() as connection:
        fence = connection.scalar(select(_ROW.fence).where(_ROW.migration == lease.migration))
    if fence != lease.fence:
        raise lease.lost()


def _acquire(store: Store, migration: str, owner: Owner, ttl: float, clock: Clock) -> Lease:
    with store.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO aurora_migrate_migration (migration, fence, head_seq, head_hash)"
                " VALUES (:migration, 0, 0, :head) ON CONFLICT (migration) DO NOTHING"
            ),
            {"migration": migration, "head": chain.beginning(migration)},
        )
        row = connection.execute(select(tables.migration).where(_ROW.migration == migration).with_for_update()).one()
        now = clock.now()
        if _is_held(row, now):
            raise _held(row)
        fence = row.fence + 1
        connection.execute(
            update(tables.migration)
            .where(_ROW.migration == migration)
            .values(
                fence=fence,
                holder_host=owner.host,
                holder_machine=owner.machine,
                holder_pid=owner.pid,
                holder_started=owner.started,
                holder_label=owner.label,
                held_since=text_of(now),
                expires_at=_expiry(now, ttl),
            )
        )
    return Lease(migration, fence, owner, clock)


def _expiry(now: datetime, ttl: float) -> str:
    return text_of(now + timedelta(seconds=ttl))


def _is_held(row: Row[Any], now: datetime) -> bool:
    """A holder on this machine keeps the lease while its process lives, for one that was only paused acts on later."""
    if row.holder_host is None:
        return False
    holder = _holder(row)
    return not holder.surely_dead() if holder.here else instant_of(row.expires_at) > now


def _holder(row: Row[Any]) -> Owner:
    return Owner(row.holder_host, row.holder_machine, row.holder_pid, row.holder_started, row.holder_label)


def _held(row: Row[Any]) -> LeaseHeld:
    holder = _holder(row)
    doing = f" ({holder.label})" if holder.label else ""
    held = LeaseHeld(
        f"migration {row.migration} is held by process {holder.pid} on {holder.host}{doing} since {row.held_since}",
        code="STA-020",
        hint=(
            f"Wait until it ends, or stop it there: kill {holder.pid}. A holder that died is replaced at once on its"
            f" own machine, from another one after {row.expires_at}."
        ),
        retryable=True,
    )
    held.label = holder.label
    return held


def _beat(store: Store, lease: Lease, ttl: float, stop: threading.Event) -> None:
    while not stop.wait(ttl / _BEATS_PER_TTL):
        # A beat that fails is tried again; if none gets through, the lease expires, which is what it is for.
        with suppress(StateConflict), store.writing() as connection:
            connection.execute(
                update(tables.migration)
                .where(_ROW.migration == lease.migration, _ROW.fence == lease.fence, _ROW.holder_host.is_not(None))
                .values(expires_at=_expiry(lease.clock.now(), ttl))
            )


def _release(store: Store, lease: Lease) -> None:
    nobody = dict.fromkeys(
        (
            "holder_host",
            "holder_machine",
            "holder_pid",
            "holder_started",
            "holder_label",
            "held_since",
            "expires_at",
        )
    )
    with store.writing() as connection:
        connection.execute(
            update(tables.migration)
            .where(_ROW.migration == lease.migration, _ROW.fence == lease.fence)
            .values(**nobody)
        )
