from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class TargetOlderThanSource(Rule):
    """Target with an older major version than the source.

    ## What it finds
    A PostgreSQL source whose major version is above the target's.

    ## Why it matters on Aurora
    The schema may use syntax, types and functions that the older target does not have, and a dump made for the newer
    server may not load there.

    ## What to do
    Choose a target of the source's major version or a newer one.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html
    """

    code = "CK802"
    slug = "target-older-than-source"
    severity = Severity.BLOCKER
    blocks = "provision"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html"
    bad = ("-- Dumped from database version 18.1\nCREATE TABLE t (id bigint PRIMARY KEY);",)
    good = ("-- Dumped from database version 17.1\nCREATE TABLE t (id bigint PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        version = catalog.version or route.source_version
        if version is not None and version.major > route.target_version.major:
            yield self.finding(
                ObjectRef("target", f"{route.target.value} {route.target_version}"),
                f"is older than the source, PostgreSQL {version}",
                remedy=f"Choose a target of major version {version.major} or newer.",
            )
