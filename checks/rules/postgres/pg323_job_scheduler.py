from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_LIST = {
    "pg_cron": "SELECT jobid, schedule, database, active FROM cron.job ORDER BY jobid;",
    "pgagent": "SELECT jobid, jobname, jobenabled FROM pgagent.pga_job ORDER BY jobid;",
    "pg_timetable": None,
}


class JobScheduler(Rule):
    """Jobs that would run on both sides.

    ## What it finds
    The extensions pg_cron, pgagent and pg_timetable.

    ## Why it matters on Aurora
    Their jobs are rows of the extension: no dump has them, so after the cutover nothing runs. Who makes them on the
    target before has them run on both sides: what they delete or add there, the feed does not expect.

    ## What to do
    Make them on the target inactive, and switch them over at the cutover. Stop those that truncate tables or make
    partitions while changes are captured. pg_cron needs its database named in the parameter group.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
    """

    code = "PG323"
    slug = "job-scheduler"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html"
    )
    not_loadable = "a plain server does not have these extensions"
    bad = ("CREATE EXTENSION pg_cron;",)
    good = ("CREATE EXTENSION citext;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for extension in catalog.extensions:
            if extension.name in _LIST:
                yield self.finding(
                    ObjectRef("extension", extension.name, extension.location),
                    "runs jobs, which no dump carries over and which must not run on both sides",
                    remedy="Make its jobs on the target inactive, and switch over at the cutover.",
                    sql=_LIST[extension.name],
                )
