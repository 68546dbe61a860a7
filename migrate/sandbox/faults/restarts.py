"""A database server goes down and comes back."""

from __future__ import annotations

from functools import partial

from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene


def _begin(side: str, scene: Scene, asked: Asked) -> Effect:
    """A task takes it as an environmental error and tries again (dms.md §8).

    That a MySQL load whose source stops ends as if all was well (dms.md §18 item 14) is not modelled.
    """
    server = asked.on(scene, side)
    server.stop()
    return Effect(f"stopped the {server.engine} server on port {server.port}", server.start)


SOURCE = Kind(
    "source-restart",
    "the source's server is stopped and started again",
    partial(_begin, "source"),
    takes=("server", "seconds"),
    seconds=1.0,
)

TARGET = Kind(
    "target-restart",
    "the cluster's server is stopped and started again",
    partial(_begin, "target"),
    takes=("server", "seconds"),
    seconds=1.0,
)
