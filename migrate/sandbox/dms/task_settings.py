"""ReplicationTaskSettings: read, judged, completed with defaults (dms.md §5, §19 item 11)."""

from __future__ import annotations

import copy
import json
from typing import Any

from migrate.sandbox.dms.default_settings import ADDED_BY_SERVICE, CEILINGS, CHOICES, DEFAULTS, PLAIN_KEYS
from migrate.sandbox.dms.faults import DmsFault, invalid_value

LOG_DESTINATION = ("CloudWatchLogGroup", "CloudWatchLogStream")


def complete(text: str | None, migration_type: str) -> dict[str, Any]:
    """The whole document: defaults, what the service adds, and what the caller sent on top.

    Raises InvalidParameterValueException: no JSON object, an unknown section, a value of the wrong type or range.
    """
    document = _filled(migration_type)
    _lay_over(document, _read(text))
    _check_combinations(document, migration_type)
    return document


def changed(current: dict[str, Any], text: str, migration_type: str) -> dict[str, Any]:
    """`current` with the sent keys replaced (ModifyReplicationTask). Raises as `complete`.

    That keys not sent keep their value is an assumption. ValidationOnly is immutable (dms.md §5.2).
    """
    document = copy.deepcopy(current)
    _lay_over(document, _read(text))
    _check_combinations(document, migration_type)
    if document["ValidationSettings"]["ValidationOnly"] != current["ValidationSettings"]["ValidationOnly"]:
        raise invalid_value("ValidationOnly cannot be changed after the task was created.")
    return document


def only_log_severities(current: dict[str, Any], text: str) -> bool:
    """Whether nothing but Logging would change: allowed on a running task (dms.md §2, modify)."""
    sent = _read(text)
    return set(sent) <= {"Logging"} or all(
        current.get(section) == {**(current.get(section) or {}), **(keys or {})}
        for section, keys in sent.items()
        if section != "Logging" and isinstance(keys, dict | None)
    )


def rendered(document: dict[str, Any]) -> str:
    """As responses carry it: one JSON string."""
    return json.dumps(document, separators=(",", ":"))


def _filled(migration_type: str) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy({**DEFAULTS, **PLAIN_KEYS})
    for section, keys in ADDED_BY_SERVICE.items():
        document[section].update(keys)
    document["FullLoadSettings"]["FullLoadEnabled"] = migration_type != "cdc"
    document["FullLoadSettings"]["ApplyChangesEnabled"] = migration_type != "full-load"
    return document


def _read(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        document = json.loads(text)
    except ValueError:
        raise _refused("Error parsing Task Settings: not valid JSON") from None
    if not isinstance(document, dict):
        raise _refused("Task Settings must be a JSON object")
    for section, keys in document.items():
        if section in PLAIN_KEYS:
            continue
        if section not in DEFAULTS:
            raise _refused(f"Unknown section {section} in Task Settings")
        if keys is not None and not isinstance(keys, dict | list):
            raise _refused(f"Section {section} of Task Settings must be an object")
    return document


def _lay_over(document: dict[str, Any], sent: dict[str, Any]) -> None:
    for section, keys in sent.items():
        defaults = DEFAULTS.get(section)
        if not isinstance(keys, dict) or defaults is None:
            if keys is not None or defaults is None:
                document[section] = keys
            continue
        for key, value in keys.items():
            _check(section, key, value, defaults.get(key))
        document[section] = {**(document.get(section) or {}), **keys}


def _check(section: str, key: str, value: Any, default: Any) -> None:
    """Known keys by type, choice and ceiling; unknown keys pass (assumption: the service ignores them)."""
    name = f"{section}.{key}"
    if section == "Logging" and key in LOG_DESTINATION and value is not None:
        # The service's words, quoted in hashicorp/terraform-provider-aws issue 21512.
        raise _refused("Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be set on create")
    if default is not None and type(value) is not type(default):
        raise _refused(f"Invalid value for {name} in Task Settings")
    if isinstance(value, int) and not isinstance(value, bool) and value < -1:
        raise _refused(f"Invalid value for {name} in Task Settings")
    if value not in CHOICES.get((section, key), (value,)):
        raise _refused(f"Invalid value for {name} in Task Settings; valid are {', '.join(CHOICES[section, key])}")
    if (section, key) in CEILINGS and value > CEILINGS[section, key]:
        raise _refused(f"{name} in Task Settings must be at most {CEILINGS[section, key]}")


def _check_combinations(document: dict[str, Any], migration_type: str) -> None:
    """dms.md §5.2 (ValidationOnly), §14 (loopback prevention; that a missing schema is refused is an assumption)."""
    if document["ValidationSettings"]["ValidationOnly"] and (
        migration_type == "full-load-and-cdc" or document["FullLoadSettings"]["TargetTablePrepMode"] != "DO_NOTHING"
    ):
        raise _refused("ValidationOnly needs migration type full-load or cdc and TargetTablePrepMode DO_NOTHING")
    loopback = document["LoopbackPreventionSettings"] or {}
    if loopback.get("EnableLoopbackPrevention"):
        if document["TargetMetadata"]["BatchApplyEnabled"]:
            raise _refused("EnableLoopbackPrevention needs BatchApplyEnabled false")
        missing = [key for key in ("SourceSchema", "TargetSchema") if not loopback.get(key)]
        if missing:
            raise _refused(f"EnableLoopbackPrevention needs {' and '.join(missing)}")


def _refused(message: str) -> DmsFault:
    return invalid_value(f"{message}.")
