from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule


class NameWithSpecialCharacters(Rule):
    """Name with characters other than letters, digits and _.

    ## What it finds
    Schemas, tables and columns whose names have anything but ASCII letters, digits, `_` and `$`; one finding for
    each table. Upper case alone is not meant.

    ## Why it matters on Aurora
    Blanks, dots, quotes, `;`, `%` and brackets have a meaning of their own in DMS's mapping rules, endpoint
    attributes and scripts that forget to quote; a kindred product refuses `;` in the name of a database.

    ## What to do
    Escape them in mappings of your own and try such tables on a copy first. This toolkit names tables literally and
    quotes them.

    ## References
    https://help.qlik.com/en-US/replicate/November2022/ (limitations of PostgreSQL sources)
    """

    code = "PG119"
    slug = "name-with-special-characters"
    severity = Severity.NOTICE
    source = "unsourced: inferred from the wildcards of DMS's mapping rules and what a kindred product says of `;`"
    methods = ("dms",)
    bad = ('CREATE TABLE "order line" (id int PRIMARY KEY);',)
    good = ('CREATE TABLE "orderLine" (id int PRIMARY KEY);',)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.partition_of or table.persistence == "temporary":
                continue
            names = [table.name.schema, table.name.name, *(column.name for column in table.columns)]
            strange = [name for name in names if not re.fullmatch(r"[A-Za-z0-9_$]+", name)]
            if strange:
                yield self.finding(
                    table.ref,
                    f"has names that scripts and mappings must escape: {', '.join(map(quoted, strange))}",
                    remedy="Escape them in mappings and scripts of your own; try the table on a copy.",
                )
