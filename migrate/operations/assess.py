"""Assess a live source, or a dump without a configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from checks import baseline
from checks.aurora import parse_target
from checks.ddl.read import read_file
from checks.effort import YOURS, Rate
from checks.errors import ChecksError
from checks.facts import Catalog
from checks.fit.facts import NOTHING_SAID, Wishes
from checks.route import TARGET_OF, Engine, Route
from checks.run import CheckReport
from checks.run import run as run_rules
from checks.waivers import Waiver
from migrate.errors import UsageError
from migrate.events import Emit, Noted, Progressed, StageFinished, StageStarted, silent
from migrate.model.assessment import AssessmentReport, Baseline, Drift, Predictions, Workload
from migrate.model.json import Facts
from migrate.model.measurement import Measurements
from migrate.operations import measuring
from migrate.operations.measured import measured
from migrate.operations.read_catalog import read_catalog
from migrate.settings import Settings
from migrate.stages.assess.build import build
from migrate.stages.assess.findings import RECORD as FINDINGS
from migrate.stages.assess.findings import summary, waived_digest
from migrate.stages.assess.record import drift_since, remember
from migrate.stages.assess.shape import digest, shape
from migrate.stages.assess.workload import workload as figures
from migrate.wiring.session import Session

ASSESSMENT_COUNTS_FOR = timedelta(days=7)
LOBS_SECONDS = 20.0
"""All LOBs together are looked at for about so long; `replicate plan` takes its time."""
STATEMENTS = 5_000
"""As many as pg_stat_statements keeps by default."""
MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Which rules are asked, and how their answers count."""

    select: tuple[str, ...] = ()
    """Prefixes of codes; empty is all."""
    ignore: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    rates: Mapping[str, Rate] = field(default_factory=dict)
    baseline: Path | None = None
    """An earlier JSON report."""
    wishes: Wishes = NOTHING_SAID
    """What only people know, for the choice of a method."""

    @classmethod
    def of(cls, settings: Settings) -> Asking:
        """As migration.toml has it."""
        own = settings.assess
        return cls(
            select=own.select,
            ignore=own.ignore,
            waivers=tuple(Waiver(**waiver.model_dump()) for waiver in settings.waivers),
            rates={name: Rate(first, further, YOURS) for name, (first, further) in own.rates.items()},
            wishes=Wishes(**own.fit.model_dump()),
        )

    def narrowed(self, select: tuple[str, ...], ignore: tuple[str, ...]) -> Asking:
        """With the prefixes of the command line in place of those of the file, where there are any."""
        return replace(self, select=select, ignore=ignore) if select or ignore else self

    def against(self, baseline: Path | None) -> Asking:
        """With an earlier report to compare with, where there is one."""
        return replace(self, baseline=baseline)

    def wishing(self, said: Wishes) -> Asking:
        """With what the command line says before what the file says."""
        return replace(self, wishes=said.or_else(self.wishes))


def assess(session: Session, asking: Asking | None = None, *, since: bool = False) -> AssessmentReport:
    """Read the source's catalog in one snapshot, run the rules, journal the result as evidence.

    An answer to other rules than migration.toml selects is no evidence: it is journaled nowhere, and opens no gate.
    With `since` the report says what DDL changed since the last assessment on record.
    """
    own = Asking.of(session.settings)
    asking = asking or own
    began = session.clock.monotonic()
    session.emit(StageStarted("assess"))
    catalog, measured_now = _looked_at(session)
    route = Route(catalog.engine, catalog.version, session.route.target, session.route.target_version)
    now = shape(catalog)
    report = _report(
        catalog,
        route,
        asking,
        session.clock.now().date(),
        predictions=measured(session.history, catalog),
        drift=drift_since(session.history, now) if since else None,
        workload=figures(catalog, measured_now),
    )
    if (asking.select, asking.ignore) == (own.select, own.ignore):
        with session.writing() as journal:
            remember(journal, now, session.settings.source.schemas, session.clock.now() + ASSESSMENT_COUNTS_FOR)
            expires = counts_until(report, session.clock.now())
            journal.record(FINDINGS, run="assess", expires_at=expires, facts=summary(report))
            facts: Facts = {
                "blockers": report.summary.blocker,
                "warnings": report.summary.warning,
                "notices": report.summary.notice,
                "route": str(route),
                "catalog": digest(now),
                "waived": waived_digest(report),
                "waived_until": report.waived_until.isoformat() if report.waived_until else None,
            }
            journal.record("assessment", run="assess", expires_at=expires, facts=facts)
    else:
        session.emit(Noted("a selection of rules is no evidence: nothing was journaled", warning=True))
    session.emit(StageFinished("assess", "done", session.clock.monotonic() - began))
    return report


def counts_until(report: AssessmentReport, now: datetime) -> datetime:
    """A week, and no longer than the first of its waivers: the day after, what it covered is open again."""
    until = now + ASSESSMENT_COUNTS_FOR
    last_day = report.waived_until
    if last_day is None or last_day >= until.date():
        return until
    return datetime.combine(last_day + timedelta(days=1), time(), UTC)


def _looked_at(session: Session) -> tuple[Catalog, Measurements]:
    """The catalog with the statements that were run, and lengths and rates; the largest tables first."""
    source = session.source
    catalog = read_catalog(source, session.emit, session.settings.source.schemas)
    _all_there(catalog, session.settings.source.schemas)
    run = source.measures.statements(catalog.schemas, STATEMENTS)
    tables = sorted((t for t in catalog.tables if t.holds_rows), key=lambda t: (-(t.bytes or 0), t.name))
    names = [table.name for table in tables]
    lobs, missed = measuring.lobs(session, catalog, names, LOBS_SECONDS)
    writes, seconds, basis = measuring.writes(session, names, 0)
    unmeasured = (*missed, *([run.unknown] if run.unknown else []))
    found = Measurements(lobs=lobs, writes=writes, seconds=seconds, basis=basis, unmeasured=unmeasured)
    kept = (run.unknown,) if "(no " in run.unknown else ()
    return replace(catalog, statements=run.seen, unknown=(*catalog.unknown, *kept)), found


def _all_there(catalog: Catalog, asked: Sequence[str]) -> None:
    """What is not there passes every rule: raise UsageError for a schema of migration.toml that was not found."""
    found = {name.casefold() for name in catalog.schemas}
    missing = [name for name in asked if name.casefold() not in found]
    if missing:
        raise UsageError(
            f"source.schemas of migration.toml names {', '.join(missing)}, and the source shows no such schema",
            code="CFG-084",
            hint="Correct the name, or grant the source's login a privilege on it.",
        )


def assess_dump(
    path: Path, engine: Engine, target_text: str, today: date, asking: Asking = Asking(), emit: Emit = silent
) -> AssessmentReport:
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
        size = path.stat().st_size / MEGABYTE
        catalog = read_file(
            path, engine, told=lambda read: emit(Progressed(f"read {path.name}", read / MEGABYTE, size, "MB"))
        )
    except ChecksError as problem:
        raise UsageError(str(problem), code="CFG-024", hint=problem.hint) from None
    except OSError as problem:
        raise UsageError(
            f"{path} cannot be read: {problem.strerror}", code="CFG-024", hint="Check the path and its rights."
        ) from None
    return _report(catalog, Route(engine, catalog.version, target, version), asking, today)


def _report(
    catalog: Catalog,
    route: Route,
    asking: Asking,
    today: date,
    *,
    predictions: Predictions | None = None,
    drift: Drift | None = None,
    workload: Workload | None = None,
) -> AssessmentReport:
    try:
        checked = run_rules(
            catalog, route, waivers=asking.waivers, today=today, select=asking.select, ignore=asking.ignore
        )
    except ChecksError as problem:
        raise UsageError(str(problem), code="CFG-070", hint="See: aurora-migrate checks list") from None
    compared = None
    if asking.baseline:
        checked, compared = _compared(checked, asking.baseline)
    return build(
        catalog,
        route,
        checked,
        rates=asking.rates,
        predictions=predictions,
        baseline=compared,
        drift=drift,
        wishes=asking.wishes,
        workload=workload,
    )


def _compared(checked: CheckReport, path: Path) -> tuple[CheckReport, Baseline]:
    """The answers with those of an earlier report marked as known."""
    try:
        earlier = baseline.read(path.read_text(encoding="utf-8"), str(path))
    except ChecksError as problem:
        raise UsageError(str(problem), code="CFG-071", hint=problem.hint) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"the baseline {path} cannot be read: {problem}", code="CFG-071", hint="Check the path and its rights."
        ) from None
    findings, resolved = baseline.compare(checked.findings, earlier)
    known = sum(finding.known for finding in findings)
    return replace(checked, findings=findings), Baseline(str(path), len(findings) - known, known, resolved)
