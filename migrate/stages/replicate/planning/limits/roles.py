"""Roles that the schema names: each is on the target, is called otherwise there, is left out, or is made."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.model.replication_plan import Remark
from migrate.stages.replicate.planning.asked import Asked
from migrate.stages.replicate.planning.limits.naming import some

_PASTE = "As an administrator of the target:"
_OR_SAY = 'or say under [roles] in migration.toml what it is called there (role = "name") or that it is left out ("").'


def refusals(asked: Asked) -> Iterator[Remark]:
    roles = asked.roles
    named = {one.name: one for one in roles.named}
    for here, there in roles.mapping.items():
        if {here, there} & roles.kept:
            login = here if here in roles.kept else there
            yield Remark(
                "role-of-the-migration",
                f"[roles] has {here} be {there or 'left out'}, and {login} is a login of the application or of the"
                " migration, which has one name on both sides",
                "Take it out of [roles]. To have the toolkit's own login own what a role owned, leave the role out.",
            )
        elif there in named and there not in roles.mapping:
            yield Remark(
                "two-roles-in-one",
                f"[roles] has {here} be {there} on the target, and the source has a role {there} of its own: each would"
                " have the other's rights",
                f"Say under [roles] what {there} is called on the target, or leave it out.",
            )
    yield from _absent(asked)
    if roles.lacking is None:
        return
    for there, lacks in roles.lacking.items():
        if lacks.there:
            yield Remark(
                "role-not-to-be-given",
                f"{there} is to own things on the target, and the toolkit's login may give it nothing there",
                f"{_PASTE}\n{lacks.sql}",
            )


def warnings(asked: Asked) -> Iterator[Remark]:
    roles = asked.roles
    named = {one.name for one in roles.named}
    made = [name for name in _makeable(asked) if name not in roles.kept]
    if made:
        yield Remark(
            "roles-to-be-made",
            f"{len(made)} roles that the schema names are not on the target: {some(made)}; they are made there without"
            " a login",
            "Nothing to do, unless they are called otherwise there: say so under [roles] in migration.toml.",
        )
    for here, there in roles.mapping.items():
        if here not in named and not there:
            yield Remark(
                "idle-role", f"[roles] leaves {here} out, whom nothing in the schema names", "Mend or remove the line."
            )


def _absent(asked: Asked) -> Iterator[Remark]:
    """Those on which the load of the schema would fail, or the comparison with the source."""
    roles, makeable = asked.roles, set(_makeable(asked))
    lost = {name: lacks for name, lacks in (roles.lacking or {}).items() if not lacks.there and name not in makeable}
    if not lost:
        return
    called = {there: here for here, there in roles.mapping.items() if there}
    uses = {one.name: ", ".join(one.uses) for one in roles.named}
    told = [
        f"{name} ({f'[roles] has {called[name]} be it' if name in called else uses.get(name, '')})" for name in lost
    ]
    yield Remark(
        "role-not-there",
        f"the target has no role {'; '.join(told)}, and the toolkit makes none of that kind there",
        "\n".join((_PASTE, *(lacks.sql for lacks in lost.values()), _OR_SAY)),
    )


def _makeable(asked: Asked) -> Iterator[str]:
    """Roles that are not there and that `replicate start` makes."""
    roles = asked.roles
    made = {one.name for one in roles.named if one.made and one.name not in roles.mapping}
    for name, lacks in (roles.lacking or {}).items():
        if not lacks.there and name in made and roles.makes:
            yield name
