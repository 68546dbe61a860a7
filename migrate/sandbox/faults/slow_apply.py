"""Changes reach the target more slowly than the source makes them."""

from __future__ import annotations

from functools import partial

from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene

CHANGES_PER_SECOND = 20.0


def begin(scene: Scene, asked: Asked) -> Effect:
    """Every task paces itself; the latency of the target grows, and nothing fails (dms.md §16: no latency SLA)."""
    rate = asked.rate or CHANGES_PER_SECOND
    scene.conditions.slow(rate)
    return Effect(f"tasks apply {rate:g} changes a second", partial(scene.conditions.hurry, rate))


KIND = Kind(
    "slow-apply",
    "tasks apply no more than so many changes a second, so that they fall behind",
    begin,
    takes=("rate", "seconds"),
)
