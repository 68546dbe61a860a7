from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import called
from checks.route import Route
from checks.rule import Rule

_LOCKS = frozenset(
    f"pg_{attempt}advisory_{span}lock{shared}"
    for attempt in ("", "try_")
    for span in ("", "xact_")
    for shared in ("", "_shared")
)


class AdvisoryLockInCode(Rule):
    """Code that relies on advisory locks.

    ## What it finds
    Routines and views that call pg_advisory_lock or one of its variants.

    ## Why it matters on Aurora
    The locks stand in the memory of one server: during the cutover a job may hold one on the old side while another
    gets the same on the new one, and both run. Behind a pooling proxy a lock of a session may never be given back.

    ## What to do
    Stop every job on the source before the target opens; the cutover's freeze ends the sessions that hold locks.

    ## References
    https://www.postgresql.org/docs/current/explicit-locking.html
    https://github.com/yugabyte/yb-voyager (advisory locks among what a migration does not preserve)
    """

    code = "PG516"
    slug = "advisory-lock-in-code"
    severity = Severity.NOTICE
    source = "https://www.postgresql.org/docs/current/explicit-locking.html"
    bad = ("CREATE PROCEDURE alone() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); END $$;",)
    good = ("CREATE PROCEDURE alone() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); END $$;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, names in called(catalog, _LOCKS, builtin=True):
            yield self.finding(
                ref,
                f"takes advisory locks ({', '.join(names)}), which the two sides do not share",
                remedy="See that its jobs have stopped on the source before the target opens.",
            )
