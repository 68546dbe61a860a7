from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState

_BECAUSE = "a dump does not hold the server's configuration"


def _catalog(*names: str) -> Catalog:
    return Catalog(
        engine=Engine.POSTGRES, origin=Origin.LIVE, database="shop", state=ServerState(custom_settings=names)
    )


class CustomSettingOfServer(Rule):
    """Setting of your own in the server's configuration.

    ## What it finds
    Names with a dot (`shop.tenant`) in the configuration files that neither the server nor an extension defines. Only
    a superuser may read those files; for others nothing is known.

    ## Why it matters on Aurora
    A parameter group takes no names but its own. Code that asks `current_setting('shop.tenant')` then fails, and with
    `missing_ok` it goes on with NULL, in a policy or default as well.

    ## What to do
    Set it for the database on the target: ALTER DATABASE … SET works there.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
    """

    code = "PG704"
    slug = "custom-setting-of-server"
    severity = Severity.WARNING
    source = "unsourced: inferred from the parameter list of Aurora, which has no names of users"
    needs = ("state.custom_settings",)
    bad = (LiveExample(lambda: _catalog("shop.tenant"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog(), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for name in (catalog.state.custom_settings if catalog.state else None) or ():
            parts = ".".join(quoted(part) for part in name.split("."))
            literal = name.replace("'", "''")
            database = quoted(catalog.database or "").replace("'", "''")
            yield self.finding(
                ObjectRef("setting", name),
                "is set in the server's configuration, which Aurora has no place for",
                remedy="Run this on the source, and its answer on the target:",
                sql=f"SELECT format('ALTER DATABASE {database} SET {parts} = %L;', current_setting('{literal}'));",
            )
