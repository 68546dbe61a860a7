"""The restore drill: another cluster is made of the target's, as it can be restored, and looked into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from migrate.errors import MigrateError, SaysNo, TargetError
from migrate.events import Noted
from migrate.model.drill import RestoreDrill
from migrate.ports.database import Database
from migrate.stages.drill.patience import answered
from migrate.stages.drill.restore_point import RestorePoint
from migrate.stages.drill.restore_world import LIMIT_SECONDS, RestoreWorld


def restore(world: RestoreWorld, point: RestorePoint, name: str) -> RestoreDrill:
    """Make the cluster `name` and compare. It stands afterwards; see `taken_down`.

    Raises what `point` raises before anything is done, and SaysNo when the restored cluster does not answer within four
    hours (DRL-010), or does not let the toolkit in as it was (DRL-019).
    """
    tables = _tables(world.target)
    called = point.begin(name)
    world.emit(Noted(f"{world.cluster}: {name} is made of it"))
    host, port = _up(world, name)
    with world.opened(host, port) as restored:
        _answers(world, point, restored, name)
        recovered = world.clock.monotonic()
        world.emit(Noted(f"{name} answers, {recovered - called:.1f} s after the call"))
        rows, missing_tables = point.rows(restored), tables - _tables(restored)
    return RestoreDrill(
        cluster=world.cluster,
        restored=name,
        snapshot=point.snapshot,
        recovery_seconds=recovered - called,
        tables=len(tables),
        missing_tables=tuple(sorted(missing_tables)),
        **asdict(rows),
    )


@contextmanager
def taken_down(world: RestoreWorld, name: str) -> Iterator[None]:
    """Delete the restored cluster after the block. Where the block itself failed, that is what is told, and a cluster
    that could not be deleted is named beside it."""
    try:
        yield
    except BaseException:
        try:
            world.restores.remove(name)
        except MigrateError as problem:
            told = f"{name} is still there, and costs: {problem}. The next drill restore, and cleanup, delete it"
            world.emit(Noted(told, warning=True))
        raise
    world.restores.remove(name)


def _up(world: RestoreWorld, name: str) -> tuple[str, int]:
    """Where the restored cluster listens, once it and its one instance are available."""
    patience = world.patience(LIMIT_SECONDS)

    def stands(instances: int) -> bool:
        found = world.restores.state(name)
        return found.available and found.instances == instances

    up = patience.until(lambda: answered(lambda: stands(0)), f"until the volume of {name} is there")
    if up:
        world.restores.add_writer(world.cluster, name)
        up = patience.until(lambda: answered(lambda: stands(1)), f"until the instance of {name} is there")
    if not up:
        raise _not_back(name)
    found = world.restores.state(name)
    return found.host, found.port


def _answers(world: RestoreWorld, point: RestorePoint, restored: Database, name: str) -> None:
    def asked() -> bool:
        restored.identity()
        return True

    try:
        up = world.patience(LIMIT_SECONDS).until(lambda: answered(asked), f"until {name} answers")
    except TargetError as problem:
        if point.snapshot is None:
            raise
        raise SaysNo(
            f"{name} stands, and what is in snapshot {point.snapshot.name} does not let the toolkit in:"
            f" {problem.message}",
            code="DRL-019",
            hint=f"Logins, passwords and databases are those of {point.snapshot.taken:%Y-%m-%d %H:%M} UTC; RDS rotates"
            " the master's password. Take a newer snapshot; of one restored in earnest set it anew: aws rds"
            " modify-db-cluster --manage-master-user-password",
        ) from problem
    if not up:
        raise _not_back(name)


def _not_back(name: str) -> SaysNo:
    return SaysNo(
        f"{name}, which was to be restored, does not answer after {LIMIT_SECONDS:g} s",
        code="DRL-010",
        hint="Look at its events in the RDS console. The application is not concerned: its cluster was only read.",
    )


def _tables(database: Database) -> frozenset[str]:
    return frozenset(str(table.name) for table in database.catalog().tables)
