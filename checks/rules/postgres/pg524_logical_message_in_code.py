from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import called
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule


class LogicalMessageInCode(Rule):
    """Code that writes messages into the log.

    ## What it finds
    Routines and views that call pg_logical_emit_message.

    ## Why it matters on Aurora
    The message stands in the log of the source alone: no row carries it, and nothing applies it on the target. Who
    decodes it, an outbox reader such as Debezium, has its slot on the old side. On Aurora the call needs
    rds.logical_replication, and the position that it gives back was seen not to be that of the message.

    ## What to do
    Let the readers finish on the source under the freeze, and give each a new slot on the target before it opens. An
    outbox in a table is carried like any other.

    ## References
    https://www.postgresql.org/docs/current/functions-admin.html
    https://github.com/powersync-ja/powersync-service/pull/135
    """

    code = "PG524"
    slug = "logical-message-in-code"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/functions-admin.html"
    bad = (
        (
            "CREATE PROCEDURE tell(what text) LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_logical_emit_message(true, 'outbox', what); END $$;"
        ),
    )
    good = (
        ("CREATE PROCEDURE tell(what text) LANGUAGE plpgsql AS $$ BEGIN PERFORM concat(true, 'outbox', what); END $$;"),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, names in called(catalog, family("logical_messages"), builtin=True):
            yield self.finding(
                ref,
                f"calls {', '.join(names)}: the message is in the log of the source, and nothing carries it",
                remedy="Let its readers finish on the source, and give them a new slot on the target.",
            )
