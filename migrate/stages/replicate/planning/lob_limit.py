"""How large LobMaxSize must be, from measured lengths."""

from __future__ import annotations

import math
from collections.abc import Iterable

from checks.data import load
from checks.facts import TableName
from migrate.model.measurement import LobSize
from migrate.model.tuning import LOB_MAX_KB
from migrate.stages.replicate.planning.asked import Asked

QUICK_KB: int = load("dms_limits")["lob"]["quick_max_kb"]
"""Up to here DMS loads LOBs with the rest of the row; above, more slowly."""
ROOM = 4
"""Times the longest value that was seen: values grow, and the longest one may not have been in the sample."""
STEP_KB = 64


def needed_kb(lob: LobSize) -> int:
    """KB the longest value takes on its way: DMS carries text in two bytes a character, four for the rarer ones."""
    return max(1, math.ceil(lob.longest * 2 / 1024))


def proposed_kb(asked: Asked, tables: Iterable[TableName]) -> int | None:
    """LobMaxSize for a task of these tables; None for the ceiling, where nothing smaller is safe.

    Where a value that is cut is told to nobody, no measurement is trusted: a longer value may come tomorrow.
    """
    tables = tuple(tables)
    found = [lob for name in tables for lob in asked.lobs(name)]
    if not found or not asked.family.lob_truncation_fails or any(asked.unmeasured_lobs(name) for name in tables):
        return None
    wanted = ROOM * max(needed_kb(lob) for lob in found)
    if wanted <= QUICK_KB:
        return QUICK_KB
    stepped = math.ceil(wanted / STEP_KB) * STEP_KB
    return None if stepped >= LOB_MAX_KB else stepped


def too_long(asked: Asked, name: TableName) -> bool:
    """Whether a value was seen that limited LOB mode cannot carry at all."""
    return any(needed_kb(lob) > LOB_MAX_KB for lob in asked.lobs(name))
