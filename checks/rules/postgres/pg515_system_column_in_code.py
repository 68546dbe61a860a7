from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.ddl.lexer import Kind
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import StoredCode, is_mark, stored_code
from checks.route import Route
from checks.rule import Rule

_COLUMNS = ("xmin", "cmin", "cmax", "ctid")


def _reads(code: StoredCode) -> Iterator[str]:
    words = {token.value for statement in code.statements for token in statement if token.kind is Kind.WORD}
    if "ymin" in words:
        return  # a box: xmin is one of its sides
    variables = {statement[0].value for statement in code.statements}
    for statement in code.statements:
        for at, token in enumerate(statement):
            if token.kind is Kind.WORD and token.value in _COLUMNS:
                named = at > 0 and statement[at - 1].kind is Kind.WORD and statement[at - 1].value == "as"
                is_call = at + 1 < len(statement) and is_mark(statement[at + 1], "(")
                if not named and not is_call and token.value not in variables:
                    yield token.value


class SystemColumnInCode(Rule):
    """Code that reads system columns.

    ## What it finds
    Routines, views and defaults with xmin, cmin, cmax or ctid. Tables that have a column of such a name cannot be.
    xmax, by which an upsert tells whether it inserted, and tableoid are left out, as are variables of such a name.

    ## Why it matters on Aurora
    The row on the target is another row with other numbers. Where a value leaves the statement, as the version of a
    row that a client holds, or as a row's address in a queue, it matches nothing, or another row, after the cutover.
    Within one statement nothing is wrong.

    ## What to do
    Use a version column, and the primary key as the address.

    ## References
    https://www.postgresql.org/docs/current/ddl-system-columns.html
    https://github.com/yugabyte/yb-voyager (system columns among what a migration does not preserve)
    """

    code = "PG515"
    slug = "system-column-in-code"
    severity = Severity.NOTICE
    source = "https://www.postgresql.org/docs/current/ddl-system-columns.html"
    bad = ("CREATE TABLE cart (id int PRIMARY KEY, version int); CREATE VIEW seen AS SELECT id, xmin FROM cart;",)
    good = ("CREATE TABLE cart (id int PRIMARY KEY, version int); CREATE VIEW seen AS SELECT id, version FROM cart;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for code in stored_code(catalog, _COLUMNS):
            found = sorted(set(_reads(code)))
            if found:
                yield self.finding(
                    code.ref,
                    f"reads {', '.join(found)}, which are other values on the target",
                    remedy="See whether a value is kept beyond the statement; if so, use a column of your own.",
                )
