from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Account, Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_BECAUSE = "a dump does not tell who is connected"


def _catalog(*, superuser: bool) -> Catalog:
    accounts = (Account(name="shop", superuser=superuser, sessions=12),)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, accounts=accounts)


class SuperuserApplication(Rule):
    """Application that logs in as a superuser.

    ## What it finds
    Superusers with sessions in this database. Sessions of psql, pg_dump and pgAdmin do not count, nor do this toolkit's
    and those of DMS.

    ## Why it matters on Aurora
    At the cutover writers are kept out by the right to connect, which a superuser does not need, and only a superuser
    can end his sessions: the fence does not hold him and the cutover refuses to begin. Aurora has no superuser, so what
    the application does with that right fails there.

    ## What to do
    Give the application a login role of its own without SUPERUSER and with the rights that it needs; let it use it on
    the source before the migration.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    """

    code = "PG401"
    slug = "superuser-application"
    severity = Severity.BLOCKER
    blocks = "cutover"
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
    )
    needs = ("accounts",)
    bad = (LiveExample(lambda: _catalog(superuser=True), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog(superuser=False), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for account in catalog.accounts or ():
            if account.superuser and account.sessions:
                name = quoted(account.name)
                literal = name.replace("'", "''")
                yield self.finding(
                    ObjectRef("role", account.name),
                    f"is a superuser and has {account.sessions} sessions here: no fence can keep it out at the cutover",
                    remedy="See which programs these are; give an application a role that is no superuser.",
                    sql="SELECT application_name, client_addr, count(*) FROM pg_stat_activity"
                    f" WHERE usesysid = '{literal}'::regrole GROUP BY 1, 2 ORDER BY 3 DESC;",
                )
