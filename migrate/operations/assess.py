"""Assess a live source, or a dump without a configuration."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

from checks.aurora import parse_target
from checks.ddl.read import read_file
from checks.errors import ChecksError
from checks.facts import Catalog
from checks.route import TARGET_OF, Engine, Route
from checks.run import run as run_rules
from checks.waivers import Waiver
from migrate.errors import UsageError
from migrate.events import StageFinished, StageStarted
from migrate.model.assessment import AssessmentReport
from migrate.model.json import Facts
from migrate.stages.assess.build import build
from migrate.wiring.session import Session

ASSESSMENT_COUNTS_FOR = timedelta(days=7)


def assess(session: Session) -> AssessmentReport:
    """Read the source's catalog in one snapshot, run every rule, journal the result as evidence."""
    began = session.clock.monotonic()
    session.emit(StageStarted("assess"))
    catalog = session.source.catalog(session.settings.source.schemas)
    route = Route(catalog.engine, catalog.version, session.route.target, session.route.target_version)
    waivers = tuple(Waiver(**waiver.model_dump()) for waiver in session.settings.waivers)
    report = build(catalog, route, run_rules(catalog, route, waivers=waivers, today=session.clock.now().date()))
    with session.writing() as journal:
        facts: Facts = {
            "blockers": report.summary.blocker,
            "warnings": report.summary.warning,
            "notices": report.summary.notice,
            "route": str(route),
            "catalog": digest(catalog),
        }
        journal.record("assessment", run="assess", expires_at=session.clock.now() + ASSESSMENT_COUNTS_FOR, facts=facts)
    session.emit(StageFinished("assess", "done", session.clock.monotonic() - began))
    return report


def assess_dump(path: Path, engine: Engine, target_text: str, today: date) -> AssessmentReport:
    """Assess a schema dump for `aurora-postgresql:17.5`. Raises UsageError for a file that cannot be read as one."""
    try:
        target, version = parse_target(target_text)
    except ChecksError as problem:
        raise UsageError(str(problem), code="CFG-041", hint=problem.hint) from None
    if TARGET_OF[engine] is not target:
        raise UsageError(
            f"{engine.value} does not go to {target.value}",
            code="CFG-023",
            hint=f"Write --target {TARGET_OF[engine].value}:VERSION",
        )
    try:
        catalog = read_file(path, engine)
    except ChecksError as problem:
        raise UsageError(str(problem), code="CFG-024", hint=problem.hint) from None
    except OSError as problem:
        raise UsageError(
            f"{path} cannot be read: {problem.strerror}", code="CFG-024", hint="Check the path and its rights."
        ) from None
    route = Route(engine, catalog.version, target, version)
    return build(catalog, route, run_rules(catalog, route, today=today))


def digest(catalog: Catalog) -> str:
    """SHA-256 over the schema's shape; sizes and statistics do not change it."""
    shape = [
        [
            str(table.name),
            table.replica_identity.value,
            [(c.name, c.type, c.nullable, c.default, c.identity) for c in table.columns],
            sorted((c.name, c.kind.value, c.columns) for c in table.constraints),
        ]
        for table in sorted(catalog.tables, key=lambda table: table.name)
    ]
    return hashlib.sha256(repr(shape).encode()).hexdigest()
