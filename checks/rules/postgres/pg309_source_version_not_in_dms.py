from __future__ import annotations

from collections.abc import Iterable

from checks.aurora import dms_postgresql_sources
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_OLDEST_WITH_ENGINE = 13


class SourceVersionNotInDms(Rule):
    """PostgreSQL version that DMS is not known to read.

    ## What it finds
    A source older than DMS reads (blocker), or newer than the newest major of its list (warning). For majors that need
    a certain DMS engine it says which.

    ## Why it matters on Aurora
    A replication instance with too old an engine cannot capture changes of a newer source: the task fails at its start
    or, worse, later.

    ## What to do
    `replicate start` takes the newest engine that DMS offers for the instance class. Where `engine_version` under
    `[replication]` names one, name that version or a newer one. Replicate from an older source natively, or upgrade it
    first.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG309"
    slug = "source-version-not-in-dms"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("-- Dumped from database version 9.3.25\nCREATE TABLE t (id bigint PRIMARY KEY);",)
    good = ("-- Dumped from database version 12.22\nCREATE TABLE t (id bigint PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        version = catalog.version or route.source_version
        if version is None:
            return
        known = dms_postgresql_sources()
        ref = ObjectRef("server", f"PostgreSQL {version}")
        newest = max(known.first_dms_version)
        if version < known.oldest:
            yield self.finding(ref, f"is older than {known.oldest}", remedy="Upgrade the source first.")
        elif version.major > newest:
            yield self.finding(
                ref,
                f"is newer than {newest}, the newest that the pages read ({known.source.as_of}) list",
                remedy="Ask the current DMS page for this version, and rehearse with it.",
                severity=Severity.WARNING,
            )
        elif version.major >= _OLDEST_WITH_ENGINE:
            first = known.first_dms_version[version.major]
            yield self.finding(
                ref,
                f"needs a DMS replication engine of version {first} or newer",
                remedy=f"Leave engine_version under [replication] out (the newest is taken), or name {first} or newer.",
                severity=Severity.NOTICE,
            )
