from __future__ import annotations

from collections.abc import Iterable

from checks.aurora import extension_needs
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class ExtensionThatNeedsPreload(Rule):
    """Extension that works only once the parameter group names it.

    ## What it finds
    pg_cron, pgaudit, pglogical, pg_hint_plan and pg_tle.

    ## Why it matters on Aurora
    Their libraries have to be in shared_preload_libraries before CREATE EXTENSION, or before they do anything: without
    it pg_cron cannot be made and pgaudit writes nothing. By default the cluster loads pg_stat_statements alone.

    ## What to do
    Add the library and its parameters to the cluster parameter group that is made for the target. It takes a reboot:
    do it before the load.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.html
    """

    code = "PG603"
    slug = "extension-that-needs-preload"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html"
    )
    not_loadable = "pgaudit is not part of a plain server"
    bad = ("CREATE EXTENSION pgaudit;",)
    good = ("CREATE EXTENSION pgcrypto;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for extension in catalog.extensions:
            need = extension_needs().get(extension.name)
            if need is not None:
                more = "".join(f"; {parameter}" for parameter in need.parameters)
                yield self.finding(
                    ObjectRef("extension", extension.name, extension.location),
                    f"needs {need.preloaded} in shared_preload_libraries of the cluster parameter group{more}",
                    remedy="Set it before the load, reboot, and ask the target:",
                    sql="SHOW shared_preload_libraries;",
                    source=str(need.source),
                )
