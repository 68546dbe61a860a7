from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, number, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule

_AURORA = 16384


class PageOfAnotherSize(Rule):
    """InnoDB with pages of another size.

    ## What it finds
    Servers whose innodb_page_size is not 16 KiB.

    ## Why it matters on Aurora
    Aurora's is fixed: rows and keys that fit a larger page may not fit, and files cannot be copied as they are.

    ## What to do
    Try the whole schema on the target, and look at rows that are nearly too wide.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    """

    code = "MY706"
    slug = "page-of-another-size"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(innodb_page_size="65536"), because=BECAUSE),)
    good = (LiveExample(with_settings(innodb_page_size="16384"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        size = number(catalog, "innodb_page_size")
        if size is not None and size != _AURORA:
            yield self.finding(
                ObjectRef("server", "innodb_page_size"),
                f"is {size}, Aurora's is {_AURORA}: rows and keys may not fit",
                remedy="Try the schema on the target before the load.",
            )
