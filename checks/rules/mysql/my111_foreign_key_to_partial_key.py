from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_list, quoted_table
from checks.route import Engine, Route
from checks.rule import Rule

_UNIQUE = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE)


class ForeignKeyToPartialKey(Rule):
    """Foreign key to columns that are no key of the parent.

    ## What it finds
    Foreign keys whose referenced columns are not all of a primary or unique key. It is a blocker for Aurora MySQL
    8.4, otherwise a notice.

    ## Why it matters on Aurora
    From MySQL 8.4 on the server refuses to make such a key (restrict_fk_on_non_standard_key).

    ## What to do
    Add a unique key over the referenced columns of the parent, or set the variable off for the load of the schema
    alone.

    ## References
    https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    """

    code = "MY111"
    slug = "foreign-key-to-partial-key"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html"
    engines = (Engine.MYSQL,)
    bad = (
        (
            "SET restrict_fk_on_non_standard_key = OFF; CREATE TABLE shelf (id int NOT NULL PRIMARY "
            "KEY, room int, KEY (room)); CREATE TABLE book (id int NOT NULL PRIMARY KEY, room int, "
            "FOREIGN KEY (room) REFERENCES shelf (room));"
        ),
    )
    good = (
        (
            "SET restrict_fk_on_non_standard_key = OFF; CREATE TABLE shelf (id int NOT NULL PRIMARY "
            "KEY, room int, UNIQUE KEY (room)); CREATE TABLE book (id int NOT NULL PRIMARY KEY, room "
            "int, FOREIGN KEY (room) REFERENCES shelf (room));"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        tables = {table.name: table for table in catalog.tables}
        for table, key in catalog.constraints(ConstraintKind.FOREIGN_KEY):
            parent = tables.get(key.references) if key.references else None
            if parent is None or not key.references_columns:
                continue
            keys = [one for one in parent.constraints if one.kind in _UNIQUE and not any(one.prefixes)]
            if not any(set(one.columns) == set(key.references_columns) for one in keys):
                yield self.finding(
                    ObjectRef("foreign key", f"{table.name}.{key.name}", table.location),
                    f"refers to {parent.name} ({', '.join(key.references_columns)}), which is no key there",
                    remedy="Add a unique key over these columns, if their values are unique.",
                    sql=f"ALTER TABLE {quoted_table(parent.name)} ADD UNIQUE ({quoted_list(key.references_columns)});",
                    severity=None if route.target_version.parts >= (8, 4) else Severity.NOTICE,
                )
