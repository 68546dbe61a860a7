"""The network between DMS and a server breaks for some seconds."""

from __future__ import annotations

from functools import partial

from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene


def begin(scene: Scene, asked: Asked) -> Effect:
    """Every connection of every task to that side is cut, TestConnection included, and none can be made.

    A task takes it as an environmental error and tries again as RecoverableError* say (dms.md §8, §5.2).
    """
    side = asked.side or "source"
    scene.conditions.cut(side)
    return Effect(f"cut every task's connections to its {side}", partial(scene.conditions.heal, side))


KIND = Kind(
    "connection-drop",
    "connections between all tasks and their source (or target) are cut, and none can be made",
    begin,
    takes=("side", "seconds"),
    seconds=5.0,
)
