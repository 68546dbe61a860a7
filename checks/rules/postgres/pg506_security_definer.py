from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Routine
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_routine
from checks.route import Route
from checks.rule import Rule


class SecurityDefiner(Rule):
    """Routine that runs with the rights of its owner.

    ## What it finds
    Functions and procedures with SECURITY DEFINER. Where roles are known, it says which owners are superusers; where
    its clauses are known, which routines do not fix their search_path.

    ## Why it matters on Aurora
    The schema copy gives everything to the role that loads it. What ran with the rights of a narrow owner then runs
    with the master user's; what ran as superuser runs with fewer. Nothing fails when it is made.

    ## What to do
    Make the owner on the target, and give the routine back to it. For a superuser's, choose a role with just the
    grants that it needs. Without a search_path of its own, whoever may create objects may redirect what it calls.

    ## References
    https://www.postgresql.org/docs/current/sql-createfunction.html
    """

    code = "PG506"
    slug = "security-definer"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/sql-createfunction.html"
    bad = ("CREATE FUNCTION total() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';",)
    good = ("CREATE FUNCTION total() RETURNS int LANGUAGE sql SECURITY INVOKER AS 'SELECT 1';",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        superusers = {account.name for account in catalog.accounts or () if account.superuser}
        for routine in catalog.routines:
            if routine.security_definer:
                owner, powerful = routine.owner, routine.owner in superusers
                yield self.finding(
                    routine.ref,
                    _message(routine, powerful=powerful),
                    remedy="Choose an owner with just the rights it needs, and make it the owner on the target."
                    if powerful or owner is None
                    else "Give it back to its owner on the target:",
                    sql=f"ALTER ROUTINE {quoted_routine(routine)} OWNER TO {quoted(owner)};"
                    if owner is not None and not powerful
                    else None,
                )


def _message(routine: Routine, *, powerful: bool) -> str:
    whose = f"{routine.owner}, a superuser" if powerful else routine.owner or "its owner"
    loose = "" if "search_path" in routine.settings else ", and does not fix its search_path"
    return f"runs with the rights of {whose}{loose}: on the target they are those of the role that copies the schema"
