"""Roles that have another name on the target, or none there: owners, grants, default privileges, policies follow."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from migrate.model.inventory import unexpected
from migrate.stages.schema_diff import schema_diff

pytestmark = pytest.mark.server

SECTIONS = ("roles", "pre-data", "post-data", "foreign-keys")


@pytest.fixture
def mapped(source: Any, target: Any) -> dict[str, str]:
    """Owner to another one, a reader to another one, an auditor left out; the application keeps its name."""
    owner, reader, auditor, app = (source.role("NOLOGIN") for _ in range(4))
    there = f'Orders "Owner" {secrets.token_hex(4)}', f"reader_{secrets.token_hex(4)}"
    for role in (owner, reader, auditor, app):
        source.run(f"GRANT {role.user} TO {source.master.user} WITH ADMIN OPTION", superuser=True)
    quoted = [name.replace('"', '""') for name in there]
    target.run(
        *(f'CREATE ROLE "{name}" LOGIN' for name in quoted),
        *(f'GRANT "{name}" TO {target.master.user} WITH ADMIN OPTION' for name in quoted),
        superuser=True,
    )
    target.roles += [f'"{name}"' for name in quoted]
    source.run(
        f"GRANT {owner.user} TO {app.user}",
        f"GRANT {owner.user} TO {auditor.user}",
        f"CREATE SCHEMA app AUTHORIZATION {owner.user}",
        superuser=True,
    )
    words = {"owner": owner.user, "reader": reader.user, "auditor": auditor.user, "app": app.user}
    source.run(
        *(
            text.format_map(words)
            for text in (
                "SET ROLE {owner}",
                "CREATE TABLE app.orders (id int PRIMARY KEY, whose text)",
                "CREATE FUNCTION app.total() RETURNS int LANGUAGE sql AS $$ SELECT 1; -- OWNER TO {owner};\n$$",
                "GRANT USAGE ON SCHEMA app TO {reader}, {auditor}, {app}",
                "GRANT SELECT ON app.orders TO {reader} WITH GRANT OPTION",
                "GRANT SELECT, UPDATE (whose) ON app.orders TO {auditor}",
                "GRANT INSERT (id) ON app.orders TO {reader}",
                "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA app GRANT SELECT ON TABLES TO {reader}, {auditor}",
                "ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY few ON app.orders FOR SELECT TO {reader}, {auditor}, {app}"
                " USING (whose = 'x\nTO {owner}')",
                'CREATE POLICY "TO nobody" ON app.orders AS RESTRICTIVE TO {auditor} USING (true)',
                "COMMENT ON POLICY \"TO nobody\" ON app.orders IS 'goes with it'",
                "RESET ROLE",
            )
        ),
        "CREATE TABLE app.kept_by_auditor (id int PRIMARY KEY)",
        f"ALTER TABLE app.kept_by_auditor OWNER TO {auditor.user}",
        superuser=True,
    )
    return {owner.user: there[0], reader.user: there[1], auditor.user: ""}


def copy(source: Any, target: Any, roles: dict[str, str]) -> None:
    target.roles += [name for name in source.roles if name not in roles]
    for section in SECTIONS:
        target.database.schema.load(source.database.schema.dump([], section, roles))


def amiss(source: Any, target: Any, roles: dict[str, str]) -> list[str]:
    return [str(each) for each in unexpected(schema_diff(source.database, target.database, [], roles=roles))]


def test_what_roles_own_and_may_do_arrives_under_the_targets_names(
    source: Any, target: Any, mapped: dict[str, str]
) -> None:
    (owner, orders_owner), (reader, there_reader), (auditor, _) = mapped.items()
    app = source.roles[3]
    copy(source, target, mapped)
    assert amiss(source, target, mapped) == []
    owners = target.run(
        "SELECT c.relname::text, r.rolname::text FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
        " WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' ORDER BY 1"
    )
    assert owners == [("kept_by_auditor", target.master.user), ("orders", orders_owner)]
    names = [row[0] for row in target.run("SELECT rolname::text FROM pg_roles")]
    assert not {owner, reader, auditor} & {*names}, "none of them is made"
    [[asked]] = target.run("SELECT polroles::regrole[]::text[] FROM pg_policy")
    assert sorted(asked) == sorted([there_reader, app]), "one policy, without who is left out"
    [[member]] = target.run(f"SELECT pg_has_role('{app}', (SELECT oid FROM pg_roles WHERE rolname = $$"
                            f"{orders_owner}$$), 'MEMBER')")  # fmt: skip
    assert member, "members of a group are members of what it is called"
    told = amiss(source, target, {})
    assert any(text.startswith("table app.orders: owner is") for text in told), "without the mapping they are not alike"


BENT = """
table app.orders: owner is <- ALTER TABLE app.orders OWNER TO {master}
table app.orders: granted to {reader} <- REVOKE SELECT ON app.orders FROM {reader} CASCADE
policy few on app.orders: definition <- ALTER POLICY few ON app.orders TO {reader}
default privileges of <- ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA app REVOKE ALL ON TABLES FROM {reader}
role {app}: member of <- REVOKE {owner} FROM {app} GRANTED BY {master}
"""


def test_what_is_bent_on_the_target_is_seen_through_the_mapping(
    source: Any, target: Any, mapped: dict[str, str]
) -> None:
    copy(source, target, mapped)
    orders_owner, reader, _ = mapped.values()
    quoted = '"' + orders_owner.replace('"', '""') + '"'
    words = {"owner": quoted, "reader": reader, "app": source.roles[3], "master": target.master.user}
    missed = []
    for expected, _, statement in (line.partition(" <- ") for line in BENT.strip().splitlines()):
        target.run(statement.format_map(words))
        found = amiss(source, target, mapped)
        if not any(text.startswith(expected.format_map(words)) for text in found):
            missed.append((statement, found))
    assert missed == []


def test_it_is_asked_beforehand_which_roles_the_target_lacks(source: Any, target: Any, mapped: dict[str, str]) -> None:
    owner, _, auditor = mapped
    named = {one.name: one for one in source.database.schema.named_roles([])}
    assert set(named) == set(source.roles), "and neither the toolkit's login nor any superuser"
    assert (named[owner].owns, named[owner].made) == (True, True)
    assert "owner" in named[owner].uses
    assert set(named[auditor].uses) >= {"grants", "policies"}
    target.run("CREATE ROLE strange NOLOGIN", superuser=True)
    target.roles.append("strange")
    wanted = {"strange": True, "Nobody": False, "New": True, target.master.user: True, mapped[owner]: True}
    lacking = target.database.schema.lacking(wanted)
    assert {name: (one.there, one.sql) for name, one in lacking.items()} == {
        "strange": (True, f'GRANT "strange" TO "{target.master.user}";'),
        "Nobody": (False, 'CREATE ROLE "Nobody" NOLOGIN;'),
        "New": (False, f'CREATE ROLE "New" NOLOGIN;\nGRANT "New" TO "{target.master.user}";'),
    }
    assert target.database.schema.makes_roles()
    for one in lacking.values():
        target.run(*one.sql.split("\n"), superuser=True)
    target.roles += ['"Nobody"', '"New"']
    assert target.database.schema.lacking(wanted) == {}, "what is pasted makes up for it"


def test_roles_that_the_toolkits_login_made_for_others_are_none_of_this_databases(source: Any) -> None:
    elsewhere, owner, member = (source.role("NOLOGIN") for _ in range(3))
    source.run(
        f"GRANT {elsewhere.user} TO {source.master.user} WITH ADMIN OPTION",
        f"GRANT {source.master.user} TO {member.user}",
        f"GRANT {owner.user} TO {source.master.user}",
        superuser=True,
    )
    source.run(f"CREATE SCHEMA app AUTHORIZATION {source.master.user}", superuser=True)
    source.run("CREATE TABLE app.mine (id int)", "CREATE TABLE app.others (id int)")
    source.run(f"ALTER TABLE app.others OWNER TO {owner.user}", superuser=True)
    assert [one.name for one in source.database.schema.named_roles([])] == [owner.user]
    inventory = source.database.schema.inventory(["app"])
    assert [name for name in inventory if name.startswith("role ")] == [f"role {owner.user}"]


def test_a_superuser_that_owns_everything_becomes_a_role_of_the_target(source: Any, target: Any) -> None:
    source.run(
        "CREATE SCHEMA app",
        "CREATE TABLE app.orders (id int PRIMARY KEY)",
        f"GRANT USAGE ON SCHEMA app TO {source.master.user}",
        f"GRANT SELECT ON app.orders TO {source.master.user}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC",
        superuser=True,
    )
    [[superuser]] = source.run("SELECT rolname::text FROM pg_roles WHERE oid = 10")
    [found] = [one for one in source.database.schema.named_roles([]) if one.name == superuser]
    assert (found.made, found.uses) == (False, ("default privileges",)), "the schema cannot be made without it"
    there = f"owner_{secrets.token_hex(4)}"
    target.run(f"CREATE ROLE {there}")
    target.roles.append(there)
    roles = {superuser: there}
    copy(source, target, roles)
    assert amiss(source, target, roles) == []
    assert target.run("SELECT relowner::regrole::text FROM pg_class WHERE relname = 'orders'") == [(there,)]
