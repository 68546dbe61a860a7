from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_columns import columns, some
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class UnsignedBigintColumn(Rule):
    """Whole number beyond the signed ones.

    ## What it finds
    BIGINT UNSIGNED columns; one finding for all.

    ## Why it matters on Aurora
    Older DMS engines lost or wrapped values above 9223372036854775807.

    ## What to do
    Choose a current replication engine, and compare the largest values.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_ReleaseNotes.html
    """

    code = "MY218"
    slug = "unsigned-bigint-column"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_ReleaseNotes.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE counter (id int NOT NULL PRIMARY KEY, hits bigint unsigned);",)
    good = ("CREATE TABLE counter (id int NOT NULL PRIMARY KEY, hits bigint);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        found = [(table, ref) for table, column, ref in columns(catalog) if column.type.startswith("bigint unsigned")]
        if found:
            yield self.finding(
                ObjectRef("type", "bigint unsigned", found[0][0].location),
                f"goes beyond signed numbers ({some([ref.name for _, ref in found])})",
                remedy="Compare the largest values after the load.",
            )
