from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.keys import EVENTS, action_of
from checks.route import Route
from checks.rule import Rule


class ForeignKeyWithAction(Rule):
    """Foreign key that changes rows by itself.

    ## What it finds
    Foreign keys ON DELETE or ON UPDATE with CASCADE, SET NULL or SET DEFAULT.

    ## Why it matters on Aurora
    The rows that the action changes are in the WAL too, so they arrive on the target as changes of their own. If
    the key is there and fires, they are changed twice: an update then finds no row, or overwrites what came before
    it.

    ## What to do
    Apply in replica mode (session_replication_role, as this toolkit's endpoint does), or add the key at the
    cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
    """

    code = "PG117"
    slug = "foreign-key-with-action"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html"
    methods = ("dms",)
    bad = (
        (
            "CREATE TABLE shelf (id int PRIMARY KEY); "
            "CREATE TABLE book (id int PRIMARY KEY, shelf int REFERENCES shelf ON DELETE CASCADE);"
        ),
    )
    good = (
        (
            "CREATE TABLE shelf (id int PRIMARY KEY); "
            "CREATE TABLE book (id int PRIMARY KEY, shelf int REFERENCES shelf);"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table, constraint in catalog.constraints(ConstraintKind.FOREIGN_KEY):
            actions = [f"ON {event.upper()} {action}" for event in EVENTS if (action := action_of(constraint, event))]
            if actions and not constraint.inherited:
                yield self.finding(
                    ObjectRef("foreign key", f"{table.name}.{constraint.name}", table.location),
                    f"acts {' and '.join(actions)}: on the target the changed rows arrive anyway",
                    remedy="Let the changes be applied in replica mode; see that the target's session may:",
                    sql="SET session_replication_role = 'replica';",
                )
