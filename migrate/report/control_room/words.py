"""Words and figures that the terminal and the page share."""

from __future__ import annotations

from datetime import datetime

from migrate.model.control_room import ControlRoom, FreezeView, Standing, TableView

SIGNS = {
    Standing.TO_DO: "·",
    Standing.RUNNING: "▶",
    Standing.DONE: "✓",
    Standing.SAID_NO: "✗",
    Standing.FAILED: "✗",
    Standing.BROKEN_OFF: "‖",
    Standing.UNDOING: "↩",
    Standing.UNDONE: "↩",
}
TONES = {
    Standing.TO_DO: "dim",
    Standing.RUNNING: "now",
    Standing.DONE: "good",
    Standing.SAID_NO: "bad",
    Standing.FAILED: "bad",
    Standing.BROKEN_OFF: "bad",
    Standing.UNDOING: "warning",
    Standing.UNDONE: "warning",
}
ANSWERS = {"open": ("✓", "good"), "closed": ("✗", "bad"), "unknown": ("?", "warning"), "not asked": ("·", "dim")}


def clock(seconds: float) -> str:
    """`1:04:09`, `4:09`, `0:09`: for what counts up or down."""
    whole = int(max(seconds, 0))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `4:09`: for what is over."""
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 100 else clock(seconds)


def ago(moment: datetime, now: datetime) -> str:
    """`3 s ago`, `4 min ago`, `2 h ago`."""
    seconds = max(0.0, (now - moment).total_seconds())
    if seconds < 100:
        return f"{seconds:.0f} s ago"
    return f"{seconds / 60:.0f} min ago" if seconds < 5400 else f"{seconds / 3600:.0f} h ago"


def frozen_seconds(freeze: FreezeView, now: datetime) -> float:
    return ((freeze.ended or now) - freeze.began).total_seconds()


def freeze_words(freeze: FreezeView) -> tuple[str, str]:
    """How the freeze stands, and in which tone."""
    if freeze.undone:
        return "undone", "warning"
    if freeze.ended:
        return "over", "good"
    return ("switched, opening", "now") if freeze.switched else ("running", "now")


def table_words(row: TableView) -> str:
    """What a person should know of one table, in a few words."""
    told = []
    if row.load:
        rows = f" {row.loaded_rows:,} rows" if row.loaded_rows or row.loaded else ""
        told.append(f"{'loaded' if row.loaded else row.load.lower()}{rows}")
    if row.captured or row.applied:
        behind = row.captured - row.applied
        told.append(f"{row.applied:,} changes applied" + (f", {behind:,} behind" if behind > 0 else ""))
    if row.compared is Standing.DONE:
        told.append(f"compared{f' {row.compared_rows:,}' if row.compared_rows else ''}")
    elif row.compared is not Standing.TO_DO:
        told.append(f"{row.compared.value}: compared {row.compared_rows:,}")
    if row.suspects:
        told.append(f"{row.suspects:,} rows to look at again")
    return "; ".join([*told, row.reason] if row.reason else told) or "nothing seen yet"


def table_tone(row: TableView) -> str:
    """`bad`, `now`, `todo`, `loaded` or `good`."""
    place = row.rank[0]
    return ("bad", "now", "todo", "loaded", "good")[place]


def headline(room: ControlRoom) -> str:
    """Who is at work, or that nobody is."""
    if room.holder is None:
        return "nobody is at work"
    if not room.holder.alive:
        return f"{room.holder.label} does not answer any more"
    return f"{room.holder.label} is at work"
