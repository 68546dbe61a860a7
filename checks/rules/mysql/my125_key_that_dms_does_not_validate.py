from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_LONG = 1024


def _skipped(type_: str) -> bool:
    length = re.search(r"char\((\d+)\)", type_)
    return (
        type_.startswith(("binary", "varbinary"))
        or type_.endswith(("text", "blob"))
        or (length is not None and int(length[1]) >= _LONG)
    )


class KeyThatDmsDoesNotValidate(Rule):
    """Key by which DMS does not validate.

    ## What it finds
    Primary keys over BINARY, VARBINARY, BLOB or TEXT, and over strings of 1024 characters or more.

    ## Why it matters on Aurora
    DMS's own validation leaves these tables out, so its report says nothing of them.

    ## What to do
    Compare them by other means, as `aurora-migrate validate` does.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Validating.html
    """

    code = "MY125"
    slug = "key-that-dms-does-not-validate"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Validating.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE token (id binary(16) NOT NULL PRIMARY KEY);",)
    good = ("CREATE TABLE token (id bigint NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            key = table.primary_key
            types = {column.name: column.type for column in table.columns}
            wide = [name for name in key.columns if _skipped(types.get(name, ""))] if key else []
            if wide:
                yield self.finding(
                    table.ref,
                    f"has a key by which DMS does not validate: {', '.join(wide)}",
                    remedy="Compare it with: aurora-migrate validate",
                )
