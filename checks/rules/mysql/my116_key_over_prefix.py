from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class KeyOverPrefix(Rule):
    """Key over the beginning of a column.

    ## What it finds
    Primary and unique keys that take only a prefix of a column.

    ## Why it matters on Aurora
    Rows are the same to such a key that differ further on; DMS finds rows by the whole value and makes no prefix
    indexes, so what counts as a duplicate is not the same on both sides where DMS makes the table.

    ## What to do
    Make the tables from the source's own DDL; better, put the whole column into the key.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY116"
    slug = "key-over-prefix"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    bad = (
        ("CREATE TABLE link (id int NOT NULL PRIMARY KEY, url varchar(400) NOT NULL, UNIQUE KEY by_url (url(100)));"),
    )
    good = (("CREATE TABLE link (id int NOT NULL PRIMARY KEY, url varchar(400) NOT NULL, UNIQUE KEY by_url (url));"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            for key in table.constraints:
                if key.kind in (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE) and any(key.prefixes):
                    yield self.finding(
                        ObjectRef("key", f"{table.name}.{key.name}", table.location),
                        f"is unique over a prefix of {', '.join(key.columns)}",
                        remedy="Keep the table's own DDL on the target, never one that DMS makes.",
                    )
