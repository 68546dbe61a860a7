"""What one DMS task is asked beside the tables that it moves: LOB limits, splits of tables, settings of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from checks.facts import TableName
from migrate.model.json import Json

LOB_MAX_KB = 102_400
"""AWS's recommended ceiling of limited LOB mode, in KB: what nobody measured is given all the room there is."""
ALL_PARTITIONS = ("*",)


@dataclass(frozen=True, kw_only=True)
class TableTuning:
    """How one table is loaded, where it is not like the others of its task."""

    table: TableName
    columns: tuple[str, ...] = ()
    """Loaded in ranges of these columns, at once."""
    boundaries: tuple[tuple[str, ...], ...] = ()
    """Upper bound of each range but the last, which is open."""
    partitions: tuple[str, ...] = ()
    """Loaded partition by partition, at once; ALL_PARTITIONS for whichever there are."""
    lob_mode: str = ""
    """`limited`, `unlimited` (any size, piece by piece) or empty: as the task."""
    lob_max_kb: int | None = None


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """Plain data: it is journaled with the request."""

    lob_max_kb: int = LOB_MAX_KB
    overrides: Mapping[str, Json] = field(default_factory=dict)
    """Values of migration.toml by path, e.g. `ChangeProcessingTuning.CommitTimeout`."""
    tables: tuple[TableTuning, ...] = ()


def restore(facts: Mapping[str, Any]) -> Tuning:
    """The tuning that a journaled request holds."""
    return Tuning(
        lob_max_kb=int(facts["lob_max_kb"]),
        overrides=dict(facts["overrides"]),
        tables=tuple(
            TableTuning(
                table=TableName(**one["table"]),
                columns=tuple(one["columns"]),
                boundaries=tuple(tuple(bound) for bound in one["boundaries"]),
                partitions=tuple(one["partitions"]),
                lob_mode=one["lob_mode"],
                lob_max_kb=one["lob_max_kb"],
            )
            for one in facts["tables"]
        ),
    )
