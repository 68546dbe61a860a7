"""Numbers in a few characters."""

from __future__ import annotations

import math


def amount(number: float) -> str:
    """`1,234`, `12.3k`, `4.5M`, `1.2G`: seven characters at most."""
    if number < 10_000:
        return f"{number:,.0f}"
    power = min(4, int(math.log10(number)) // 3)
    return f"{number / 1000**power:.1f}{' kMGT'[power]}"


def bytes_of(number: float) -> str:
    if number < 1000:
        return f"{number:.0f} bytes"
    power = min(4, int(math.log10(number)) // 3)
    return f"{number / 1000**power:.1f} {' kMGT'[power]}B"


def duration(seconds: float) -> str:
    """`4 s`, `3 min 20 s`, `5 h 10 min`, `3 days`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    if seconds < 48 * 3600:
        return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min"
    return f"{seconds / 86400:,.0f} days"
