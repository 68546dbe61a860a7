from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import some
from checks.route import Engine, Route
from checks.rule import Rule


class JsonKeptAsText(Rule):
    """JSON that is text in MariaDB.

    ## What it finds
    Columns of MariaDB's JSON: long text with a check of json_valid.

    ## Why it matters on Aurora
    On Aurora it stays long text, compared letter by letter, unless the schema says JSON; then it is compared by
    value, its keys are sorted, and what MySQL does not take for JSON is refused.

    ## What to do
    Decide for each column; compare by value where it becomes JSON.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY210"
    slug = "json-kept-as-text"
    severity = Severity.NOTICE
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, about json);",)
    good = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, about longtext);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            names = [
                check.columns[0]
                for check in table.constraints
                if check.columns and "json_valid(" in check.definition.lower()
            ]
            if names:
                yield self.finding(
                    table.ref,
                    f"has JSON that is text: {some(names)}",
                    remedy="Decide for each column whether it becomes JSON or stays long text.",
                )
