"""What DMS cannot do, or would do without a word, refused while nothing is moved yet: one question, one module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from migrate.model.replication_plan import Remark
from migrate.stages.replicate.planning.asked import Asked
from migrate.stages.replicate.planning.limits import cutting, extensions, keys, lobs, roles, servers, splits

REFUSALS = (
    cutting.refusals,
    lobs.refusals,
    splits.refusals,
    keys.refusals,
    servers.refusals,
    roles.refusals,
    extensions.refusals,
)
WARNINGS = (
    cutting.warnings,
    lobs.warnings,
    splits.warnings,
    keys.warnings,
    servers.warnings,
    roles.warnings,
    extensions.warnings,
)


def refusals(asked: Asked) -> tuple[Remark, ...]:
    """Everything that speaks against it, not only the first."""
    return tuple(dict.fromkeys(_all(asked, REFUSALS)))


def warnings(asked: Asked) -> tuple[Remark, ...]:
    return tuple(dict.fromkeys(_all(asked, WARNINGS)))


def _all(asked: Asked, questions: Iterable[Callable[[Asked], Iterator[Remark]]]) -> Iterator[Remark]:
    for question in questions:
        yield from question(asked)
