from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Constraint, ConstraintKind, Table
from checks.finding import Finding, Severity
from checks.mysql_columns import is_large, some
from checks.mysql_names import quoted, quoted_list, quoted_table
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


def _remedy(table: Table, unique: list[Constraint]) -> tuple[str, str | None]:
    name = quoted_table(table.name)
    counting = next((column.name for column in table.columns if column.auto_increment), None)
    if unique:
        columns = quoted_list(unique[0].columns)
        return "Make its unique columns the primary key.", f"ALTER TABLE {name} ADD PRIMARY KEY ({columns});"
    if table.partitioned:
        return "Add a primary key that holds the columns of the partitioning.", None
    if counting is not None:
        return "Make the column that counts the key.", f"ALTER TABLE {name} ADD PRIMARY KEY ({quoted(counting)});"
    return (
        "Add a key; the table is rewritten.",
        f"ALTER TABLE {name} ADD COLUMN row_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY;",
    )


class KeylessTable(Rule):
    """Table without primary key.

    ## What it finds
    Tables with neither a primary key nor a unique key over columns that are never NULL. It is a blocker where the
    table has large columns, a notice where such a unique key stands in.

    ## Why it matters on Aurora
    DMS compares whole rows to find one, slowly, and where two rows are alike changes the wrong number of them; it
    neither validates the table nor moves its large values.

    ## What to do
    Add a primary key; AUTO_INCREMENT at the end of the table serves where no columns do.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Validating.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport1.html
    """

    code = "MY301"
    slug = "keyless-table"
    severity = Severity.WARNING
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE event (at datetime NOT NULL, what varchar(80));",)
    good = ("CREATE TABLE event (at datetime NOT NULL, what varchar(80), PRIMARY KEY (at));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.primary_key:
                continue
            required = {column.name for column in table.columns if not column.nullable}
            unique = [
                key
                for key in table.constraints
                if key.kind is ConstraintKind.UNIQUE and set(key.columns) <= required and not any(key.prefixes)
            ]
            large = [column.name for column in table.columns if is_large(column.type)]
            remedy, sql = _remedy(table, unique)
            if unique:
                severity, message = Severity.NOTICE, f"has no primary key; {unique[0].name} stands in for it"
            elif large:
                severity, message = Severity.BLOCKER, f"has no key, and DMS does not move {some(large)} without one"
            else:
                severity, message = Severity.WARNING, "has no key: DMS cannot tell its rows apart or validate it"
            yield self.finding(table.ref, message, remedy=remedy, sql=sql, severity=severity)
