"""How long things take in the sandbox. Every figure measured here is given with the name of its profile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """A set of delays, all in seconds.

    `transition_seconds` is how long a state such as `creating` or `starting` lasts, `poll_seconds` how often the
    replication engine looks for changes, `api_latency_seconds` what every API call costs.
    """

    name: str
    transition_seconds: float
    poll_seconds: float
    api_latency_seconds: float


INSTANT = Profile("instant", transition_seconds=0.0, poll_seconds=0.05, api_latency_seconds=0.0)
"""Nothing waits longer than it must: for tests, and for the toolkit's own share of every duration."""

AWS_LIKE = Profile("aws-like", transition_seconds=4.0, poll_seconds=5.0, api_latency_seconds=0.08)
"""AWS's rhythm with the minutes of starting and stopping scaled to seconds (1 min ≈ 1 s); latency as from afar."""

PROFILES = {profile.name: profile for profile in (INSTANT, AWS_LIKE)}
