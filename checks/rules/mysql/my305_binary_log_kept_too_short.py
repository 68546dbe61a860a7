from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import FOREVER, BinaryLog, ServerState

_DAY = 86400


def _catalog(seconds: int) -> Catalog:
    log = BinaryLog(enabled=True, kept_seconds=seconds, kept_by="binlog_expire_logs_seconds")
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, state=ServerState(binary_log=log))


class BinaryLogKeptTooShort(Rule):
    """Binary log that is purged too early.

    ## What it finds
    Servers that keep the files of their binary log for less than a day: by `binlog retention hours` on RDS and
    Aurora, elsewhere by binlog_expire_logs_seconds or expire_logs_days. That none is ever purged is a notice.

    ## Why it matters on Aurora
    The task reads on from where it stood: after a stop longer than that, or a load that takes longer, the file is
    gone and everything is loaded anew. On RDS without a retention files go as soon as they can.

    ## What to do
    Keep them for twice the time that the load takes and the longest stop, some days.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY305"
    slug = "binary-log-kept-too-short"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("state.binary_log",)
    bad = (LiveExample(lambda: _catalog(7200), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(3 * _DAY), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        log = catalog.state.binary_log if catalog.state else None
        if log is None or log.kept_seconds is None or log.kept_by is None:
            return
        ref = ObjectRef("server", log.kept_by)
        if log.kept_seconds == FOREVER:
            yield self.finding(
                ref,
                "lets no file of the binary log be purged: see that the disk holds them",
                remedy="Watch the disk, or let files go after some days.",
                severity=Severity.NOTICE,
            )
        elif log.kept_seconds < _DAY:
            managed = log.kept_by.startswith("binlog retention")
            yield self.finding(
                ref,
                f"keeps the binary log for {log.kept_seconds // 3600} h: the task may not find its place again",
                remedy="Keep it for three days or longer.",
                sql="CALL mysql.rds_set_configuration('binlog retention hours', 72);"
                if managed
                else f"SET GLOBAL {log.kept_by} = {3 if log.kept_by.endswith('days') else 3 * _DAY};",
            )
