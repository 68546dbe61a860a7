from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import collation_support, community_version
from checks.facts import Catalog, Column, Origin, Table, TableName
from checks.finding import Finding, Severity
from checks.mysql_columns import some, used_collations
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_BECAUSE = "the target's version decides"


def _catalog() -> Catalog:
    column = Column(name="name", type="varchar(80)", collation="utf8mb4_nb_0900_ai_ci")
    table = Table(name=TableName("shop", "town"), columns=(column,))
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, tables=(table,))


class CollationNewerThanTarget(Rule):
    """Collation that the target does not have yet.

    ## What it finds
    Collations that came with a later MySQL than the target is made of: utf8mb4_0900_… for Aurora MySQL 2, those of
    seven languages for versions below 8.0.30.

    ## Why it matters on Aurora
    The schema does not load (error 1273), and replication stops at the first such column.

    ## What to do
    Choose a newer Aurora version, or an older collation, after counting duplicates under it.

    ## References
    https://dev.mysql.com/doc/relnotes/mysql/en/news-8-0-30.html
    """

    code = "MY203"
    slug = "collation-newer-than-target"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://dev.mysql.com/doc/relnotes/mysql/en/news-8-0-30.html"
    engines = MYSQL_FAMILY
    bad = (LiveExample(_catalog, because=_BECAUSE, target="3.04"),)
    good = (LiveExample(_catalog, because=_BECAUSE, target="3.08"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        made_of = community_version(route.target_version)
        for collation, where, names in used_collations(catalog):
            support = collation_support(collation, route.target_version)
            if not support.there and support.since:
                yield self.finding(
                    where,
                    f"is there from MySQL {support.since} on, the target is {made_of} (of {some(names)})",
                    remedy=f"Choose a newer target, or {support.instead}.",
                    source=str(support.source),
                )
