"""The history of rehearsals as plain JSON values; `schemas/rehearsal-history.json` describes them."""

from __future__ import annotations

from typing import Any

from migrate.model.trend import RehearsalHistory
from migrate.report.plain_json import plain


def body(history: RehearsalHistory) -> dict[str, Any]:
    """Every field but the head that all reports share."""
    return {**plain(history), "regressed": history.regressed}
