from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, number, with_settings
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_USUAL = {"max_allowed_packet": 64 << 20, "group_concat_max_len": 1024, "max_sp_recursion_depth": 0}


class LimitRaisedByHand(Rule):
    """Limit that somebody has raised.

    ## What it finds
    max_allowed_packet, group_concat_max_len, max_sp_recursion_depth and the like above what Aurora MySQL begins
    with.

    ## Why it matters on Aurora
    What ran within the source's limit is cut short or fails within the target's: GROUP_CONCAT cuts without an
    error.

    ## What to do
    Carry the values into the parameter group.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    """

    code = "MY708"
    slug = "limit-raised-by-hand"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = (Engine.MYSQL,)
    needs = ("settings",)
    bad = (LiveExample(with_settings(group_concat_max_len="1000000"), because=BECAUSE),)
    good = (LiveExample(with_settings(group_concat_max_len="1024"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for name, usual in _USUAL.items():
            value = number(catalog, name)
            if value is not None and value > usual:
                yield self.finding(
                    ObjectRef("server", name),
                    f"is {value}, Aurora begins with {usual}",
                    remedy=f"Set {name} = {value} in the cluster's parameter group.",
                )
