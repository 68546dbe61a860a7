"""Every fault there is."""

from __future__ import annotations

import difflib

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults import (
    apply_error,
    binlog_purged,
    connection_drop,
    disk_full,
    metrics_silent,
    restarts,
    slot_invalidated,
    slow_apply,
    target_full,
    throttling,
)
from migrate.sandbox.faults.fault import Kind

KINDS = {
    kind.name: kind
    for kind in (
        connection_drop.KIND,
        restarts.SOURCE,
        restarts.TARGET,
        slot_invalidated.KIND,
        binlog_purged.KIND,
        disk_full.KIND,
        target_full.KIND,
        throttling.KIND,
        apply_error.KIND,
        slow_apply.KIND,
        metrics_silent.KIND,
    )
}


def kind_of(name: str) -> Kind:
    """The fault of that name. Raises SandboxError, with the nearest name where one is near."""
    kind = KINDS.get(name)
    if kind is None:
        near = difflib.get_close_matches(name, KINDS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(KINDS)}"
        raise SandboxError(f"there is no fault {name}", hint=hint)
    return kind
