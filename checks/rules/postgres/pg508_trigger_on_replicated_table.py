from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class TriggerOnReplicatedTable(Rule):
    """Trigger that would fire again for replicated rows.

    ## What it finds
    Enabled triggers of tables. Those that fire in any mode are PG509's.

    ## Why it matters on Aurora
    DMS writes to the target as an ordinary session: unless session_replication_role is replica there, the trigger
    fires a second time, for the rows whose effects arrive by themselves: audit rows twice, other time stamps, counts
    that are too high.

    ## What to do
    Nothing, where the target endpoint sets session_replication_role = replica (this toolkit's does). Otherwise make
    the triggers after the load, disabled until the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
    """

    code = "PG508"
    slug = "trigger-on-replicated-table"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html"
    methods = ("dms",)
    bad = (
        (
            "CREATE TABLE cart (id int PRIMARY KEY); "
            "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; "
            "CREATE TRIGGER stamp BEFORE INSERT ON cart FOR EACH ROW EXECUTE FUNCTION stamp();"
        ),
    )
    good = (
        (
            "CREATE TABLE cart (id int PRIMARY KEY); "
            "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        tables = {table.name for table in catalog.tables if table.persistence != "temporary"}
        for trigger in catalog.triggers:
            if trigger.enabled == "origin" and trigger.table in tables:
                name, table = quoted(trigger.name), quoted_table(trigger.table)
                yield self.finding(
                    ObjectRef("trigger", f"{trigger.table}.{trigger.name}", trigger.location),
                    "fires for replicated rows too, unless the session that writes them is in the role of a replica",
                    remedy="Let the target endpoint set session_replication_role, or on the target until the cutover:",
                    sql=f"ALTER TABLE {table} DISABLE TRIGGER {name};",
                )
