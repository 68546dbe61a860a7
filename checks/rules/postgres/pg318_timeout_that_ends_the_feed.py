from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_HARMFUL = {
    "idle_in_transaction_session_timeout": "DMS keeps transactions open without a word during a load",
    "idle_session_timeout": "DMS keeps sessions that are idle between two tables",
    "statement_timeout": "the query that loads a large table runs longer",
    "transaction_timeout": "the transaction that loads a large table runs longer",
}
_DAY = 86_400_000


def _catalog(milliseconds: str) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, settings={"statement_timeout": milliseconds})


class TimeoutThatEndsTheFeed(Rule):
    """Timeout that would end the session of the load.

    ## What it finds
    The timeouts of idle and of running sessions, as they hold for the user of this assessment, when they are set. A
    day or more, as Aurora's own default, is a notice.

    ## Why it matters on Aurora
    The server ends DMS's session while it loads or waits: the table is suspended or the task fails, late and again
    after each start.

    ## What to do
    Switch it off for the account that DMS logs in as. The application keeps its own.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG318"
    slug = "timeout-that-ends-the-feed"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    needs = ("settings",)
    bad = (LiveExample(lambda: _catalog("60000"), because="a dump does not hold server settings"),)
    good = (LiveExample(lambda: _catalog("0"), because="a dump does not hold server settings"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for name, reason in _HARMFUL.items():
            value = (catalog.settings or {}).get(name, "")
            if value.isdigit() and value != "0":
                yield self.finding(
                    ObjectRef("setting", name),
                    f"is {int(value) / 1000:g} s, and {reason}",
                    remedy="Take it away from DMS's account: run the answer of this query for it.",
                    sql="SELECT format('ALTER ROLE %I SET "
                    f"{name} = 0;', rolname) FROM pg_roles WHERE rolcanlogin AND NOT rolsuper;",
                    severity=Severity.NOTICE if int(value) >= _DAY else Severity.WARNING,
                )
