"""What size is recommended, and whether its reasons say why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.route import TargetEngine
from migrate.model.measurement import ServerSize
from migrate.stages.provision.sizing import GIB, Load, Recommendation, recommend

SMALL = ServerSize(cache_bytes=4 * GIB, data_bytes=2 * GIB, sessions=50, peak=True, session_limit=151, hit_ratio=0.999)


def wanted(size: ServerSize, load: Load = Load(2, 40)) -> Recommendation:  # noqa: B008
    return recommend(size, load, TargetEngine.AURORA_MYSQL)


def test_what_fits_into_the_smallest_is_the_smallest() -> None:
    found = wanted(SMALL)
    assert (found.instance_class, found.least, found.most) == ("db.r7g.large", 1.0, 8.0)
    assert "all 2.0 GiB of data fit" in found.reasons[0]


@pytest.mark.parametrize(
    ("size", "load", "name", "because"),
    [
        (replace(SMALL, cache_bytes=40 * GIB, data_bytes=500 * GIB), Load(2, 40), "2xlarge", "is enough for 500.0 GiB"),
        (
            replace(SMALL, cache_bytes=40 * GIB, data_bytes=500 * GIB, hit_ratio=0.9),
            Load(2, 40),
            "4xlarge",
            "too small",
        ),
        (SMALL, Load(16, 90), "8xlarge", "16 vCPU at 90 %"),
        (SMALL, Load(16), "8xlarge", "16 vCPU at 100 %"),
        (replace(SMALL, sessions=4000), Load(2, 40), "2xlarge", "4000 sessions (at most at one time)"),
        (SMALL, Load(96, 95), "16xlarge", "does not do"),
        (SMALL, Load(), "large", "CPU is not known"),
        (replace(SMALL, peak=False), Load(), "large", "keeps no peak"),
        (replace(SMALL, sessions=960), Load(2, 40), "large", 'write max_connections = "1010"'),
        (replace(SMALL, sessions=4000), Load(2, 40), "2xlarge", 'write max_connections = "4050"'),
        (replace(SMALL, session_limit=3000), Load(2, 40), "large", "enough for the 50 seen; write max_connections"),
    ],
)
def test_each_reason_can_decide(size: ServerSize, load: Load, name: str, because: str) -> None:
    found = wanted(size, load)
    assert found.instance_class == f"db.r7g.{name}"
    assert because in " ".join(found.reasons)
    assert found.least <= found.most <= 256
