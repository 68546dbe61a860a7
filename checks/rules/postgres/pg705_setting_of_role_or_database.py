from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, StoredSetting
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_QUERY = (
    "SELECT s.setdatabase, s.setrole::regrole, unnest(s.setconfig) FROM pg_db_role_setting s"
    " ORDER BY s.setdatabase, s.setrole;"
)


class SettingOfRoleOrDatabase(Rule):
    """Setting that is stored with a role or a database.

    ## What it finds
    Values of ALTER DATABASE … SET and ALTER ROLE … SET that hold in this database. Of roles, those of RDS itself are
    left out.

    ## Why it matters on Aurora
    A dump of the database does not have them, and nothing replicates them. The target then runs with another
    search_path, timezone or timeout, or without a value that a policy asks for: other results, and no error.

    ## What to do
    Set each on the target, for the role or database of the same purpose. Names that need a superuser go into the
    parameter group.

    ## References
    https://www.postgresql.org/docs/current/app-pg-dumpall.html
    """

    code = "PG705"
    slug = "setting-of-role-or-database"
    severity = Severity.WARNING
    source = "unsourced: plain dumps of PostgreSQL 15 and 17 were looked at and have none of them"
    bad = ("CREATE ROLE shop; ALTER ROLE shop SET search_path = 'sales';",)
    good = ("CREATE ROLE shop;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for one in catalog.stored_settings:
            if one.role.startswith("rds"):
                continue
            yield self.finding(
                ObjectRef("setting", f"{one.name} of {_owner(one)}", one.location),
                "is not in a dump of the database and is not replicated",
                remedy="Set it on the target. This lists all of them with their values:",
                sql=_QUERY,
            )


def _owner(one: StoredSetting) -> str:
    role = f"role {one.role}" if one.role else "all roles"
    return role if not one.database else f"{role} in database {one.database}"
