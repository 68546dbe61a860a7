from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class NameThatMatchesAsWildcard(Rule):
    """Table name that selects other tables too.

    ## What it finds
    Tables whose name, read as a DMS pattern (`_` any one character, `%` any), is also another table of their
    schema.

    ## Why it matters on Aurora
    In a selection rule with include or exclude such a name takes the other table along, or leaves it out. This
    toolkit writes `explicit` rules, which take names literally; mappings written by hand may not.

    ## What to do
    In mappings of your own, write `[_]` for the underscore, or use rule-action `explicit`.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Selections.html
    """

    code = "PG120"
    slug = "name-that-matches-as-wildcard"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Selections.html"
    methods = ("dms",)
    bad = ("CREATE TABLE a_b (id int PRIMARY KEY); CREATE TABLE axb (id int PRIMARY KEY);",)
    good = ("CREATE TABLE a_b (id int PRIMARY KEY); CREATE TABLE axyb (id int PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        names: dict[str, list[str]] = {}
        for table in catalog.tables:
            names.setdefault(table.name.schema, []).append(table.name.name)
        for table in catalog.tables:
            pattern = re.escape(table.name.name).replace("_", ".").replace("%", ".*")
            if not {"_", "%"} & set(table.name.name):
                continue
            others = [
                n for n in names[table.name.schema] if n != table.name.name and re.fullmatch(pattern, n, re.DOTALL)
            ]
            if others:
                yield self.finding(
                    table.ref,
                    f"selects {', '.join(sorted(others))} too in an include or exclude rule of DMS",
                    remedy="In mappings of your own, write [_] for _ or use the rule-action explicit.",
                )
