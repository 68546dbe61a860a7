"""What an engine's family means to the stages. An engine's own code is in engines/; here stand facts alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checks.route import Engine, TargetEngine


@dataclass(frozen=True, kw_only=True)
class Family:
    """Facts that decide the order of steps and the words of a report."""

    name: str
    port: int
    feed_holds_slot: bool
    """DMS keeps a logical slot on the side it reads; without one, the log stays for a time that is configured."""
    keys_before_changes: bool
    """Foreign keys must act while changes are applied, for the log does not hold the rows that a cascade changed."""
    lob_truncation_fails: bool
    """A task can be told to fail where it cuts a LOB (FailTasksOnLobTruncation); else nobody hears of it."""


POSTGRES = Family(
    name="PostgreSQL", port=5432, feed_holds_slot=True, keys_before_changes=False, lob_truncation_fails=True
)
MYSQL = Family(name="MySQL", port=3306, feed_holds_slot=False, keys_before_changes=True, lob_truncation_fails=False)

FAMILY_OF: Mapping[Engine | TargetEngine, Family] = {
    Engine.POSTGRES: POSTGRES,
    Engine.MYSQL: MYSQL,
    Engine.MARIADB: MYSQL,
    TargetEngine.AURORA_POSTGRESQL: POSTGRES,
    TargetEngine.AURORA_MYSQL: MYSQL,
}
