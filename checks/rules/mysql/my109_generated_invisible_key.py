from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import columns
from checks.mysql_names import quoted_table
from checks.route import Engine, Route
from checks.rule import Rule


class GeneratedInvisibleKey(Rule):
    """Primary key that the server made by itself.

    ## What it finds
    Tables whose key is the invisible column my_row_id, which sql_generate_invisible_primary_key adds.

    ## Why it matters on Aurora
    DMS does not capture changes of such tables, and a dump may leave the column out.

    ## What to do
    Make the column visible, or give the table a key of its own.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.AzureDBMySQL.html
    https://dev.mysql.com/doc/refman/8.4/en/create-table-gipks.html
    """

    code = "MY109"
    slug = "generated-invisible-key"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.AzureDBMySQL.html"
    engines = (Engine.MYSQL,)
    methods = ("dms",)
    bad = (
        (
            "CREATE TABLE note (my_row_id bigint unsigned NOT NULL AUTO_INCREMENT INVISIBLE, body text, "
            "PRIMARY KEY (my_row_id));"
        ),
    )
    good = (
        ("CREATE TABLE note (my_row_id bigint unsigned NOT NULL AUTO_INCREMENT, body text, PRIMARY KEY (my_row_id));"),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table, column, _ in columns(catalog):
            if column.invisible and column.name == "my_row_id":
                yield self.finding(
                    table.ref,
                    "has the invisible key my_row_id, with which DMS captures no changes",
                    remedy="Make the key visible.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} ALTER COLUMN my_row_id SET VISIBLE;",
                )
