from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import stored_code
from checks.route import Route
from checks.rule import Rule

_CALLS = {
    "cron": frozenset({"schedule", "schedule_in_database", "unschedule", "alter_job"}),
    "pgagent": frozenset({"pga_next_schedule", "pgagent_schema_version"}),
    "timetable": frozenset({"add_job", "add_task", "notify_chain_start", "notify_chain_stop", "delete_job"}),
}


class SchedulerCallInCode(Rule):
    """Code that makes or stops scheduled jobs.

    ## What it finds
    Routines that call functions of pg_cron (cron.schedule and its kin), pgagent or pg_timetable.

    ## Why it matters on Aurora
    Jobs are rows of the scheduler: what the routine made on the source is not on the target, and what it makes there
    runs beside the source's. pg_cron is in one database of the cluster alone, the one that cron.database_name in the
    parameter group names; in another one the call fails. The other two Aurora does not have.

    ## What to do
    Let it rest until the cutover. On the target call cron.schedule_in_database from the database that holds pg_cron.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
    """

    code = "PG522"
    slug = "scheduler-call-in-code"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html"
    )
    bad = (
        (
            "CREATE PROCEDURE nightly() LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM cron.schedule('tidy', '0 3 * * *', 'VACUUM'); END $$;"
        ),
    )
    good = (
        (
            "CREATE PROCEDURE nightly() LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM shop.schedule('tidy', '0 3 * * *', 'VACUUM'); END $$;"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        every = frozenset().union(*_CALLS.values())
        for code in stored_code(catalog, _CALLS):
            found = {
                f"{call.schema}.{call.name}"
                for call, _ in code.calls(every)
                if call.name in _CALLS.get(call.schema, frozenset())
            }
            if found:
                yield self.finding(
                    code.ref,
                    f"calls {', '.join(sorted(found))}: its jobs are on one side alone",
                    remedy="Let it rest until the cutover, then call it in the database that cron.database_name names.",
                )
