from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import bare, is_lob, probe
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_ASK = "SELECT {name} AS column_name, max(octet_length({column}::text)) AS longest FROM {table}"


def _wanted(spelled: str) -> bool:
    return is_lob(spelled) and bare(spelled) not in ("json", "jsonb", "xml")


class LobColumn(Rule):
    """Column that DMS takes for a LOB.

    ## What it finds
    Columns of text, bytea, arrays, tsvector, hstore and the like, also through domains: one finding for each
    schema. JSON and XML are told by PG211.

    ## Why it matters on Aurora
    In limited LOB mode DMS cuts every such value at LobMaxSize, 32 KB by default, and only logs a warning. This
    toolkit sets 100 MB, and lets the task fail where a value is longer.

    ## What to do
    Run the query. Where a value is longer than LobMaxSize allows (characters count double, those of four bytes
    fourfold), use full or inline LOB mode for its table, which needs a primary key.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.LOBSupport.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG210"
    slug = "lob-column"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.LOBSupport.html"
    methods = ("dms",)
    bad = ("CREATE TABLE letter (id int PRIMARY KEY, body text);",)
    good = ("CREATE TABLE letter (id int PRIMARY KEY, body varchar(200));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, count, sql in probe(catalog, _wanted, _ASK):
            yield self.finding(
                ref,
                f"has {count} columns that DMS takes for LOBs and cuts at LobMaxSize",
                remedy="Find the longest value of each, in bytes:",
                sql=sql,
            )
