from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class DisabledTrigger(Rule):
    """Trigger that is disabled on the source.

    ## What it finds
    Triggers of tables in the state disabled.

    ## Why it matters on Aurora
    pg_dump carries the state over. A script that disables all triggers for the load and enables all of them after it
    does not: on the target the trigger then fires, which it has not done for long.

    ## What to do
    Drop it if nobody needs it. Otherwise see to it that it is disabled when the target opens.

    ## References
    https://www.postgresql.org/docs/current/sql-altertable.html
    """

    code = "PG510"
    slug = "disabled-trigger"
    severity = Severity.NOTICE
    source = "https://www.postgresql.org/docs/current/sql-altertable.html"
    bad = (
        (
            "CREATE TABLE cart (id int PRIMARY KEY); "
            "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
            "CREATE TRIGGER stamp BEFORE INSERT ON cart FOR EACH ROW EXECUTE FUNCTION stamp(); "
            "ALTER TABLE cart DISABLE TRIGGER stamp;"
        ),
    )
    good = (
        (
            "CREATE TABLE cart (id int PRIMARY KEY); "
            "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
            "CREATE TRIGGER stamp BEFORE INSERT ON cart FOR EACH ROW EXECUTE FUNCTION stamp(); "
            "ALTER TABLE cart ENABLE TRIGGER stamp;"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for trigger in catalog.triggers:
            if trigger.enabled == "disabled":
                name, table = quoted(trigger.name), quoted_table(trigger.table)
                yield self.finding(
                    ObjectRef("trigger", f"{trigger.table}.{trigger.name}", trigger.location),
                    "is disabled: whoever enables all triggers after the load enables it as well",
                    remedy="Before the target opens, on the target:",
                    sql=f"ALTER TABLE {table} DISABLE TRIGGER {name};",
                )
