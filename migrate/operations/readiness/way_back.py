"""Whether the application can still come back, and until when."""

from __future__ import annotations

from datetime import datetime

from migrate.model.cutover import Limits
from migrate.model.database import Side
from migrate.model.readiness import Return, WayBack
from migrate.operations import history
from migrate.operations.readiness.record import Record

SWITCH = "switch/secret"


def way_back(record: Record, limits: Limits, now: datetime) -> WayBack:
    """The deadline is when `rollback` is not offered any
    more as a matter of course; what ends it for good is `cutover finalize`."""
    rolled = tuple((run.run, run.began) for run in history.runs(record, "rollback") if run.outcome == "done")
    probed = record.latest("way-back")
    probed_at = probed.taken_at if probed else None
    given_up = history.gave_up(record)
    switches = [
        (run.run, entry.at)
        for run in history.runs(record, "cutover")
        if (entry := history.finished(record, run.run, SWITCH)) is not None
    ]
    owner = history.known_owner(record)
    if owner is not Side.TARGET or not switches:
        return WayBack(
            state=Return.UNKNOWN if owner is None else Return.NOT_SWITCHED,
            probed_at=probed_at,
            window_hours=limits.reverse_window_hours,
            rolled_back=rolled,
        )
    run, at = switches[-1]
    proofs = [e for e in record.evidence("reverse-window") if e.taken_at >= at]
    deadline = proofs[-1].expires_at if proofs else None
    if given_up is not None:
        state = Return.GIVEN_UP
    elif deadline is None:
        state = Return.UNPROVEN
    else:
        state = Return.OPEN if now < deadline else Return.PAST_DEADLINE
    return WayBack(
        state=state,
        switched_at=at,
        switched_by=run,
        probed_at=proofs[-1].taken_at if proofs else probed_at,
        deadline=deadline,
        given_up_at=given_up.began if given_up else None,
        source_gone_by=history.without_source(record),
        window_hours=limits.reverse_window_hours,
        rolled_back=rolled,
    )
