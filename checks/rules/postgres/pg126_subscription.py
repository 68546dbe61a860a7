from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule


class Subscription(Rule):
    """Subscription that writes into the source.

    ## What it finds
    Subscriptions.

    ## Why it matters on Aurora
    The source is fed by another server, which goes on writing there when the application has been stopped, and
    knows nothing of the target.

    ## What to do
    Plan the subscription's move: disable it when the source is fenced, and make it anew on the target. Leave it out
    of the restore (pg_dump --no-subscriptions).

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG126"
    slug = "subscription"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html"
    bad = (
        (
            "CREATE TABLE stock (id int PRIMARY KEY); "
            "CREATE SUBSCRIPTION inbound CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false);"
        ),
    )
    good = ("CREATE TABLE stock (id int PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            if other.kind == "subscription":
                yield self.finding(
                    other.ref,
                    "feeds the source from another server, also while the application is stopped",
                    remedy="Disable it when the source is fenced, and make it anew on the target.",
                    sql=f"ALTER SUBSCRIPTION {quoted(other.name)} DISABLE;",
                )
