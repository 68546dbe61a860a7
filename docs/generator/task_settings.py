"""What the settings of a DMS task and its endpoints are, where they are not DMS's own, and what may not be changed."""

from __future__ import annotations

import json

from checks.data import load
from generator.markdown import NOTE, code, table
from migrate.model import endpoint_reasons
from migrate.model.endpoint_reasons import EndpointChoice
from migrate.model.json import Json
from migrate.model.task_reasons import FIXED, GUARDS
from migrate.model.task_settings import KNOWN

COMPUTED = (
    (
        "TargetMetadata.LobMaxSize",
        "`lob_max_kb` of the task, 102400 unless told",
        "DMS's 32 KB would cut every longer value; on PostgreSQL every `text` and `jsonb` is a LOB",
    ),
    (
        "FullLoadSettings.StopTaskCachedChangesNotApplied",
        "`true` for the task with the load",
        "keys and indexes are built between the load and the changes cached meanwhile",
    ),
    (
        "FullLoadSettings.MaxFullLoadSubTasks",
        "`full_load_subtasks` of the task, or of `[replication]`",
        "tables, or ranges of one, that are loaded at once",
    ),
)


def page() -> str:
    """Every key that is sent otherwise than DMS's default, and every key that is guarded."""
    facts = load("dms_task_settings")
    chosen = [(code(one.path), _shown(KNOWN[one.path]), _shown(one.value), one.reason) for one in FIXED]
    computed = [(code(path), _shown(KNOWN[path]), value, reason) for path, value, reason in COMPUTED]
    guarded = [
        (code(one.path), ", ".join(_shown(value) for value in one.allowed) or "set by the plan", one.reason)
        for one in GUARDS
    ]
    return "\n".join(
        [
            "# Settings of a DMS task and its endpoints",
            "",
            NOTE,
            "",
            f"DMS's defaults are as of {facts['as_of']}: {facts['source']}.",
            "Every task is sent all of them in full, so that nothing rests on what the service assumes.",
            "`replicate plan` shows what differs, with these reasons.",
            "",
            "## What differs from DMS's defaults",
            "",
            table(("key", "default", "here", "why"), [*chosen, *computed]),
            "",
            "## What may not be changed",
            "",
            "`[replication.task_settings]` takes every other key of DMS's. These are held to values that the proofs of",
            "a cutover rest on.",
            "",
            table(("key", "values", "why"), guarded),
            "",
            "## What an endpoint is told",
            "",
            "Beside its login, which DMS reads from a secret, and TLS that checks the server's name. `SlotName` is",
            "sent where the task goes on from a slot that the toolkit made.",
            "",
            "### PostgreSQL",
            "",
            _endpoint(endpoint_reasons.POSTGRES),
            "",
            "### MySQL and MariaDB",
            "",
            _endpoint(endpoint_reasons.MYSQL),
        ]
    )


def _endpoint(choices: tuple[EndpointChoice, ...]) -> str:
    rows = [
        (code(one.key), " and ".join(one.roles), "" if one.default is None else _shown(one.default), _shown(one.value),
         one.reason)
        for one in choices
    ]  # fmt: skip
    return table(("key", "endpoint", "default", "here", "why"), rows)


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(code(str(one["Id"])) for one in value if isinstance(one, dict)) or "none"
    return code(json.dumps(value))
