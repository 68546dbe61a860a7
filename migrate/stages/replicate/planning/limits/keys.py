"""Tables without a key: DMS cannot tell their rows apart."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.model.replication_plan import Remark
from migrate.stages.replicate.planning.asked import Asked


def refusals(asked: Asked) -> Iterator[Remark]:
    for name, changes, _ in _changed(asked):
        if name not in asked.accepted:
            yield Remark(
                "keyless-with-updates",
                f"{name} has {_lack(asked)}, and {changes:,} of its rows were updated or deleted "
                f"({asked.measured.basis}): {_what(asked)}",
                f"Give it {_cure(asked)}, or waive the finding of `assess` about it and answer for its rows.",
            )


def warnings(asked: Asked) -> Iterator[Remark]:
    for name, changes, accepted in _changed(asked):
        if accepted:
            yield Remark(
                "keyless-with-updates",
                f"{name} has {_lack(asked)}, and {changes:,} of its rows were updated or deleted: {_what(asked)}",
                "It is waived: whoever waived it answers for its rows.",
            )


def _changed(asked: Asked) -> Iterator[tuple[object, int, bool]]:
    for name in asked.moved:
        written = asked.measured.written(name)
        changes = 0 if written is None else written.updates + written.deletes
        if changes and asked.keyless(name):
            yield name, changes, name in asked.accepted


def _lack(asked: Asked) -> str:
    return "no primary key, nor a replica identity in its place" if asked.family.feed_holds_slot else "no key"


def _cure(asked: Asked) -> str:
    instead = ", or a REPLICA IDENTITY (USING INDEX, or FULL)" if asked.family.feed_holds_slot else ""
    return f"a primary key{instead}"


def _what(asked: Asked) -> str:
    if asked.family.feed_holds_slot:
        return "DMS leaves updates and deletes of such a table out, without an error"
    return "DMS looks for such a row by all its columns, and where two are alike changes the wrong number of them"
