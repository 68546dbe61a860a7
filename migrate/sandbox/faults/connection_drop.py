"""The network between DMS and a server breaks for some seconds."""

from __future__ import annotations

from functools import partial

from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene


def begin(scene: Scene, asked: Asked) -> Effect:
    """Every connection of every task to that side is cut, TestConnection included, and none can be made."""
    side = asked.side or "source"
    scene.conditions.cut(side)
    return Effect(f"cut every task's connections to its {side}", partial(scene.conditions.heal, side))


KIND = Kind(
    "connection-drop",
    "connections between all tasks and their source (or target) are cut, and none can be made",
    "dms.md §8: an environmental error, retried as RecoverableError* says (§5.2)",
    begin,
    takes=("side", "seconds"),
    seconds=5.0,
)
