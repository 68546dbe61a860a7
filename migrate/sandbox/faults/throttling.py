"""The API of DMS answers fewer requests than it is asked."""

from __future__ import annotations

from functools import partial

from migrate.sandbox.dms.throttle import Rate
from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene

PER_SECOND = 2.0


def begin(scene: Scene, asked: Asked) -> Effect:
    """Whoever asks more is told ThrottlingException (dms.md §15).

    A bucket of one second's requests is an assumption: one caller alone would hardly empty the real one.
    """
    rate = asked.rate or PER_SECOND
    scene.throttle.limit(Rate(burst=max(rate, 1.0), per_second=rate))
    return Effect(f"the DMS API answers {rate:g} requests a second", partial(scene.throttle.limit, None))


KIND = Kind(
    "throttling",
    "the DMS API answers few requests a second and refuses the others with ThrottlingException",
    begin,
    takes=("rate", "seconds"),
    seconds=10.0,
)
