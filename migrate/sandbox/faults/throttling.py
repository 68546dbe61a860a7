"""The API of DMS answers fewer requests than it is asked."""

from __future__ import annotations

from functools import partial

from migrate.sandbox.dms.throttle import Rate
from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene

PER_SECOND = 2.0


def begin(scene: Scene, asked: Asked) -> Effect:
    """A bucket of one second's requests; whoever asks more is told ThrottlingException."""
    rate = asked.rate or PER_SECOND
    scene.throttle.limit(Rate(burst=max(rate, 1.0), per_second=rate))
    return Effect(f"the DMS API answers {rate:g} requests a second", partial(scene.throttle.limit, None))


KIND = Kind(
    "throttling",
    "the DMS API answers few requests a second and refuses the others with ThrottlingException",
    "dms.md §15: token bucket; its size here is an assumption, for one caller would never empty the real one",
    begin,
    takes=("rate", "seconds"),
    seconds=10.0,
)
