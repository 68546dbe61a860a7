from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import bare, is_array, probe
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_ASK = "SELECT {name} AS column_name, max(octet_length({column}::text)) AS longest FROM {table}"


def _wanted(spelled: str) -> bool:
    return bare(spelled) in ("json", "jsonb", "xml") and not is_array(spelled)


class JsonOrXmlColumn(Rule):
    """JSON or XML that a cut makes invalid.

    ## What it finds
    Columns of json, jsonb and xml, also through domains: one finding for each schema, with a query over their
    length.

    ## Why it matters on Aurora
    DMS takes them for LOBs. One that is cut at LobMaxSize is no JSON any more: the target refuses the row, and it
    is missing there. DMS's guide lists both as migrating in part only.

    ## What to do
    Run the query, set LobMaxSize to twice the longest (four times with characters of four bytes), and compare rows.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG211"
    slug = "json-or-xml-column"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html"
    methods = ("dms",)
    bad = ("CREATE TABLE parcel (id int PRIMARY KEY, data jsonb);",)
    good = ("CREATE TABLE parcel (id int PRIMARY KEY, data uuid);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, count, sql in probe(catalog, _wanted, _ASK):
            yield self.finding(
                ref,
                f"has {count} json or xml columns: a value cut at LobMaxSize is refused by the target",
                remedy="Find the longest value of each, in bytes:",
                sql=sql,
            )
