from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState


def _catalog(odd: tuple[str, ...]) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, state=ServerState(odd_sessions=odd))


class SessionThatLogsOtherwise(Rule):
    """Session that logs in a way of its own.

    ## What it finds
    Settings of the binary log that open sessions have changed for themselves, or that are older than a change of
    the server's: binlog_format, binlog_row_image, binlog_row_value_options, compression, and sql_log_bin. MariaDB
    does not tell them.

    ## Why it matters on Aurora
    What such a session changes is captured in part or not at all.

    ## What to do
    See whose they are, and end them before the load begins.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY313"
    slug = "session-that-logs-otherwise"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = (Engine.MYSQL,)
    needs = ("state.odd_sessions",)
    bad = (LiveExample(lambda: _catalog(("binlog_format=STATEMENT",)), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(()), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for found in (catalog.state.odd_sessions if catalog.state else None) or ():
            name, _, value = found.partition("=")
            yield self.finding(
                ObjectRef("sessions", found),
                f"is the setting of open sessions, not the server's: {name} must not be {value or 'empty'} for writers",
                remedy="See whose sessions these are, and end them before the load begins.",
                sql="SELECT t.processlist_id, t.processlist_user FROM performance_schema.variables_by_thread v"
                " JOIN performance_schema.threads t USING (thread_id)"
                f" WHERE v.variable_name = '{name}' AND v.variable_value = '{value}';",
            )
