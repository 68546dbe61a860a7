"""Users and roles that have another name on the target, or none there: definers, grants and memberships follow."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.model.inventory import unexpected
from migrate.stages.schema_diff import schema_diff
from tests.engines_mysql.test_mysql_whole_schema import SECTIONS, filled

pytestmark = pytest.mark.server


def amiss(source: Any, target: Any, roles: dict[str, str], resting: Any = None) -> list[str]:
    found = schema_diff(source.database, target.database, [source.name], roles=roles, resting=resting)
    return [str(each) for each in unexpected(found)]


@pytest.fixture
def mapped(source: Any, target: Any) -> dict[str, str]:
    """The application and its role to others, the definer left out."""
    filled(source)
    app, owner, role = source.users
    there = {app: f"that_{app}", role: f"that_{role}", owner: ""}
    target.extra.append(source.name)
    target.users += [*source.users, *there.values()]
    target.run(
        f"CREATE USER '{there[app]}'@'%' IDENTIFIED BY 'Known-1-to-them'", f"CREATE ROLE {there[role]}", superuser=True
    )
    return there


def test_what_users_define_and_may_do_arrives_under_the_targets_names(
    source: Any, target: Any, mapped: dict[str, str]
) -> None:
    app, owner, role = source.users
    named = {one.name: one for one in source.schema.named_roles([source.name])}
    assert set(named) >= {app, owner, role}
    assert (named[owner].uses, named[app].uses) == (("definer", "grants"), ("grants",))
    wanted = dict.fromkeys((mapped[app], "nobody_there"), False)
    assert {name: one.sql for name, one in target.schema.lacking(wanted).items()} == {
        "nobody_there": "CREATE USER 'nobody_there'@'%' ACCOUNT LOCK;"
    }
    assert target.schema.makes_roles()
    resting = None
    for section in SECTIONS:
        target.schema.load(source.schema.dump([source.name], section, mapped))
        if section == "post-data":
            resting = target.triggers.firing()
            target.triggers.rest(resting)
    assert amiss(source, target, mapped, resting) == []
    names = {row[0] for row in target.run("SELECT user FROM mysql.user", superuser=True)}
    assert not {app, owner, role} & names, "none of them is made"
    held = "\n".join(row[0] for row in target.run(f"SHOW GRANTS FOR '{mapped[app]}'@'%'", superuser=True))
    assert mapped[role] in held
    assert f"`{source.name}`.`customer`" in held
    [[definer]] = target.run(
        f"SELECT definer FROM information_schema.routines WHERE routine_name = 'wash'"
        f" AND routine_schema = '{source.name}'",
        superuser=True,
    )
    assert definer == f"{target.master.user}@%", "who is left out defines nothing"
    told = amiss(source, target, {}, resting)
    assert any(app in text for text in told), "without the mapping they are not alike"
    target.run(f"REVOKE INSERT ON `{source.name}`.customer FROM '{mapped[app]}'@'%'", superuser=True)
    found = amiss(source, target, mapped, resting)
    assert [text for text in found if text.startswith(f"account {mapped[app]}@%: rights on")] == found != []
