"""The readiness report as plain JSON values; `schemas/readiness.json` describes them."""

from __future__ import annotations

from typing import Any

from migrate.model.readiness import Prediction, ReadinessReport, RiskRow, Step
from migrate.report.plain_json import plain


def body(report: ReadinessReport) -> dict[str, Any]:
    """Every field but the head that all reports share."""
    told: dict[str, Any] = plain(report)
    told["risk"]["rows"] = [_risk(row) for row in report.risk.rows]
    told["predictions"] = [_with_error(one) for one in report.predictions]
    told["steps"] = [_with_error(one) for one in report.steps]
    if report.price is not None:
        told["price"]["lines"] = dict(report.price.lines)
    return told


def _risk(row: RiskRow) -> dict[str, Any]:
    return {**plain(row), "stages": {stage: plain(counts) for stage, counts in row.stages}}


def _with_error(one: Prediction | Step) -> dict[str, Any]:
    return {**plain(one), "error": None if one.error is None else round(one.error, 4)}
