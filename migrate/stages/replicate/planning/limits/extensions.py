"""Extensions in use at the source that the target does not have: nothing that rests on them could be made there."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from checks.aurora import Support, extension_support
from checks.facts import Extension
from checks.route import Version
from migrate.model.replication_plan import Remark
from migrate.stages.replicate.planning.asked import Asked

_OF_ITSELF = "plpgsql"


def refusals(asked: Asked) -> Iterator[Remark]:
    """A waiver of what `assess` found answers for one that nothing needs."""
    told = asked.extensions
    for one in _used(asked):
        if any(fnmatchcase(one.name, pattern) for pattern in told.waived):
            continue
        if told.available is not None and one.name not in told.available:
            yield Remark(
                "extension-not-on-target",
                f"extension {one.name} is in use, and the target's pg_available_extensions does not have it",
                f"{_instead(asked, one)} Or choose a target version that has it.",
            )
        elif why := _unoffered(asked, one):
            yield Remark("extension-not-offered", f"extension {one.name} is in use, and {why}", _instead(asked, one))


def warnings(asked: Asked) -> Iterator[Remark]:
    for one in _used(asked):
        made = (asked.extensions.available or {}).get(one.name)
        if made and one.version and made != one.version:
            yield Remark(
                "extension-in-another-version",
                f"extension {one.name} is {one.version} at the source, and is made as {made}, which the target has",
                "Read its release notes; bring the source to the same version where the difference matters.",
            )


def _used(asked: Asked) -> Iterator[Extension]:
    return (one for one in asked.catalog.extensions if one.name != _OF_ITSELF)


def _unoffered(asked: Asked, one: Extension) -> str:
    """By the dated lists of what Aurora's versions have; empty where they have it, or tell nothing."""
    version = asked.extensions.target_version
    if not version:
        return ""
    known = extension_support(one.name, Version.parse(version))
    if known.support is Support.LATER:
        return f"Aurora PostgreSQL has it from {known.since} on, not in {version} ({known.source})"
    return f"Aurora PostgreSQL {version} does not offer it ({known.source})" if known.support is Support.ABSENT else ""


def _instead(asked: Asked, one: Extension) -> str:
    version = asked.extensions.target_version
    known = extension_support(one.name, Version.parse(version)) if version else None
    if known is not None and known.support is Support.LATER:
        return f"Choose {known.since} or later as `version` under [target]."
    way = f"Instead: {known.alternative}. " if known is not None and known.alternative else ""
    return f"{way}Drop it at the source with what rests on it, and assess again (aurora-migrate checks explain PG601)."
