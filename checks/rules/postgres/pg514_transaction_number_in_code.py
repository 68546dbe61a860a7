from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import called
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule


class TransactionNumberInCode(Rule):
    """Code that works with numbers of transactions or of the log.

    ## What it finds
    Routines, views and defaults that call txid_current, pg_current_xact_id, the snapshot functions,
    pg_current_wal_lsn, pg_xact_commit_timestamp and their kin.

    ## Why it matters on Aurora
    These numbers start again on the target, at a much lower value. Rows that carry a number of the source then look
    as if they were of the future: a queue that reads "below the oldest running transaction" leaves them out, or takes
    rows twice, and nothing fails. pg_current_wal_lsn also asks for logical replication to be on.

    ## What to do
    Empty queues that are ordered so before the cutover, or add to the stored numbers' columns a generation that goes
    up with it. Better still: order by a sequence.

    ## References
    https://www.postgresql.org/docs/current/functions-info.html
    https://github.com/jobinau/pg_gather/issues/9
    """

    code = "PG514"
    slug = "transaction-number-in-code"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/functions-info.html"
    bad = ("CREATE TABLE outbox (id int PRIMARY KEY, txid bigint DEFAULT txid_current());",)
    good = ("CREATE TABLE outbox (id int PRIMARY KEY, txid bigint DEFAULT pg_backend_pid());",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, names in called(catalog, family("transaction_numbers"), builtin=True):
            yield self.finding(
                ref,
                f"uses {', '.join(names)}, whose numbers start again on the target, far below those stored",
                remedy="Empty what is ordered by them before the cutover, or order it by a sequence.",
            )
