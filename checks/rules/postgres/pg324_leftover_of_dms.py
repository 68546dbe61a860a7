from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule

_PREFIX = "awsdms_"


class LeftoverOfDms(Rule):
    """Table that an earlier DMS run has left.

    ## What it finds
    Tables called awsdms_… outside the control schema of this toolkit. PG501 tells the event trigger that belongs to
    `awsdms_ddl_audit`.

    ## Why it matters on Aurora
    They are copied as if they were yours. While the event trigger of the DDL capture is there as well, every role that
    changes a table needs rights on `awsdms_ddl_audit`, or its DDL fails with "permission denied". A slot may be left
    behind, too.

    ## What to do
    If no task uses them any more, drop the event trigger first, then its function, then the tables.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://github.com/hasura/graphql-engine/issues/2215
    """

    code = "PG324"
    slug = "leftover-of-dms"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    bad = ("CREATE TABLE awsdms_ddl_audit (c_key bigint PRIMARY KEY);",)
    good = ("CREATE TABLE ddl_audit (c_key bigint PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.name.name.startswith(_PREFIX):
                yield self.finding(
                    table.ref,
                    "is a table of DMS, and would be migrated with yours",
                    remedy="Drop it after its event trigger, if no task uses it any more.",
                    sql=f"DROP TABLE {quoted_table(table.name)};",
                )
