"""CloudWatch receives nothing."""

from __future__ import annotations

from functools import partial

from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene


def begin(scene: Scene, asked: Asked) -> Effect:
    """No point of AWS/DMS is published; older ones stay: what shows may mean idle, no data or stuck (dms.md §16)."""
    scene.conditions.silence(+1)
    return Effect("no metric of a task is published", partial(scene.conditions.silence, -1))


KIND = Kind(
    "metrics-silent",
    "no point of a task's metrics reaches CloudWatch",
    begin,
    takes=("seconds",),
)
