from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Account, Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_HOST = ("pg_execute_server_program", "pg_read_server_files", "pg_write_server_files")
_BECAUSE = "memberships of roles are not read from a dump"


def _catalog(role: str) -> Catalog:
    accounts = (Account(name="loader", member_of=(role,)),)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, accounts=accounts)


class RoleThatReadsServerFiles(Rule):
    """Role that works with files or programs of the server.

    ## What it finds
    Roles to which pg_read_server_files, pg_write_server_files or pg_execute_server_program is granted.

    ## Why it matters on Aurora
    Nobody has access to the host there: COPY from and to a file of the server or a program fails, from the first night
    of the job on.

    ## What to do
    Let the job use COPY … FROM STDIN (psql: \\copy), or the extension aws_s3.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    """

    code = "PG404"
    slug = "role-that-reads-server-files"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
    )
    needs = ("accounts",)
    bad = (LiveExample(lambda: _catalog("pg_read_server_files"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("pg_read_all_data"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for account in catalog.accounts or ():
            granted = [role for role in account.member_of or () if role in _HOST]
            if granted:
                yield self.finding(
                    ObjectRef("role", account.name),
                    f"is a member of {', '.join(granted)}: on Aurora there is no host to reach",
                    remedy="Change its jobs to COPY FROM STDIN or aws_s3; try it on the source first.",
                    sql=f"REVOKE {', '.join(granted)} FROM {quoted(account.name)};",
                )
