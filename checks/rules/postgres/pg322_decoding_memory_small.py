from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_DEFAULT = 65_536


def _catalog(kilobytes: str) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, settings={"logical_decoding_work_mem": kilobytes})


class DecodingMemorySmall(Rule):
    """Little memory for decoding changes.

    ## What it finds
    A `logical_decoding_work_mem` under its default of 64 MB.

    ## Why it matters on Aurora
    Changes of transactions larger than that are written to the source's disk and read again before they are sent: the
    feed falls behind, and the slot keeps more WAL, just when a large job has run.

    ## What to do
    Raise it to 64 MB or more and reload. Each slot takes as much.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html
    """

    code = "PG322"
    slug = "decoding-memory-small"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html"
    source_majors = (13, None)
    needs = ("settings",)
    bad = (LiveExample(lambda: _catalog("1024"), because="a dump does not hold server settings"),)
    good = (LiveExample(lambda: _catalog("65536"), because="a dump does not hold server settings"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        value = (catalog.settings or {}).get("logical_decoding_work_mem", "")
        if value.isdigit() and int(value) < _DEFAULT:
            yield self.finding(
                ObjectRef("setting", "logical_decoding_work_mem"),
                f"is {value} kB: larger transactions are spilled to disk while they are decoded",
                remedy="Raise it, and reload (RDS: in the parameter group).",
                sql="ALTER SYSTEM SET logical_decoding_work_mem = '64MB';",
            )
