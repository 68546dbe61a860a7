from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.cursor import Cursor
from checks.facts import Catalog, Location, ObjectRef, SchemaObject, TableName
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


def _table(rule: SchemaObject) -> TableName | None:
    cursor = Cursor(rule.definition, Location("", 0))
    cursor.source_until(frozenset({"to"}))
    return cursor.qualified("public") if cursor.accept("to") else None


class RewriteRule(Rule):
    """Rewrite rule on a table.

    ## What it finds
    Rules (CREATE RULE) on tables; those on views are left out.

    ## Why it matters on Aurora
    A rule rewrites whatever SQL meets the table, so on the target it also rewrites DMS's. Logical replication
    passes rules by.

    ## What to do
    Leave the rule out on the target until the cutover.

    ## References
    https://github.com/yugabyte/yb-voyager
    """

    code = "PG123"
    slug = "rewrite-rule"
    severity = Severity.WARNING
    source = "unsourced: inferred from CREATE RULE, which rewrites every statement a session sends, and DMS sends SQL"
    methods = ("dms",)
    bad = ("CREATE TABLE entry (id int PRIMARY KEY); CREATE RULE keep AS ON DELETE TO entry DO INSTEAD NOTHING;",)
    good = ("CREATE TABLE entry (id int PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            table = _table(other) if other.kind == "rule" else None
            if table and catalog.table(table):
                yield self.finding(
                    ObjectRef("rule", f"{table}.{other.name}", other.location),
                    "rewrites DMS's own statements on the target",
                    remedy="On the target, drop it until the cutover.",
                    sql=f"DROP RULE {quoted(other.name)} ON {quoted_table(table)};",
                )
