from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule


class SequenceNotCarried(Rule):
    """Sequence, whose value is not replicated.

    ## What it finds
    Every sequence, with those behind serial and identity columns.

    ## Why it matters on Aurora
    Neither DMS nor logical replication moves sequence values. A target that is opened with its sequences at 1 answers
    the first inserts with duplicate keys.

    ## What to do
    Nothing by hand if this toolkit cuts over: it raises every sequence with headroom and the cutover is refused while
    one stands behind. Otherwise set each on the target, above the source's value, before the application comes in.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
    https://www.postgresql.org/docs/current/logical-replication-restrictions.html
    """

    code = "PG307"
    slug = "sequence-not-carried"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html"
    bad = ("CREATE TABLE invoice (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",)
    good = ("CREATE TABLE invoice (id bigint PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for sequence in catalog.sequences:
            name = quoted_table(sequence.name)
            literal = name.replace("'", "''")
            yield self.finding(
                ObjectRef("sequence", str(sequence.name), sequence.location),
                "is not replicated" + (f" (it feeds {sequence.owned_by})" if sequence.owned_by else ""),
                remedy="The cutover raises it. By hand, run this on the source and its answer on the target:",
                sql=f"SELECT format('SELECT setval(%L, %s);', '{literal}', last_value + 1000 * "
                f"{sequence.increment}) FROM {name};",
            )
