from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import Locale

_BECAUSE = "a dump does not hold versions of collations"


def _catalog(actual: str) -> Catalog:
    locale = Locale(provider="libc", name="de_DE.UTF-8", recorded="2.31", actual=actual)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, database="shop", locale=locale)


class CollationVersionChanged(Rule):
    """Database whose library sorts otherwise than when its indexes were built.

    ## What it finds
    A database whose recorded collation version is not that of the library it runs with now.

    ## Why it matters on Aurora
    Indexes on text may be wrong since the library changed: a unique one may have let duplicates in, which fail on the
    target, and a query through it may miss rows, also those of a comparison or of a full load in ranges.

    ## What to do
    Look for broken indexes with amcheck, REINDEX those on text, remove duplicates, then refresh the version.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/PostgreSQL-Collations.html
    """

    code = "PG702"
    slug = "collation-version-changed"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/PostgreSQL-Collations.html"
    source_majors = (15, None)
    needs = ("locale",)
    bad = (LiveExample(lambda: _catalog("2.36"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("2.31"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        locale = catalog.locale
        if locale is None or locale.recorded is None or locale.actual is None or locale.recorded == locale.actual:
            return
        database = catalog.database or ""
        name = quoted(database)
        yield self.finding(
            ObjectRef("database", database),
            f"was made with version {locale.recorded} of its collation and runs with {locale.actual}: "
            "its indexes on text may be wrong",
            remedy="Rebuild the indexes on text, then refresh. REINDEX locks; by table it can be CONCURRENTLY.",
            sql=f"REINDEX DATABASE {name}; ALTER DATABASE {name} REFRESH COLLATION VERSION;",
        )
