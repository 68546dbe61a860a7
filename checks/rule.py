"""The base of every rule: one class in one file, which is its own documentation, example and test."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from checks.errors import BadRuleError
from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Remedy, Severity
from checks.route import Engine, Route

HEADINGS = ("What it finds", "Why it matters on Aurora", "What to do", "References")
CODE = re.compile(r"(PG|MY|CK)[0-9]{3}\Z")
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
AREAS = {
    0: "the catalogue itself",
    1: "storage",
    2: "types and collations",
    3: "replication prerequisites",
    4: "accounts and definers",
    5: "routines and code",
    6: "extensions and plugins",
    7: "settings",
    8: "limits",
    9: "reserved for your own rules",
}
STAGES = ("provision", "replicate", "validate", "cutover")
UNSOURCED = "unsourced"
_TELLER = {Origin.DUMP: "a dump", Origin.LIVE: "the server"}


@dataclass(frozen=True)
class LiveExample:
    """An example that DDL cannot carry. `because` says why; `target` is the Aurora version it is judged for, None where
    any will do."""

    make: Callable[[], Catalog]
    because: str
    target: str | None = None


Example = str | LiveExample


class Rule:
    """A question asked of a Catalog. A subclass fills the class attributes, the docstring and `find`.

    The docstring begins with a title line and has the headings of `HEADINGS`, each as `## Heading`.
    """

    code: ClassVar[str]
    """PG, MY or CK (any engine) and three digits; the first is the area (`AREAS`). Never reused."""
    slug: ClassVar[str]
    """The fault in words that read well after "allow": `table-without-primary-key`."""
    severity: ClassVar[Severity]
    """The usual severity; a finding may have another."""
    blocks: ClassVar[str | None] = None
    """The stage that a blocker of this rule stops."""
    source: ClassVar[str]
    """URL or document of the fact, or `unsourced: …` with what it is inferred from."""
    engines: ClassVar[tuple[Engine, ...]] = (Engine.POSTGRES,)
    methods: ClassVar[tuple[str, ...]] = ("dms", "native")
    """Replication methods it matters for."""
    source_majors: ClassVar[tuple[int | None, int | None]] = (None, None)
    """Oldest and newest source major it applies to; None is open. An unknown version is never excluded."""
    target_majors: ClassVar[tuple[int | None, int | None]] = (None, None)
    needs: ClassVar[tuple[str, ...]] = ()
    """Facts of the Catalog without which it cannot judge (`settings`, `state.writers`): else it is not applicable."""
    mandatory: ClassVar[bool] = False
    """True for rules that selection cannot switch off."""
    reported_by_run: ClassVar[bool] = False
    """True where `checks.run` makes the findings, because no Catalog holds their cause."""
    bad: ClassVar[tuple[Example, ...]] = ()
    good: ClassVar[tuple[Example, ...]] = ()
    """Examples in pairs: each good one differs from its bad one in the one fact that matters."""
    not_loadable: ClassVar[str] = ""
    """Why the SQL of the examples does not load on a plain server, where it does not."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _validate(cls)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        """The findings in `catalog`. Facts that are None are unknown and must not count as a pass or a fault."""
        raise NotImplementedError

    def not_applicable(self, catalog: Catalog, route: Route, method: str) -> str | None:
        """Why the rule says nothing of this catalog and route; None where it does."""
        if route.source not in self.engines:
            return f"not for {route.source.value}"
        if method not in self.methods:
            return f"not for the method {method}"
        if route.source_version and not _within(route.source_version.major, self.source_majors):
            return f"not for source version {route.source_version}"
        if not _within(route.target_version.major, self.target_majors):
            return f"not for target version {route.target_version}"
        missing = [fact for fact in self.needs if not _told(catalog, fact)]
        if missing:
            return f"{_TELLER[catalog.origin]} does not tell: {', '.join(missing)}"
        return None

    def finding(
        self,
        ref: ObjectRef,
        message: str,
        *,
        remedy: str,
        sql: str | None = None,
        severity: Severity | None = None,
        source: str | None = None,
    ) -> Finding:
        """A finding of this rule. `sql` is pasteable as it stands; only a blocker names the stage it blocks."""
        severity = severity or self.severity
        return Finding(
            code=self.code,
            slug=self.slug,
            severity=severity,
            blocks=self.blocks if severity is Severity.BLOCKER else None,
            object=ref,
            message=message,
            remedy=Remedy(remedy, sql),
            source=source or self.source,
        )

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring."""
        return page(cls).splitlines()[0]


def page(rule: type[Rule]) -> str:
    """The documentation of a rule: its docstring, dedented."""
    return inspect.getdoc(rule) or ""


def _told(catalog: Catalog, fact: str) -> bool:
    """Whether `state.writers` or `settings.wal_level` is known."""
    known: object = catalog
    for step in fact.split("."):
        known = known.get(step) if isinstance(known, dict) else getattr(known, step)
        if known is None:
            return False
    return True


def _within(major: int, bounds: tuple[int | None, int | None]) -> bool:
    low, high = bounds
    return (low is None or major >= low) and (high is None or major <= high)


def _validate(rule: type[Rule]) -> None:
    missing = [name for name in ("code", "slug", "severity", "source") if not getattr(rule, name, "")]
    faults = [f"no {name}" for name in missing]
    if not missing:
        if not CODE.match(rule.code):
            faults.append(f"code {rule.code!r} is not PGnnn, MYnnn or CKnnn")
        if not SLUG.match(rule.slug):
            faults.append(f"slug {rule.slug!r} is not words-joined-by-hyphens")
        if rule.severity is Severity.BLOCKER and rule.blocks is None:
            faults.append("a blocker says which stage it blocks")
    if rule.blocks is not None and rule.blocks not in STAGES:
        faults.append(f"blocks {rule.blocks!r} is none of {', '.join(STAGES)}")
    text = rule.__doc__ or ""
    faults += [f"no heading '## {heading}'" for heading in HEADINGS if f"## {heading}\n" not in text]
    if rule.find is Rule.find and not rule.reported_by_run:
        faults.append("no find()")
    if not rule.reported_by_run and (not rule.bad or len(rule.bad) != len(rule.good)):
        faults.append("as many good examples as bad ones, and at least one")
    if faults:
        raise BadRuleError(f"{rule.__module__}.{rule.__qualname__}: {'; '.join(faults)}", code="bad-rule")
