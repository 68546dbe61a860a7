"""What the source's server must be set to, and have free, for so many tasks."""

from __future__ import annotations

from collections.abc import Iterator

from checks.mysql_settings import IN_UTC, server_zone
from migrate.model.replication_plan import Remark
from migrate.stages.replicate.planning.asked import Asked

OWN_SLOTS = 3
"""The toolkit's beside one for each task: the witness of the last validation and of the next, and the freeze's."""
_LOGGED = {
    "log_bin": (("1", "ON"), "binary-log-off", "the binary log is off: there is nothing to follow"),
    "binlog_format": (("ROW",), "statements-in-log", "the log holds statements, from which no row can be told"),
    "binlog_row_image": (
        ("FULL",),
        "minimal-row-image",
        "the log holds rows in part: DMS would write NULL where a column is left out",
    ),
}
_DECODED = {"wal_level": (("logical",), "no-logical-log", "the log cannot be decoded: there is nothing to follow")}


def refusals(asked: Asked) -> Iterator[Remark]:
    settings = asked.catalog.settings or {}
    for name, (good, code, why) in (_DECODED if asked.family.feed_holds_slot else _LOGGED).items():
        value = settings.get(name)
        if value is not None and value.upper() not in {one.upper() for one in good}:
            yield Remark(
                code, f"{name} is {value}: {why}", f"Set {name} = {good[-1]} on the source, and end old sessions."
            )
    if not asked.family.feed_holds_slot:
        yield from _another_zone(asked)
    capacity = asked.catalog.replication
    if capacity is None or asked.slots_made:
        return
    tasks = len(asked.tasks)
    slots, senders = capacity.slots_maximum - capacity.slots_used, capacity.senders_maximum - capacity.senders_used
    if slots < tasks + OWN_SLOTS:
        yield Remark(
            "too-few-slots",
            f"{tasks} tasks need {tasks + OWN_SLOTS} slots ({OWN_SLOTS} of them the toolkit's), and {slots} are free",
            "Raise max_replication_slots on the source, or have fewer [[tasks]].",
        )
    if senders < tasks:
        yield Remark(
            "too-few-senders",
            f"{tasks} tasks need a WAL sender each, and {senders} are free",
            "Raise max_wal_senders on the source, or have fewer [[tasks]].",
        )


def _another_zone(asked: Asked) -> Iterator[Remark]:
    """Names of one zone are many: only whether it is UTC can be compared."""
    zone = server_zone(asked.catalog)
    if zone and (zone.upper() in IN_UTC) is not (asked.time_zone.upper() in IN_UTC):
        yield Remark(
            "another-time-zone",
            f"the source's time zone is {zone}, and DMS would take it for {asked.time_zone}: what the load carries of"
            " TIMESTAMP columns would be hours off",
            "Name the server's zone in [source] time_zone, as Europe/Berlin.",
        )


def warnings(asked: Asked) -> Iterator[Remark]:
    if len(asked.tasks) > 1 and asked.family.feed_holds_slot:
        yield Remark(
            "log-read-by-each-task",
            f"each of the {len(asked.tasks)} tasks decodes the whole log of the source for itself",
            "Have no more tasks than the reasons of the proposal give.",
        )
