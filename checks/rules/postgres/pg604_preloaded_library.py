from __future__ import annotations

from collections.abc import Iterable

from checks.aurora import extension_needs, preload_libraries
from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_SETTINGS = ("shared_preload_libraries", "session_preload_libraries", "local_preload_libraries")
_DEFAULT = "pg_stat_statements"
_OF_RDS = ("rds", "aurora", "apg_")
_BECAUSE = "a dump does not hold server settings"


def _catalog(libraries: str) -> Catalog:
    settings = {"shared_preload_libraries": libraries}
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, database="shop", settings=settings)


class PreloadedLibrary(Rule):
    """Library that the server loads at its start.

    ## What it finds
    Libraries in shared_preload_libraries, session_preload_libraries and local_preload_libraries: as a warning those
    that no page of Aurora names, as a notice those that have to be added to the parameter group. Left out are
    pg_stat_statements, which is there, those of RDS itself, and libraries whose extension PG601 or PG603 speaks of.

    ## Why it matters on Aurora
    What a library does without an extension of its own ends silently: passwords are no longer checked, plans no
    longer logged. Aurora takes the libraries it knows and no others.

    ## What to do
    Add the known ones to the cluster parameter group, which takes a reboot, and replace what the others do.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html
    """

    code = "PG604"
    slug = "preloaded-library"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html"
    )
    needs = ("settings.shared_preload_libraries",)
    bad = (LiveExample(lambda: _catalog("pg_stat_statements, passwordcheck"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("pg_stat_statements"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        told = {extension.name for extension in catalog.extensions}
        told |= {need.preloaded for name, need in extension_needs().items() if name in told}
        for setting in _SETTINGS:
            for entry in (catalog.settings or {}).get(setting, "").split(","):
                library = entry.strip().strip('"').rpartition("/")[2].removesuffix(".so")
                if not library or library in told or library == _DEFAULT or library.startswith(_OF_RDS):
                    continue
                known = library in preload_libraries()
                yield self.finding(
                    ObjectRef("setting", f"{setting}: {library}"),
                    "is loaded here; on the target the cluster parameter group has to name it"
                    if known
                    else "is loaded here, and no page of Aurora names it: what it does ends with the cutover",
                    remedy="Add it to shared_preload_libraries of the cluster parameter group."
                    if known
                    else "Find out what relies on it, and replace that.",
                    severity=Severity.NOTICE if known else Severity.WARNING,
                )
