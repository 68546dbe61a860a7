from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import UserTypes, bare, columns, is_array
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule

_TYPES = frozenset(
    [
        "regproc",
        "regprocedure",
        "regoper",
        "regoperator",
        "regclass",
        "regtype",
        "regrole",
        "regnamespace",
        "regconfig",
        "regdictionary",
        "regcollation",
    ]
)


class ObjectIdentifierColumn(Rule):
    """Column that holds numbers of catalog objects.

    ## What it finds
    Columns, and arrays, of regclass, regproc, regtype and the other reg types.

    ## Why it matters on Aurora
    They hold OIDs, which are others on the target: carried as text a value is looked up there and fails if the
    object is missing, carried as a number it points at something else. pg_upgrade refuses most of them.

    ## What to do
    Keep the name as text. regtype, regrole and regclass survive pg_upgrade, but not a move to another server.

    ## References
    https://github.com/postgres/postgres/blob/master/src/bin/pg_upgrade/check.c
    """

    code = "PG217"
    slug = "object-identifier-column"
    severity = Severity.WARNING
    source = "https://github.com/postgres/postgres/blob/master/src/bin/pg_upgrade/check.c"
    bad = ("CREATE TABLE watched (id int PRIMARY KEY, what regclass);",)
    good = ("CREATE TABLE watched (id int PRIMARY KEY, what text);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            spelled = types.resolved(column.type)
            if bare(spelled) in _TYPES:
                name = quoted(column.name)
                kept = f"{name}::text" + ("[]" if is_array(spelled) else "")
                yield self.finding(
                    ref,
                    f"is {spelled}: its values are numbers of objects in this server's catalog",
                    remedy="Keep the name as text.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} ALTER COLUMN {name} TYPE "
                    f"text{'[]' if is_array(spelled) else ''} USING {kept};",
                )
