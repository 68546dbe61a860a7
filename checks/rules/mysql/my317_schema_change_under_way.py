from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, TableName
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_COPY = re.compile(r"_(?P<of>.+)_(?P<kind>gho|ghc|ght|ghr|del|new|old)\Z|__osc_(?:new|old|chg|dis)_", re.DOTALL)


class SchemaChangeUnderWay(Rule):
    """Online change of a table that is under way or left over.

    ## What it finds
    Tables and triggers as gh-ost, pt-online-schema-change and OnlineSchemaChange name theirs.

    ## Why it matters on Aurora
    At its end such a change renames tables, which DMS does not take in a running task; a leftover copy is loaded
    with everything else.

    ## What to do
    Let it end, or stop it; drop its tables; change no schema until the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://github.com/github/gh-ost/blob/master/doc/requirements-and-limitations.md
    """

    code = "MY317"
    slug = "schema-change-under-way"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE _item_gho (id int NOT NULL PRIMARY KEY);",)
    good = ("CREATE TABLE item_gho (id int NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        names = {table.name for table in catalog.tables}
        for table in catalog.tables:
            found = _COPY.match(table.name.name)
            original = TableName(table.name.schema, found["of"]) if found else None
            if found and ((found["kind"] != "old" and found["kind"] != "new") or original in names):
                yield self.finding(
                    table.ref,
                    "is named as an online schema change names its own tables",
                    remedy="Let the change end, and drop what it left.",
                )
        for trigger in catalog.triggers:
            if trigger.name.startswith("pt_osc_"):
                yield self.finding(
                    ObjectRef("trigger", f"{trigger.table.schema}.{trigger.name}", trigger.location),
                    "is one of pt-online-schema-change",
                    remedy="Let the change end, or drop its triggers and its table.",
                )
