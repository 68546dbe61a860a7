"""An instance class, or a range of ACU, from what the source has and uses; with the reasoning, for it is a judgement.

Sizes of the memory-optimized classes (r6g, r7g, r8g: 8 GiB for each vCPU) and their limits of sessions are AWS's; an
ACU is about 2 GiB with CPU to match (Aurora User Guide). The shares are this toolkit's: memory by what must be cached,
CPU at 60 % where it peaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from checks.route import TargetEngine
from migrate.model.measurement import ServerSize

GIB = 1024**3
VCPUS = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48, "16xlarge": 64}
GIB_PER_VCPU = 8
FAMILY = "db.r7g"
ACU_GIB = 2
LARGEST_ACU = 256
CACHED_SHARE = {TargetEngine.AURORA_POSTGRESQL: 0.67, TargetEngine.AURORA_MYSQL: 0.75}
"""Of an instance's memory, what Aurora gives to the cache: shared_buffers about two thirds, the buffer pool three
quarters. Not measured on Aurora."""
SESSION_MIB = 10
CPU_WANTED = 0.6
SESSIONS = {
    TargetEngine.AURORA_POSTGRESQL: (1802, 3604, 5000, 5000, 5000, 5000, 5000),
    TargetEngine.AURORA_MYSQL: (1000, 2000, 3000, 4000, 5000, 6000, 6000),
}
"""max_connections of each class by itself: LEAST(memory / 9531392, 5000), and the table of the Aurora User Guide,
"Maximum connections to an Aurora MySQL DB instance"."""
TOOLS = 50
"""Sessions of DMS, this toolkit and the people who watch, beside the application's."""
MISSES = 0.99
"""Below this share of hits the source's cache is smaller than what it works with."""


@dataclass(frozen=True)
class Load:
    """What no database tells of its machine. None: unknown."""

    vcpus: int | None = None
    cpu_percent: float | None = None
    """At its peak."""


@dataclass(frozen=True)
class Recommendation:
    """`least` and `most` in ACU, for Serverless v2 in place of the class."""

    instance_class: str
    least: float
    most: float
    reasons: tuple[str, ...]


def recommend(size: ServerSize, load: Load, engine: TargetEngine) -> Recommendation:
    """The smallest class that holds both memory and CPU; the largest one, with a reason, where none does."""
    working, reasons = _working_set(size)
    sessions = size.sessions * SESSION_MIB / 1024
    memory = working / CACHED_SHARE[engine] + sessions
    word = "at most at one time" if size.peak else "now; PostgreSQL keeps no peak, look at the busiest hour"
    reasons += [
        f"{working:.1f} GiB in a cache that is {CACHED_SHARE[engine]:.0%} of the memory, and {size.sessions} sessions "
        f"({word}) of {SESSION_MIB} MiB: {memory:.1f} GiB",
    ]
    by_memory = ceil(memory / GIB_PER_VCPU)
    by_cpu = _cpu(load, reasons)
    needed = max(by_memory, by_cpu)
    name = next((name for name, vcpus in VCPUS.items() if vcpus >= needed), "16xlarge")
    if VCPUS[name] < needed:
        reasons.append(f"no class has {needed} vCPU: the largest known here is named, and does not do")
    has = VCPUS[name]
    reasons.append(f"{FAMILY}.{name} has {has} vCPU and {has * GIB_PER_VCPU} GiB")
    reasons.append(_limit(size, dict(zip(VCPUS, SESSIONS[engine], strict=True))[name]))
    most = min(LARGEST_ACU, max(2, ceil(has * GIB_PER_VCPU / ACU_GIB)))
    least = min(most, max(1.0, float(ceil(memory / 2 / ACU_GIB))))
    reasons.append(f"Serverless v2: up to the same memory, down to half of what is needed, {ACU_GIB} GiB an ACU")
    return Recommendation(f"{FAMILY}.{name}", least, float(most), tuple(reasons))


def _working_set(size: ServerSize) -> tuple[float, list[str]]:
    """GiB that must be cached: no more than there are data, no less than a cache that is too small by its misses."""
    cache, data = size.cache_bytes / GIB, size.data_bytes / GIB
    if data <= cache:
        return data, [f"all {data:.1f} GiB of data fit into the source's cache of {cache:.1f} GiB"]
    if size.hit_ratio is not None and size.hit_ratio < MISSES:
        wanted = min(data, 2 * cache)
        return wanted, [
            f"the source's cache of {cache:.1f} GiB answers {size.hit_ratio:.1%} of reads of {data:.1f} GiB of data: "
            f"it is too small, twice of it is wanted"
        ]
    seen = "its hits are not known" if size.hit_ratio is None else f"it answers {size.hit_ratio:.1%} of reads"
    return cache, [f"the source's cache of {cache:.1f} GiB is enough for {data:.1f} GiB of data: {seen}"]


def _limit(size: ServerSize, lets_in: int) -> str:
    said = f"its own max_connections is {lets_in}, the source's {size.session_limit}"
    if lets_in < size.sessions + TOOLS:
        return f'{said}: write max_connections = "{size.sessions + TOOLS}" into [target.parameters]'
    if lets_in < size.session_limit:
        return f"{said}: enough for the {size.sessions} seen; write max_connections into [target.parameters] for more"
    return said


def _cpu(load: Load, reasons: list[str]) -> int:
    if load.vcpus is None:
        reasons.append("CPU is not known: give --vcpus and --cpu-percent of the source at its peak")
        return 0
    percent = 100.0 if load.cpu_percent is None else load.cpu_percent
    needed = ceil(load.vcpus * percent / 100 / CPU_WANTED)
    reasons.append(f"{load.vcpus} vCPU at {percent:g} %, to stand at {CPU_WANTED:.0%} there: {needed} vCPU")
    return needed
