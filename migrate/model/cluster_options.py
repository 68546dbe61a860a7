"""What a target cluster may have beside the bare cluster. The defaults are those of a migration's target."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Storage(StrEnum):
    """`io-optimized` has no charge per I/O; it pays where I/O is about a quarter of the bill, as in a bulk load."""

    STANDARD = "standard"
    IO_OPTIMIZED = "io-optimized"


class Insights(StrEnum):
    """Database Insights. `advanced` adds lock analysis and execution plans."""

    STANDARD = "standard"
    ADVANCED = "advanced"


class SecretUse(StrEnum):
    """Who logs in with a secret of the stack's own. Nobody but the stack's owner uses the master's."""

    APPLICATION = "application"
    DMS = "dms"
    TOOLKIT = "toolkit"


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Aurora capacity units of Serverless v2. A migration target never pauses: the feed would not wake it in time."""

    minimum: float = 1.0
    maximum: float = 16.0


@dataclass(frozen=True, kw_only=True)
class Backup:
    """Windows are UTC (`02:00-03:00`, `sun:04:00-sun:05:00`), empty: AWS chooses. `plan_days` 0: no AWS Backup plan.

    `backtrack_hours` (Aurora MySQL) excludes the binary log, and so the way back.
    """

    window: str = ""
    maintenance_window: str = ""
    backtrack_hours: int = 0
    plan_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """`alarm_topic_arn` empty: the stack makes a topic of its own. Thresholds are starting points."""

    interval_seconds: int = 60
    insights: Insights = Insights.STANDARD
    log_days: int = 90
    alarm_topic_arn: str = ""
    cpu_percent: float = 80.0
    free_memory_mib: int = 256
    connections: int = 1000
    reader_lag_ms: int = 1000
    volume_left_gib: int = 1024
    deadlocks_per_second: float = 1.0
    dms_latency_seconds: int = 60


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """RDS Proxy for applications. DMS cannot go through it: a replication stream does not pass."""

    idle_seconds: int = 1800
    connections_percent: int = 90


@dataclass(frozen=True, kw_only=True)
class Autoscaling:
    """Readers that come and go with the readers' mean CPU, beside those the stack makes."""

    minimum: int = 1
    maximum: int = 4
    cpu_percent: float = 70.0


@dataclass(frozen=True, kw_only=True)
class CustomEndpoint:
    """One more endpoint, for these readers alone, by number from 1."""

    name: str
    readers: tuple[int, ...]
