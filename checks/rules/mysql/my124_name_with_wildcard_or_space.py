from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog, Table, View
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class NameWithWildcardOrSpace(Rule):
    """Name that scripts and mappings must escape.

    ## What it finds
    Databases and tables whose name has blanks, percent signs, dollars or other characters that no plain name has.

    ## Why it matters on Aurora
    In a task's mappings `%` stands for anything, and programs that do not quote fail on the rest.

    ## What to do
    Quote them everywhere; escape them in mappings, as this toolkit does.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.html
    """

    code = "MY124"
    slug = "name-with-wildcard-or-space"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE `gift card` (id int NOT NULL PRIMARY KEY);",)
    good = ("CREATE TABLE `giftcard` (id int NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        both: list[Table | View] = [*catalog.tables, *catalog.views]
        for one in both:
            odd = sorted({name for name in (one.name.schema, one.name.name) if re.search(r"[^\w$]|^\$", name)})
            if odd and not re.search(r"[`'\"]", "".join(odd)):
                yield self.finding(
                    one.ref,
                    f"has a name that must be quoted everywhere: {', '.join(odd)}",
                    remedy="See that scripts and mappings of your own quote and escape it.",
                )
