"""A schema with one of everything goes from one server to another, is the same there in every aspect, and the inventory
sees it when one is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.model.database import Credentials
from migrate.model.inventory import compare, unexpected

pytestmark = pytest.mark.server

EVERYTHING = Path(__file__).with_name("everything.sql").read_text(encoding="utf-8").split("\n\n")[1:]


def differences(source: Any, target: Any) -> list[str]:
    here = source.database.schema
    found = compare(here.inventory([]), target.database.schema.inventory([]), [here.excuse])
    return [str(each) for each in unexpected(found)]


def filled(source: Any) -> tuple[Credentials, Credentials, Credentials]:
    """Owner, application and a group of it, and everything as the owner makes it."""
    owner, app, group = source.role(), source.role("LOGIN NOINHERIT CONNECTION LIMIT 9"), source.role("NOLOGIN")
    for role in (owner, app, group):
        source.run(f"GRANT {role.user} TO {source.master.user} WITH ADMIN OPTION", superuser=True)
    source.run(
        f"GRANT {group.user} TO {app.user}", f"GRANT CREATE ON DATABASE {source.name} TO {owner.user}", superuser=True
    )
    source.run("CREATE EXTENSION citext SCHEMA public", "CREATE EXTENSION pg_trgm SCHEMA public")
    with source.login(owner) as connection:
        for text in EVERYTHING:
            connection.execute(text.replace("{app}", app.user).replace("{group}", group.user))
    source.run(
        "CREATE EVENT TRIGGER watching ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION app.watch()",
        "CREATE FUNCTION app.of_nobody() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        superuser=True,
    )
    return owner, app, group


@pytest.fixture
def copied(source: Any, target: Any) -> list[str]:
    """What the copy told, section by section, with everything at rest while rows would come."""
    target.roles += [role.user for role in filled(source)]
    told: list[str] = []
    for section in ("roles", "pre-data", "post-data", "foreign-keys"):
        told += target.database.schema.load(source.database.schema.dump([], section))
        if section == "post-data":
            resting = target.database.triggers.firing()
            target.database.triggers.rest(resting)
            at_rest = differences(source, target)
    assert [text for text in at_rest if "row security" in text or "enabled is" in text], "they rest"
    target.database.triggers.restore(resting)
    return told


BENT = """
column app.customer.late: type <- ALTER TABLE app.customer ALTER late TYPE bigint
column app.customer.late: nullability <- ALTER TABLE app.customer ALTER late DROP NOT NULL
column app.customer.late: default <- ALTER TABLE app.customer ALTER late SET DEFAULT 6
column app.customer.doc: storage <- ALTER TABLE app.customer ALTER doc SET STORAGE MAIN
table app.customer: columns <- ALTER TABLE app.customer ADD COLUMN more int
table app.customer: options <- ALTER TABLE app.customer SET (fillfactor = 81)
table app.customer: row security <- ALTER TABLE app.customer DISABLE ROW LEVEL SECURITY
constraint later on app.customer: only on the source <- ALTER TABLE app.customer DROP CONSTRAINT later
constraint unproven on app.self: validity <- ALTER TABLE app.self VALIDATE CONSTRAINT unproven
index app.orders_total: only on the source <- DROP INDEX app.orders_total
index app.stray: only on the target <- CREATE INDEX stray ON app.base (note)
trigger never on app.customer: enabled <- ALTER TABLE app.customer ENABLE TRIGGER never
trigger noted on app.customer: only on the source <- DROP TRIGGER noted ON app.customer
policy few on app.customer: only on the source <- DROP POLICY few ON app.customer
rule quiet on app.derived: only on the source <- DROP RULE quiet ON app.derived
function app.instead(): definition <- ALTER FUNCTION app.instead() COST 7
view app.zebra: definition <- CREATE OR REPLACE VIEW app.zebra AS SELECT id::int AS a, name AS n FROM app.happy
sequence app.numbers: numbers <- ALTER SEQUENCE app.numbers CACHE 8
sequence app.numbers: owned by <- ALTER SEQUENCE app.numbers OWNED BY NONE
table app.customer: comment <- COMMENT ON TABLE app.customer IS 'another'
table app.base: granted to {group} <- REVOKE INSERT ON app.base FROM {group}
column app.customer.name: granted to {app} <- REVOKE UPDATE (name) ON app.customer FROM {app}
table app.base: owner <- ALTER TABLE app.base OWNER TO {master}
function app.guarded(): owner <- ALTER FUNCTION app.guarded() OWNER TO {master}
default privileges of {owner} <- ALTER DEFAULT PRIVILEGES FOR USER {owner} IN SCHEMA app REVOKE ALL ON TABLES FROM {app}
type app.mood: labels <- ALTER TYPE app.mood ADD VALUE 'new'
constraint has_at on domain app.email: only on the source <- ALTER DOMAIN app.email DROP CONSTRAINT has_at
statistics app.related: only on the source <- DROP STATISTICS app.related
publication told: only on the source <- DROP PUBLICATION told
cast (app.pair AS text): only on the source <- DROP CAST (app.pair AS text)
role {app}: member of <- REVOKE {group} FROM {app} GRANTED BY {master}
"""
"""What is told, and what was done on the target."""


def test_nothing_is_lost_on_the_way_and_nothing_bent_is_missed(source: Any, target: Any, copied: list[str]) -> None:
    owner, app, group = source.roles
    others = [line for line in copied if line.startswith("role ") and not any(name in line for name in source.roles)]
    assert [line for line in copied if line not in others] == [
        *(
            f"role {name} is made without login: only the application's own gets its password"
            for name in sorted((app, owner))
        ),
        'left out: event trigger watching: permission denied to create event trigger "watching"',
    ]
    assert differences(source, target) == ["event trigger watching: only on the source"]
    target.run("DROP EVENT TRIGGER IF EXISTS watching", superuser=True)
    words = {"app": app, "owner": owner, "group": group, "master": target.master.user}
    missed = []
    for expected, _, statement in (line.partition(" <- ") for line in BENT.strip().splitlines()):
        with target.server.connect(target.name, autocommit=False) as connection:
            connection.execute(statement.format_map(words))
            connection.commit()
        found = differences(source, target)
        if not any(text.startswith(expected.format_map(words)) for text in found):
            missed.append((statement, found))
    assert missed == []
