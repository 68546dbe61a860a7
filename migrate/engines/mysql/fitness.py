"""What two servers have to agree on for the same tables and rows to stand in both (mysql-compatibility.md §3.9)."""

from __future__ import annotations

from collections.abc import Mapping

from migrate.engines.mysql.connection import Connection

NAMES = "lower_case_table_names"
PACKET = "max_allowed_packet"


def manner(connection: Connection) -> dict[str, str]:
    """The server's settings that count."""
    rows = connection.rows("SHOW GLOBAL VARIABLES WHERE variable_name IN %s", [[NAMES, PACKET]])
    return {str(name): str(value) for name, value in rows}


def misfits(source: Mapping[str, str], target: Mapping[str, str]) -> list[str]:
    """Why a server of the manner `target` cannot hold all that one of the manner `source` does, and what to set.

    1 and 2 of lower_case_table_names both take names without their case; Aurora fixes it when the cluster is made.
    """
    found: list[str] = []
    if (source[NAMES] == "0") is not (target[NAMES] == "0"):
        there = "0" if source[NAMES] == "0" else "1"
        found.append(
            f"{NAMES} is {source[NAMES]} on the source and {target[NAMES]} on the target, so names would not be the"
            f" same: make the cluster anew with {there}, it cannot be changed later"
        )
    if int(source[PACKET]) > int(target[PACKET]):
        found.append(
            f"{PACKET} is {source[PACKET]} on the source and {target[PACKET]} on the target, which would refuse a"
            f" longer row: set it to {source[PACKET]} on the target"
        )
    return found
