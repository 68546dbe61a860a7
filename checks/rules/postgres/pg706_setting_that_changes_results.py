from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_ON_AURORA = {
    "DateStyle": ("ISO, MDY",),
    "IntervalStyle": ("postgres",),
    "TimeZone": ("UTC", "Etc/UTC", "GMT"),
    "array_nulls": ("on",),
    "bytea_output": ("hex",),
    "default_transaction_isolation": ("read committed",),
    "search_path": ('"$user", public',),
    "standard_conforming_strings": ("on",),
    "transform_null_equals": ("off",),
    "xmlbinary": ("base64",),
    "xmloption": ("content",),
}
"""What a new cluster has: UTC by AWS's page, the rest PostgreSQL's own defaults."""


def _catalog(zone: str) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, database="shop", settings={"TimeZone": zone})


class SettingThatChangesResults(Rule):
    """Server setting by which the same query has another result.

    ## What it finds
    Settings of time zone, formats, quoting, isolation and search path that differ from what a new Aurora cluster has,
    as they hold for the user of this assessment.

    ## Why it matters on Aurora
    They are not in a dump and not replicated. A day then ends at another hour, text is another date, a query finds
    another table; nothing fails.

    ## What to do
    Set them for the database on the target before the application comes in.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
    """

    code = "PG706"
    slug = "setting-that-changes-results"
    severity = Severity.NOTICE
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html"
    )
    needs = ("settings",)
    bad = (LiveExample(lambda: _catalog("Europe/Vienna"), because="a dump does not hold server settings"),)
    good = (LiveExample(lambda: _catalog("UTC"), because="a dump does not hold server settings"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for name, usual in _ON_AURORA.items():
            value = (catalog.settings or {}).get(name)
            if value is None or value in usual:
                continue
            literal = value if name == "search_path" else "'" + value.replace("'", "''") + "'"
            yield self.finding(
                ObjectRef("setting", name),
                f"is {value or 'empty'} here and {usual[0]} on a new cluster",
                remedy="Set it for the database on the target:",
                sql=f"ALTER DATABASE {quoted(catalog.database or '')} SET {name} = {literal or chr(39) * 2};",
            )
