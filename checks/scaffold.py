"""The file that a new rule begins with: its tests fail until the rule finds its own bad example."""

from __future__ import annotations

from pathlib import Path

import checks.rules
from checks.errors import BadRuleError
from checks.registry import catalogue
from checks.rule import CODE, SLUG

FOLDERS = {"PG": "postgres", "MY": "mysql", "CK": "common"}
_ENGINES = {
    "PG": "",
    "MY": "    engines = (Engine.MYSQL, Engine.MARIADB)\n",
    "CK": "    engines = (Engine.POSTGRES, Engine.MYSQL, Engine.MARIADB)\n",
}
_TEMPLATE = '''from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import {routing}
from checks.rule import Rule


class {name}(Rule):
    """{title}.

    ## What it finds
    Which objects, in one or two sentences.

    ## Why it matters on Aurora
    What breaks or is lost, and when.

    ## What to do
    The way out, step by step.

    ## References
    https://docs.aws.amazon.com/
    """

    code = "{code}"
    slug = "{slug}"
    severity = Severity.WARNING
    source = "unsourced: say what it is inferred from, or give the URL that stands under References"
{engines}    bad = ("CREATE TABLE found (id integer PRIMARY KEY);",)
    good = ("CREATE TABLE not_found (id integer PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.name.name == "":  # the fact that matters
                yield self.finding(table.ref, "is …", remedy="Do …")
'''


def text(code: str, slug: str) -> str:
    """The source of a rule that does not know yet what it looks for."""
    words = slug.split("-")
    return _TEMPLATE.format(
        code=code,
        slug=slug,
        name="".join(word.capitalize() for word in words),
        title=" ".join(words).capitalize(),
        engines=_ENGINES[code[:2]],
        routing="Engine, Route" if _ENGINES[code[:2]] else "Route",
    )


def new(code: str, slug: str, folder: Path | None = None) -> Path:
    """Write the file of a new rule and return its path. `folder` stands for the package's own folder of rules.

    Raises BadRuleError for a code or slug that is malformed or taken, and OSError where the file cannot be written.
    """
    code = code.upper()
    if not CODE.match(code):
        raise BadRuleError(f"{code!r} is not PGnnn, MYnnn or CKnnn", code="bad-code", hint="See docs/adding-a-rule.md.")
    if not SLUG.match(slug):
        raise BadRuleError(
            f"{slug!r} is not words-joined-by-hyphens", code="bad-slug", hint="Name the fault: table-without-key."
        )
    taken = next((rule for rule in catalogue().values() if code == rule.code or slug == rule.slug), None)
    if taken is not None:
        raise BadRuleError(
            f"{taken.code} {taken.slug} is there already", code="taken", hint="Codes are never reused: take the next."
        )
    place = (folder or Path(checks.rules.__file__).parent) / FOLDERS[code[:2]]
    path = place / f"{code.lower()}_{slug.replace('-', '_')}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text(code, slug))
    return path
