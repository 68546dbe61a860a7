"""Tells beside `replicate status` what is not as it was set up: a task's settings, the source's schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from migrate.errors import Interrupted, MigrateError
from migrate.events import Noted
from migrate.operations import feed_changes, schema_watch
from migrate.wiring.session import Session


def told(opened: Session) -> tuple[str, ...]:
    """A line each, noted on stderr too. A source that is down must not bar what DMS reports."""
    found = (
        *_each(opened, "whether the tasks are as migration.toml says", _tasks),
        *_each(opened, "whether the source's schema is as it was", _schema),
    )
    for line in found:
        opened.emit(Noted(line, warning=True))
    return found


def _each(opened: Session, question: str, look: Callable[[Session], Iterable[str]]) -> list[str]:
    try:
        return list(look(opened))
    except Interrupted:
        raise
    except MigrateError as problem:
        return [f"{question} cannot be told: {problem}"]


def _tasks(opened: Session) -> Iterable[str]:
    for task, keys in feed_changes.differing(opened).items():
        yield f"{task} is not as migration.toml says: {', '.join(keys)}; see: aurora-migrate replicate apply-settings"


def _schema(opened: Session) -> Iterable[str]:
    for line in schema_watch.drift(opened):
        yield f"the source's schema changed: {line}. {schema_watch.HINT}"
