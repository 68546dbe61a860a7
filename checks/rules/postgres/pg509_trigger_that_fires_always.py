from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class TriggerThatFiresAlways(Rule):
    """Trigger that fires for replicated rows in any case.

    ## What it finds
    Triggers of tables that are ENABLE ALWAYS or ENABLE REPLICA.

    ## Why it matters on Aurora
    They fire under session_replication_role = replica and in a subscription as well: what they write stands twice on
    the side that is fed. An ENABLE REPLICA trigger does nothing on the source but for what another feed brings, and
    everything on the target.

    ## What to do
    Disable them on the target until the cutover, and give them back their state then. On the way back the same holds
    for the source: the cutover of this toolkit puts them to rest there.

    ## References
    https://www.postgresql.org/docs/current/sql-altertable.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
    """

    code = "PG509"
    slug = "trigger-that-fires-always"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/sql-altertable.html"
    bad = (
        (
            "CREATE TABLE cart (id int PRIMARY KEY); "
            "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
            "CREATE TRIGGER stamp BEFORE INSERT ON cart FOR EACH ROW EXECUTE FUNCTION stamp(); "
            "ALTER TABLE cart ENABLE ALWAYS TRIGGER stamp;"
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
            if trigger.enabled in ("always", "replica"):
                name, table = quoted(trigger.name), quoted_table(trigger.table)
                yield self.finding(
                    ObjectRef("trigger", f"{trigger.table}.{trigger.name}", trigger.location),
                    f"is ENABLE {trigger.enabled.upper()}: it fires for every replicated row on the target",
                    remedy="On the target, until the cutover:",
                    sql=f"ALTER TABLE {table} DISABLE TRIGGER {name};",
                )
