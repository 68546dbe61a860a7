from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Column, ObjectRef, Origin, Table, TableName
from checks.finding import Finding, Severity
from checks.mysql_columns import columns, is_large, some
from checks.mysql_settings import BECAUSE, number
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_USUAL = 64 << 20


def _catalog(mebibytes: int) -> Catalog:
    table = Table(name=TableName("shop", "letter"), columns=(Column(name="body", type="longtext"),))
    settings = {"max_allowed_packet": str(mebibytes << 20)}
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, tables=(table,), settings=settings)


class PacketsTooSmallForObjects(Rule):
    """Packets that may be too small for large objects.

    ## What it finds
    Servers whose max_allowed_packet is below 64 MiB and which have MEDIUM or LONG texts, blobs or JSON.

    ## Why it matters on Aurora
    A value and what belongs to it must fit into one packet: else the load of that row fails (errors 1153, 2006,
    2013).

    ## What to do
    Measure the longest value; set max_allowed_packet above it in the cluster's parameter group and on the source.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY707"
    slug = "packets-too-small-for-objects"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(lambda: _catalog(4), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(64), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        size = number(catalog, "max_allowed_packet")
        large = [ref.name for _, column, ref in columns(catalog) if is_large(column.type)]
        if size is not None and size < _USUAL and large:
            yield self.finding(
                ObjectRef("server", "max_allowed_packet"),
                f"is {size >> 20} MiB; values of {some(large)} must fit into it",
                remedy="Measure the longest value, and raise the limit on both sides above it.",
                sql=f"SET GLOBAL max_allowed_packet = {_USUAL};",
            )
