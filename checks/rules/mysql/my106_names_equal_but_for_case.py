from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Table, View
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class NamesEqualButForCase(Rule):
    """Tables whose names differ only by case.

    ## What it finds
    Two tables or views of one database whose names are the same but for capitals.

    ## Why it matters on Aurora
    They are one where lower_case_table_names is 1 or 2. On Aurora the setting is fixed when the cluster is made,
    and on a source that does not tell them apart DMS captures no table with capitals.

    ## What to do
    Rename one, or see that the cluster is made with lower_case_table_names=0, its default.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    """

    code = "MY106"
    slug = "names-equal-but-for-case"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    bad = (("CREATE TABLE visit (id int NOT NULL PRIMARY KEY); CREATE TABLE Visit (id int NOT NULL PRIMARY KEY);"),)
    good = (("CREATE TABLE visit (id int NOT NULL PRIMARY KEY); CREATE TABLE visitor (id int NOT NULL PRIMARY KEY);"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        seen: dict[tuple[str, str], ObjectRef] = {}
        both: list[Table | View] = [*catalog.tables, *catalog.views]
        for one in both:
            key = (one.name.schema, one.name.name.casefold())
            if key in seen:
                yield self.finding(
                    one.ref,
                    f"differs from {seen[key].name} only by case",
                    remedy="Rename one of the two, or make the cluster with lower_case_table_names=0.",
                )
            seen.setdefault(key, one.ref)
