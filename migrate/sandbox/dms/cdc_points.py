"""Where change capture starts and stops, as a caller may write it (dms.md §9)."""

from __future__ import annotations

import re
from typing import Any

from migrate.sandbox.dms.engines import Engine
from migrate.sandbox.dms.faults import invalid_state, invalid_value

LSN = re.compile(r"[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")
BINLOG = re.compile(r"\S+\.\d+:\d+")
CHECKPOINT = re.compile(r"checkpoint:V\d+#\d+#\S+")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z?")
STOP = re.compile(r"(server_time|commit_time):\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z?")


def start_point(payload: dict[str, Any], source: Engine) -> str | None:
    """CdcStartPosition or CdcStartTime of a request, None when neither is there.

    Raises InvalidResourceStateFault for both (dms.md §19 item 4), InvalidParameterValueException for a form the
    engine does not take: PostgreSQL knows no start by date (§9).
    """
    if "CdcStartPosition" in payload and "CdcStartTime" in payload:
        raise invalid_state("CdcStartTime and CdcStartPosition cannot both be given.")
    if "CdcStartTime" in payload:
        if source.family == "postgres":
            raise invalid_value("A PostgreSQL source cannot start from a time; use CdcStartPosition.")
        return str(payload["CdcStartTime"])
    position = payload.get("CdcStartPosition")
    if not position:
        return None
    if source.family == "postgres" and DATE.fullmatch(position):
        raise invalid_value("A PostgreSQL source cannot start from a date; use an LSN or a checkpoint.")
    forms = (LSN, CHECKPOINT) if source.family == "postgres" else (BINLOG, CHECKPOINT, DATE)
    if not any(form.fullmatch(position) for form in forms):
        raise invalid_value(f"CdcStartPosition {position} is not valid for a {source.display_name} source.")
    return str(position)


def stop_point(payload: dict[str, Any]) -> str | None:
    """CdcStopPosition, None when absent or empty. Raises InvalidParameterValueException."""
    position = payload.get("CdcStopPosition")
    if position and not STOP.fullmatch(position):
        raise invalid_value(
            "CdcStopPosition takes server_time:YYYY-MM-DDThh:mm:ss or commit_time:YYYY-MM-DDThh:mm:ss in UTC."
        )
    return position or None
