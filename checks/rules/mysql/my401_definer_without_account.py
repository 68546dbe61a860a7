from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Account, Catalog, ObjectRef, Origin, TableName, View
from checks.finding import Finding, Severity
from checks.mysql_code import definers
from checks.mysql_columns import some
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_BECAUSE = "a dump tells no accounts"


def _catalog(definer: str) -> Catalog:
    view = View(name=TableName("shop", "prices"), definition="select 1", definer=definer)
    accounts = (Account(name="shop", host="%"),)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, accounts=accounts, views=(view,))


class DefinerWithoutAccount(Rule):
    """Definer that has no account.

    ## What it finds
    Definers of views, routines, triggers and events that are none of the accounts that the origin tells.

    ## Why it matters on Aurora
    They load with a warning and fail when they are used (error 1449); a trigger that fails stops every change of
    its table, those that DMS applies too.

    ## What to do
    Make the account, or make the object anew with another definer.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/stored-objects-security.html
    """

    code = "MY401"
    slug = "definer-without-account"
    severity = Severity.WARNING
    source = "https://dev.mysql.com/doc/refman/8.0/en/stored-objects-security.html"
    engines = MYSQL_FAMILY
    needs = ("accounts",)
    bad = (LiveExample(lambda: _catalog("ghost@%"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("shop@%"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        known = {account.full_name for account in catalog.accounts or ()}
        for definer, refs in definers(catalog):
            if definer not in known:
                yield self.finding(
                    ObjectRef("account", definer, refs[0].location),
                    f"does not exist, and is the definer of {some([str(ref) for ref in refs])}",
                    remedy="Make these anew with a definer that exists, or make the account.",
                )
