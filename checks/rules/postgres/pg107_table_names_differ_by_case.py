from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Table
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class TableNamesDifferByCase(Rule):
    """Tables whose names differ by case alone.

    ## What it finds
    Two or more tables of one schema whose names are the same in lower case.

    ## Why it matters on Aurora
    DMS does not keep such tables apart reliably: which of them a change reaches is not predictable.

    ## What to do
    Rename all but one before the migration, or give each a task of its own whose mapping renames it.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG107"
    slug = "table-names-differ-by-case"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ('CREATE TABLE orders (id bigint PRIMARY KEY); CREATE TABLE "Orders" (id bigint PRIMARY KEY);',)
    good = ('CREATE TABLE orders (id bigint PRIMARY KEY); CREATE TABLE "Invoices" (id bigint PRIMARY KEY);',)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        alike: dict[tuple[str, str], list[Table]] = {}
        for table in catalog.tables:
            if table.persistence != "temporary":
                alike.setdefault((table.name.schema, table.name.name.lower()), []).append(table)
        for group in alike.values():
            tables = sorted(group, key=lambda table: (table.name.name != table.name.name.lower(), table.name))
            for table in tables[1:]:
                yield self.finding(
                    table.ref,
                    f"differs from {tables[0].name} by case alone, which DMS does not keep apart",
                    remedy="Rename it, and wherever the application names it.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} RENAME TO {quoted(table.name.name[:60] + '_2')};",
                )
