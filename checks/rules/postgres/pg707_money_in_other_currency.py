from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Column, ObjectRef, Origin, Table, TableName
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_PLAIN = ("C", "POSIX", "C.UTF-8", "en_US.UTF-8", "en_US.utf8")
_BECAUSE = "a dump does not hold server settings"


def _catalog(monetary: str) -> Catalog:
    table = Table(name=TableName("public", "invoice"), columns=(Column(name="total", type="money"),))
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, tables=(table,), settings={"lc_monetary": monetary})


class MoneyInOtherCurrency(Rule):
    """Amount whose reading depends on the server's currency.

    ## What it finds
    Columns of type `money` on a server whose `lc_monetary` is neither C nor American English.

    ## Why it matters on Aurora
    The amount travels as text with currency sign, separators and a number of decimals that the setting decides. Read
    under another setting it fails, or is a hundred times too much, or too little.

    ## What to do
    Make it numeric on the source, or give the target the same `lc_monetary` and compare the sums.

    ## References
    https://www.postgresql.org/docs/current/datatype-money.html
    """

    code = "PG707"
    slug = "money-in-other-currency"
    severity = Severity.WARNING
    source = "unsourced: inferred from the text form of money, which follows lc_monetary"
    needs = ("settings",)
    bad = (LiveExample(lambda: _catalog("de_DE.UTF-8"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("C"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        monetary = (catalog.settings or {}).get("lc_monetary")
        if monetary is None or monetary in _PLAIN:
            return
        for table in catalog.tables:
            for column in table.columns:
                if column.type in ("money", "money[]") and table.partition_of is None:
                    name = quoted(column.name)
                    yield self.finding(
                        ObjectRef("column", f"{table.name}.{column.name}", table.location),
                        f"is money, which is read by lc_monetary; that is {monetary} here",
                        remedy="Make it numeric (the table is rewritten under an exclusive lock), or set the same "
                        "lc_monetary on the target.",
                        sql=f"ALTER TABLE {quoted_table(table.name)} ALTER COLUMN {name} TYPE numeric(19,2) "
                        f"USING {name}::numeric;"
                        if column.type == "money"
                        else None,
                    )
