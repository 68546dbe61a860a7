"""CloudWatch receives nothing."""

from __future__ import annotations

from functools import partial

from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene


def begin(scene: Scene, asked: Asked) -> Effect:
    """No point of AWS/DMS is published; older ones stay where they are."""
    scene.conditions.silence(+1)
    return Effect("no metric of a task is published", partial(scene.conditions.silence, -1))


KIND = Kind(
    "metrics-silent",
    "no point of a task's metrics reaches CloudWatch",
    'dms.md §16: a zero can mean "idle", "no data" or "stuck"',
    begin,
    takes=("seconds",),
)
