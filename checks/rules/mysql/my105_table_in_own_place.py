from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_table
from checks.route import Engine, Route
from checks.rule import Rule


class TableInOwnPlace(Rule):
    """Table in a tablespace or directory of its own.

    ## What it finds
    Tables in a general tablespace, and tables with DATA DIRECTORY or INDEX DIRECTORY. A live server tells
    tablespaces to those with PROCESS, and before MySQL 8 not at all.

    ## Why it matters on Aurora
    Aurora has neither named tablespaces nor a file system: the clause has to go before the schema loads.

    ## What to do
    Strip the clause from the schema; the rows move into a file of the table's own.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Migrating.ExtMySQL.html
    """

    code = "MY105"
    slug = "table-in-own-place"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Migrating.ExtMySQL.html"
    engines = (Engine.MYSQL,)
    bad = ("CREATE TABLE visit (id int NOT NULL PRIMARY KEY) TABLESPACE innodb_system;",)
    good = ("CREATE TABLE visit (id int NOT NULL PRIMARY KEY) TABLESPACE innodb_file_per_table;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            places = [f"{name} {value}" for name, value in table.options if name.endswith("directory")]
            if table.tablespace not in (None, "innodb_file_per_table"):
                places.append(f"tablespace {table.tablespace}")
            if places:
                yield self.finding(
                    table.ref,
                    f"lies in {', '.join(places)}, which Aurora does not have",
                    remedy="Move it into a file of its own; the table is rewritten.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} TABLESPACE = innodb_file_per_table;"
                    if table.tablespace
                    else None,
                )
