from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_SHORTEST = 10_000
_LONGEST = 300_000


def _catalog(milliseconds: str) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, settings={"wal_sender_timeout": milliseconds})


class WalSenderTimeoutOutOfRange(Rule):
    """WAL sender that gives up too soon, or too late.

    ## What it finds
    A `wal_sender_timeout` under 10 s that is not 0 (blocker), or over 5 min (notice).

    ## Why it matters on Aurora
    DMS answers the WAL sender too seldom for a short timeout: the server cuts the stream and the task fails. A long one
    holds the slot for a replication instance that is gone, and delays its failover to the other zone.

    ## What to do
    Set it between 10 s and 5 min and reload; 0 switches it off. No restart is needed.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG310"
    slug = "wal-sender-timeout-out-of-range"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    needs = ("settings",)
    bad = (LiveExample(lambda: _catalog("5000"), because="a dump does not hold server settings"),)
    good = (LiveExample(lambda: _catalog("60000"), because="a dump does not hold server settings"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        text = (catalog.settings or {}).get("wal_sender_timeout", "")
        if not text.isdigit() or text == "0" or _SHORTEST <= int(text) <= _LONGEST:
            return
        short = int(text) < _SHORTEST
        yield self.finding(
            ObjectRef("setting", "wal_sender_timeout"),
            f"is {text} ms: " + ("the task fails" if short else "a lost replication instance holds its slot so long"),
            remedy="Set it between 10 s and 5 min, in the parameter group on RDS; a role may have its own value.",
            sql="ALTER SYSTEM SET wal_sender_timeout = '60s';",
            severity=Severity.BLOCKER if short else Severity.NOTICE,
        )
