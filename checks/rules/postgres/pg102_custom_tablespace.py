from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule


class CustomTablespace(Rule):
    """Table in a tablespace of its own.

    ## What it finds
    Tables in a tablespace other than the database's default, and tablespaces that a dump creates.

    ## Why it matters on Aurora
    Aurora has one storage volume. A tablespace can be created there for the syntax's sake only; DDL that names one
    fails unless it exists, and nothing is gained by it.

    ## What to do
    Leave tablespaces out of the schema copy (pg_dump --no-tablespaces, as this toolkit does), or move the tables.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.FeatureSupport.Tablespaces.html
    (the page of RDS; none of Aurora was found)
    """

    code = "PG102"
    slug = "custom-tablespace"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
        "PostgreSQL.Concepts.General.FeatureSupport.Tablespaces.html"
    )
    not_loadable = "a tablespace needs a directory on the server"
    bad = ("SET default_tablespace = fast_disk;\nCREATE TABLE hot (id bigint PRIMARY KEY);",)
    good = ("SET default_tablespace = '';\nCREATE TABLE hot (id bigint PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.tablespace not in (None, "pg_default"):
                yield self.finding(
                    table.ref,
                    f"lies in tablespace {table.tablespace}, which Aurora's single volume does not have",
                    remedy="Copy the schema with pg_dump --no-tablespaces, or move the table (it is rewritten).",
                    sql=f"ALTER TABLE {quoted_table(table.name)} SET TABLESPACE pg_default;",
                )
        used = {table.tablespace for table in catalog.tables}
        for name in catalog.tablespaces:
            if name not in used and name not in ("pg_default", "pg_global"):
                yield self.finding(
                    ObjectRef("tablespace", name),
                    "exists on the source; Aurora has one volume",
                    remedy="Leave it out: pg_dump --no-tablespaces.",
                )
