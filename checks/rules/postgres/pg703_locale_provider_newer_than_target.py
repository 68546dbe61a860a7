from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import Locale

_SINCE = {"icu": 15, "builtin": 17}
_BECAUSE = "a dump does not hold the locale of its database"


def _catalog(provider: str) -> Catalog:
    locale = Locale(provider=provider, name="C.UTF-8")
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, database="shop", locale=locale)


class LocaleProviderNewerThanTarget(Rule):
    """Database whose locale provider the target version lacks.

    ## What it finds
    A database with the provider `icu` that goes to a target before 15, or `builtin` to one before 17.

    ## Why it matters on Aurora
    CREATE DATABASE with that provider fails there. With libc instead text may sort and compare otherwise: other
    results of ORDER BY and of ranges, rows in other partitions, a comparison that takes its keys in another order.

    ## What to do
    Choose a newer target, or make its database with a libc locale and compare the order of your boundary values.

    ## References
    https://www.postgresql.org/docs/current/locale.html
    """

    code = "PG703"
    slug = "locale-provider-newer-than-target"
    severity = Severity.WARNING
    source = "unsourced: inferred from the PostgreSQL versions that brought these providers for databases"
    needs = ("locale",)
    bad = (LiveExample(lambda: _catalog("builtin"), because=_BECAUSE, target="16.6"),)
    good = (LiveExample(lambda: _catalog("libc"), because=_BECAUSE, target="16.6"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        locale = catalog.locale
        since = _SINCE.get(locale.provider or "") if locale else None
        if locale and since and route.target_version.major < since:
            yield self.finding(
                ObjectRef("database", catalog.database or ""),
                f"sorts by the provider {locale.provider} ({locale.name}), which comes with PostgreSQL {since}",
                remedy=f"Choose a target of version {since} or newer, or make its database with a libc locale.",
            )
