from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import Rule


class UnreadStatement(Rule):
    """Statement of the schema file that the reader does not understand.

    ## What it finds
    Each statement that is neither understood nor known to be irrelevant, with its file and line, and a dump that ends
    too early.

    ## Why it matters on Aurora
    Nothing was checked of what such a statement makes. No finding about it does not mean that there is no fault in it.

    ## What to do
    Look at the statement yourself, or assess the live database, where its effect can be seen. A truncated dump has to
    be taken again.

    ## References
    The rules of this catalogue: silence is not a pass.
    """

    code = "CK001"
    slug = "unread-statement"
    severity = Severity.WARNING
    source = "aurora-migrate: what cannot be read is reported, never dropped"
    engines = (Engine.POSTGRES, Engine.MYSQL, Engine.MARIADB)
    mandatory = True
    bad = ("DO $$ BEGIN EXECUTE 'CREATE TABLE made_here (id integer)'; END $$;",)
    good = ("CREATE TABLE made_here (id integer);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for unread in catalog.unread:
            first = unread.text.split("\n", 1)[0][:120] or "(end of file)"
            yield self.finding(
                ObjectRef("statement", f"{unread.location.file}:{unread.location.line}", unread.location),
                f"not read, so not checked: {first} — {unread.reason}",
                remedy="Judge it by hand, or assess the live database.",
            )
