"""Tells beside `replicate status` that a task is not as migration.toml says."""

from __future__ import annotations

from migrate.errors import Interrupted, MigrateError
from migrate.events import Noted
from migrate.operations import feed_changes
from migrate.wiring.session import Session


def tell(opened: Session) -> None:
    """On stderr, as a note: the document on stdout is DMS's report, and a source that is down must not bar it."""
    try:
        found = feed_changes.differing(opened)
    except Interrupted:
        raise
    except MigrateError as problem:
        opened.emit(Noted(f"whether the tasks are as migration.toml says cannot be told: {problem}", warning=True))
        return
    for task, keys in found.items():
        text = f"{task} is not as migration.toml says: {', '.join(keys)}; see: aurora-migrate replicate apply-settings"
        opened.emit(Noted(text, warning=True))
