"""ReplicationTaskSettings of a task: DMS's defaults lose rows quietly, these stop instead.

`task_settings` is what the AWS adapter sends, what `replicate plan` shows and writes: one document, made here.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checks.data import load
from migrate.model.json import Json
from migrate.model.replication import MigrationType, TaskSpec
from migrate.model.task_reasons import FIXED, GUARDS, Choice

_FACTS = load("dms_task_settings")
DEFAULTS: Mapping[str, Mapping[str, Json]] = _FACTS["defaults"]
"""Sent with every task. Section to keys; source and date stand in checks/data/dms_task_settings.toml."""
KNOWN: Mapping[str, Json] = {
    f"{section}.{key}": value
    for part in ("defaults", "known")
    for section, keys in _FACTS[part].items()
    for key, value in keys.items()
}
"""Every key by its path, with DMS's default."""
YOURS = "yours: [replication.task_settings] in migration.toml"
SUBTASKS = 8
_CEILINGS = {"FullLoadSettings.MaxFullLoadSubTasks": 49, "FullLoadSettings.CommitRate": 50_000}


@dataclass(frozen=True)
class Setting:
    """A key that is not as DMS would have it."""

    path: str
    default: Json
    value: Json
    reason: str


def task_settings(spec: TaskSpec) -> dict[str, Any]:
    """The document to send. DMS answers with more keys than were sent: compare what was sent alone."""
    document: dict[str, Any] = copy.deepcopy(dict(DEFAULTS))
    for choice in _choices(spec):
        section, _, key = choice.path.partition(".")
        document.setdefault(section, {})[key] = choice.value
    return document


def differing_settings(spec: TaskSpec) -> tuple[Setting, ...]:
    """What of `task_settings` is not DMS's default, each with its reason; the last reason given counts."""
    last = {choice.path: choice for choice in _choices(spec)}
    return tuple(
        Setting(path, KNOWN[path], choice.value, choice.reason)
        for path, choice in last.items()
        if choice.value != KNOWN[path]
    )


def _choices(spec: TaskSpec) -> Iterator[Choice]:
    yield from FIXED
    tuning = spec.tuning
    yield Choice(
        "TargetMetadata.LobMaxSize",
        tuning.lob_max_kb,
        "KB of a LOB that arrive whole; DMS's 32 would cut them"
        + (" (nothing smaller was asked for: AWS's ceiling of this mode)" if tuning.lob_max_kb >= 102_400 else ""),
    )
    if spec.type is MigrationType.FULL_LOAD_AND_CDC and spec.stop_after_full_load:
        yield Choice(
            "FullLoadSettings.StopTaskCachedChangesNotApplied",
            True,
            "keys and indexes are built between the load and the changes cached meanwhile: without them every change "
            "would read its whole table",
        )
    yield Choice(
        "FullLoadSettings.MaxFullLoadSubTasks",
        spec.full_load_subtasks,
        "tables, or ranges of one, that are loaded at once: as migration.toml says",
    )
    for path, value in tuning.overrides.items():
        yield Choice(path, value, YOURS)


def flattened(sections: Mapping[str, Any]) -> dict[str, Json]:
    """Sections of keys as values by path. Raises ValueError where a section holds no keys."""
    found: dict[str, Json] = {}
    for section, keys in sections.items():
        if not isinstance(keys, Mapping):
            raise ValueError(f"{section} is a section: write its keys under [replication.task_settings.{section}]")
        found |= {f"{section}.{key}": value for key, value in keys.items()}
    return found


def complaint(overrides: Mapping[str, Json]) -> str | None:
    """What is wrong with values of one's own: an unknown key, a wrong type, a value that no proof would survive."""
    for path, value in overrides.items():
        if path not in KNOWN:
            near = difflib.get_close_matches(path, KNOWN, 1, 0.0)[0]
            return f"{path} is no setting of a DMS task; the nearest is {near}"
        default = KNOWN[path]
        if type(value) is not type(default):
            return f"{path} takes {_kind(default)}"
        guard = next((guard for guard in GUARDS if guard.path == path), None)
        if guard is not None and value not in guard.allowed:
            may = f" (possible: {', '.join(_shown(one) for one in guard.allowed)})" if guard.allowed else ""
            return f"{path} = {_shown(value)} is refused{may}: {guard.reason}"
        if isinstance(value, int) and value > _CEILINGS.get(path, value):
            return f"{path} must be at most {_CEILINGS[path]}"
        if path == "TargetMetadata.LobMaxSize":
            return "TargetMetadata.LobMaxSize is set by lob_max_kb in [[tasks]]"
        if path == "FullLoadSettings.MaxFullLoadSubTasks":
            return f"{path} is set by full_load_subtasks, in [replication] or in [[tasks]]"
    return None


def _kind(value: Json) -> str:
    kinds = {bool: "true or false", int: "a whole number", str: "a text", list: "a list"}
    return kinds[type(value)]


def _shown(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
