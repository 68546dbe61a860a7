from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule


class EventTriggerPresent(Rule):
    """Event trigger.

    ## What it finds
    Event triggers of the database. Those of DMS itself (`awsdms_…`) are left over from an earlier run.

    ## Why it matters on Aurora
    Only the master user may create one. It fires for the DDL of the migration too, may refuse or log it, and it stands
    in the way of a later major upgrade until it is dropped.

    ## What to do
    Leave it out of the schema copy, and create it on the target as the master user after the cutover.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.FeatureSupport.EventTriggers.html
    (the page of RDS; none of Aurora was found)
    """

    code = "PG501"
    slug = "event-trigger"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
        "PostgreSQL.Concepts.General.FeatureSupport.EventTriggers.html"
    )
    bad = (
        "CREATE FUNCTION audit() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;\n"
        "CREATE EVENT TRIGGER audit_ddl ON ddl_command_end EXECUTE FUNCTION audit();",
    )
    good = ("CREATE FUNCTION audit() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for trigger in catalog.event_triggers:
            ours = trigger.name.startswith("awsdms_")
            state = "" if trigger.enabled == "origin" else f" (state: {trigger.enabled})"
            yield self.finding(
                ObjectRef("event trigger", trigger.name, trigger.location),
                ("is left over from an earlier DMS run" if ours else f"fires on {trigger.event}") + state,
                remedy="Drop it before a new run." if ours else "Create it on the target after the cutover only.",
                sql=f"DROP EVENT TRIGGER {quoted(trigger.name)};"
                if ours
                else f"ALTER EVENT TRIGGER {quoted(trigger.name)} DISABLE;",
            )
