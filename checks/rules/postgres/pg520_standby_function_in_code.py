from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import called
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule


class StandbyFunctionInCode(Rule):
    """Code that asks how far a standby is.

    ## What it finds
    Routines and views that call pg_last_wal_replay_lsn, pg_last_xact_replay_timestamp and their kin.

    ## Why it matters on Aurora
    Readers share the volume of the writer and replay no log: the functions answer "currently not supported for
    Aurora". Code that chooses a reader or waits for one by them fails.

    ## What to do
    Read aurora_replica_status(), which tells the lag of each reader in milliseconds.

    ## References
    https://github.com/ankane/distribute_reads/issues/46
    https://github.com/ankane/pghero/issues/168
    """

    code = "PG520"
    slug = "standby-function-in-code"
    severity = Severity.WARNING
    source = "https://github.com/ankane/distribute_reads/issues/46"
    bad = ("CREATE VIEW lag AS SELECT now() - pg_last_xact_replay_timestamp() AS behind;",)
    good = ("CREATE VIEW lag AS SELECT now() - pg_postmaster_start_time() AS behind;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, names in called(catalog, family("standby"), builtin=True):
            yield self.finding(
                ref,
                f"calls {', '.join(names)}, which Aurora does not support",
                remedy="Read the lag of the readers from aurora_replica_status() on the target.",
            )
