from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import columns
from checks.mysql_names import quoted, quoted_table
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import Rule


class InvisibleColumn(Rule):
    """Column that SELECT * does not show.

    ## What it finds
    Invisible columns other than the key that MySQL makes by itself (MY109).

    ## Why it matters on Aurora
    DMS does not move what stands in them, and says nothing.

    ## What to do
    Make them visible for the migration, and invisible again on the target after the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY108"
    slug = "invisible-column"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, secret int INVISIBLE);",)
    good = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, secret int);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table, column, ref in columns(catalog):
            if column.invisible and column.name != "my_row_id":
                name, own = quoted_table(table.name), quoted(column.name)
                yield self.finding(
                    ref,
                    "is invisible: DMS does not move its values",
                    remedy="Make it visible until the cutover is behind you.",
                    sql=f"ALTER TABLE {name} ALTER COLUMN {own} SET VISIBLE;"
                    if catalog.engine is Engine.MYSQL
                    else None,
                )
