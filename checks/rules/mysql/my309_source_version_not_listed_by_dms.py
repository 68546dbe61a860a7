from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import dms_versions
from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Engine, Route, Version
from checks.rule import LiveExample, Rule

_BECAUSE = "the server's version decides"


def _catalog(version: str) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, version=Version.parse(version))


class SourceVersionNotListedByDms(Rule):
    """Version that DMS does not list.

    ## What it finds
    Sources of a version that is not on DMS's list of MySQL and MariaDB versions; for a version that needs a certain
    DMS engine a notice that says which.

    ## Why it matters on Aurora
    Nobody has tried it: the task may fail at its start, or read an event that it does not know later on.

    ## What to do
    Ask the current page of DMS for this version; else replicate natively, or upgrade the source.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Introduction.Sources.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY309"
    slug = "source-version-not-listed-by-dms"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Introduction.Sources.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = (LiveExample(lambda: _catalog("9.7.4"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("8.0.39"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        version = catalog.version or route.source_version
        if version is None:
            return
        known = dms_versions(catalog.engine)
        title = "MariaDB" if catalog.engine is Engine.MARIADB else "MySQL"
        ref = ObjectRef("server", f"{title} {version}")
        first = known.first_dms_version.get(".".join(str(part) for part in version.parts[:2]))
        if not known.lists(version):
            yield self.finding(
                ref,
                f"is not on the list of DMS as it was read ({known.source.as_of})",
                remedy="Ask the current DMS page for this version, and rehearse with it.",
                source=str(known.source),
            )
        elif first is not None:
            yield self.finding(
                ref,
                f"needs a DMS replication engine of version {first} or newer",
                remedy=f"Choose a replication instance with engine {first} or newer.",
                severity=Severity.NOTICE,
            )
