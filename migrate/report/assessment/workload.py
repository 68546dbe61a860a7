"""What was measured of the source, in the forms of the assessment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.model.assessment import Workload
from migrate.model.measurement import LobSize

LARGEST = 5
"""LOB columns and tables that people are shown; JSON has all."""


def body(workload: Workload) -> dict[str, Any]:
    measured = workload.measured
    return {
        "bytes": workload.bytes,
        "growth_bytes_per_day": _rounded(workload.growth_bytes_per_day),
        "lob_max_size_kb": workload.lob_max_kb,
        "lob_basis": workload.lob_basis,
        "lobs": [
            {
                "table": str(one.table),
                "column": one.column,
                "rows": one.rows,
                "longest": one.longest,
                "p99": one.p99,
                "exact": one.exact,
            }
            for one in measured.lobs
        ],
        "writes": {
            "rows_per_second": _rounded(workload.changes_per_second),
            "basis": measured.basis,
            "seconds": _rounded(measured.seconds),
            "tables": None
            if measured.writes is None
            else [
                {"table": str(one.table), "inserts": one.inserts, "updates": one.updates, "deletes": one.deletes}
                for one in measured.writes
            ],
        },
        "statements": workload.statements,
        "unmeasured": list(measured.unmeasured),
    }


def lines(workload: Workload) -> Iterator[str]:
    """The figures for people, one a line."""
    yield f"size: {size(workload.bytes)}, growth {size(workload.growth_bytes_per_day)} a day"
    yield f"writes: {_rate(workload.changes_per_second)} ({workload.measured.basis})"
    if workload.lob_max_kb is not None:
        yield f"LobMaxSize: {workload.lob_max_kb:,} KB, {workload.lob_basis}"
    else:
        yield f"LOBs: {workload.lob_basis}"
    longest = sorted(workload.measured.lobs, key=lambda one: (-one.longest, str(one.table), one.column))
    yield from (_lob(one) for one in longest[:LARGEST])
    if left := len(longest) - LARGEST:
        yield from ([f"… and {left:,} more LOB columns: --format json has them"] if left > 0 else [])
    if workload.statements is not None:
        yield f"statements of applications: {workload.statements:,} looked through"
    yield from (f"unknown: {one}" for one in workload.measured.unmeasured)


def _lob(lob: LobSize) -> str:
    seen = "of every row" if lob.exact else "of a sample"
    return f"{lob.table}.{lob.column}: longest {size(lob.longest)}, p99 {size(lob.p99)} ({lob.rows:,} values, {seen})"


def size(number: float | None) -> str:
    if number is None:
        return "unknown"
    for unit, step in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if abs(number) >= step:
            return f"{number / step:,.1f} {unit}"
    return f"{number:,.0f} bytes"


def _rate(number: float | None) -> str:
    return "unknown" if number is None else f"{number:,.1f} rows a second"


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)
