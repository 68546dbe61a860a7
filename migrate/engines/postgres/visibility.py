"""Which of the commits that the log tells a new statement sees.

A commit is in the log before anybody sees it: for a moment, and with synchronous replication for as long as a standby
takes to confirm it.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrate.engines.postgres.connection import Connection

NUMBERS = 2**32
"""The log tells a transaction by this many numbers, over and over; of those in use one half is past."""


@dataclass(frozen=True)
class Snapshot:
    """What a statement sees that begins when it is taken."""

    end: int
    """The first transaction that had not ended, nor any after it."""
    running: frozenset[int]
    """Those ahead of it that had not ended."""

    @classmethod
    def taken(cls, connection: Connection) -> Snapshot:
        """Now; within a transaction that keeps one snapshot, as of then."""
        row = connection.execute("SELECT txid_current_snapshot()::text").fetchone()
        assert row is not None
        _, end, running = row[0].split(":")
        return cls(int(end) % NUMBERS, frozenset(int(each) % NUMBERS for each in running.split(",") if each))

    def sees(self, transaction: int) -> bool:
        """Whether what this transaction wrote is seen, once it has committed."""
        return transaction not in self.running and (transaction - self.end) % NUMBERS >= NUMBERS // 2
