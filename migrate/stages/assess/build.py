"""Catalog and answers of the rules, made into one report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checks.effort import Rate, estimate
from checks.facts import Catalog, ConstraintKind
from checks.fit.facts import NOTHING_SAID, Wishes, facts_of
from checks.fit.judge import judge
from checks.route import Route
from checks.run import CheckReport
from migrate.model.assessment import (
    AssessmentReport,
    Baseline,
    CatalogCounts,
    CatalogDetails,
    Drift,
    Predictions,
    RulesRun,
    TableDetail,
    Workload,
)
from migrate.stages.assess.readiness import readiness, risk


def build(
    catalog: Catalog,
    route: Route,
    checked: CheckReport,
    *,
    rates: Mapping[str, Rate] | None = None,
    predictions: Predictions | None = None,
    baseline: Baseline | None = None,
    drift: Drift | None = None,
    workload: Workload | None = None,
    wishes: Wishes = NOTHING_SAID,
) -> AssessmentReport:
    """The report of one catalog on one route. `rates` are the user's own hours, by code prefix or severity."""
    effort = estimate(checked.findings, rates)
    rate = workload.changes_per_second if workload else None
    return AssessmentReport(
        route=route,
        engine=catalog.engine,
        database=catalog.database,
        counts=_counts(catalog),
        details=_details(catalog),
        findings=checked.findings,
        rules=RulesRun(checked.ran, checked.not_applicable, checked.crashed),
        readiness=readiness(checked, effort),
        effort=effort,
        risk=risk(catalog.tables, checked.findings),
        predictions=predictions or Predictions(),
        baseline=baseline,
        drift=drift,
        workload=workload,
        fit=judge(facts_of(catalog, route, checked.findings, wishes=wishes, changes_per_second=rate)),
    )


def _counts(catalog: Catalog) -> CatalogCounts:
    def constraints(kind: ConstraintKind, *, inherited: bool) -> int:
        return sum(1 for _, found in catalog.constraints(kind) if inherited or not found.inherited)

    return CatalogCounts(
        tables=len(catalog.tables),
        views=len(catalog.views),
        indexes=len(catalog.indexes),
        primary_keys=constraints(ConstraintKind.PRIMARY_KEY, inherited=True),
        foreign_keys=constraints(ConstraintKind.FOREIGN_KEY, inherited=False),
        triggers=len(catalog.triggers),
        routines=len(catalog.routines),
        sequences=len(_sequences(catalog)),
        extensions=len(catalog.extensions),
        unread=len(catalog.unread),
    )


def _details(catalog: Catalog) -> CatalogDetails:
    return CatalogDetails(
        tables=tuple(
            TableDetail(
                name=table.name,
                rows=table.rows,
                bytes=table.bytes,
                primary_key=table.primary_key is not None,
                partitioned=table.partitioned,
                partition_of=table.partition_of,
            )
            for table in sorted(catalog.tables, key=lambda table: table.name)
        ),
        views=_sorted(str(view.name) for view in catalog.views),
        triggers=_sorted(f"{trigger.name} on {trigger.table}" for trigger in catalog.triggers),
        routines=_sorted(f"{routine.schema}.{routine.name}({routine.arguments})" for routine in catalog.routines),
        sequences=_sequences(catalog),
        extensions=_sorted(f"{one.name} {one.version or ''}".strip() for one in catalog.extensions),
        unread=tuple(f"{one.location.file}:{one.location.line}: {one.reason}" for one in catalog.unread),
    )


def _sequences(catalog: Catalog) -> tuple[str, ...]:
    """Every sequence once; an identity column whose sequence the origin does not list counts by its column."""
    owned = {sequence.owned_by for sequence in catalog.sequences}
    unlisted = (
        f"{table.name}.{column.name}"
        for table in catalog.tables
        for column in table.columns
        if column.identity and table.partition_of is None and f"{table.name}.{column.name}" not in owned
    )
    return _sorted([*(str(sequence.name) for sequence in catalog.sequences), *unlisted])


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
