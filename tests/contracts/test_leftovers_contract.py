"""What a migration leaves on a server is found as it stands, and removed without harm to others."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from migrate.model.database import Credentials
from migrate.model.leftover import Kind, Leftover

CONTROL = "awsdms_control"


def found(world: Any, users: Sequence[str]) -> dict[Kind, list[Leftover]]:
    by_kind: dict[Kind, list[Leftover]] = {}
    for one in world.database.leftovers.find(users, [world.schema], CONTROL):
        by_kind.setdefault(one.kind, []).append(one)
    return by_kind


def test_everything_is_found_and_goes_and_is_then_not_there(world: Any) -> None:
    database, user = world.database, f"feed_{secrets.token_hex(4)}"
    assert database.leftovers.logins([user]) == []
    world.run(f"CREATE TABLE {world.schema}.parts (id integer PRIMARY KEY)")
    database.markers.prepare(["forward_main"])
    database.log.create_slot("am_contract_witness_1")
    database.accounts.ensure_login(Credentials(user, secrets.token_urlsafe(12)))
    database.accounts.grant_feed(user, [world.schema])
    seen = found(world, [user, "nobody_of_that_name"])
    assert {Kind.SLOT, Kind.MARKERS, Kind.CONTROL, Kind.ACCOUNT} == set(seen)
    assert [one.name for one in seen[Kind.ACCOUNT]] == [user]
    assert all(not one.kept and one.cost for many in seen.values() for one in many)
    for kind in (Kind.SLOT, Kind.CONTROL, Kind.ACCOUNT, Kind.MARKERS):
        for one in seen[kind]:
            for _ in range(2):
                database.leftovers.remove(one)
    assert found(world, [user]) == {}
    assert world.run(f"SELECT count(*) FROM {world.schema}.parts")[0][0] == 0, "what is the user's stays"


def test_a_login_that_others_need_is_kept(world: Any) -> None:
    """It has rights beyond what is moved here: for another migration, or for somebody else."""
    user, database = f"feed_{secrets.token_hex(4)}", world.database
    database.accounts.ensure_login(Credentials(user, secrets.token_urlsafe(12)))
    beyond = f"other_{secrets.token_hex(4)}"
    if world.schema == "public":
        world.run(f"CREATE SCHEMA {beyond}", f"GRANT ALL ON SCHEMA {beyond} TO {user}", f"SET ROLE {user}",
                  f"CREATE TABLE {beyond}.theirs (id integer)")  # fmt: skip
        cleared = [f"DROP SCHEMA {beyond} CASCADE"]
    else:
        world.run(f"CREATE DATABASE {beyond}", f"GRANT SELECT ON {beyond}.* TO {user}")
        cleared = [f"DROP DATABASE {beyond}", f"REVOKE SELECT ON {beyond}.* FROM {user}"]
    (login,) = found(world, [user])[Kind.ACCOUNT]
    assert beyond in login.kept
    world.run(*cleared)
    (login,) = found(world, [user])[Kind.ACCOUNT]
    assert not login.kept
    database.leftovers.remove(login)
    assert database.leftovers.logins([user]) == []


def test_what_came_after_a_table_was_loaded_again_is_not_forgotten(world: Any) -> None:
    postgres, feed, leftovers = world.schema == "public", world.database.feed, world.database.leftovers
    owner, table, time = [f'"{one}"' if postgres else one for one in ("TABLE_OWNER", "TABLE_NAME", "ERROR_TIME")]

    def excepted(*rows: tuple[str, str]) -> None:
        for name, at in rows:
            world.run(f"INSERT INTO {CONTROL}.awsdms_apply_exceptions VALUES ('s', '{name}', '{at}')")

    def told() -> dict[str, int]:
        return {one.table.name: one.rows for one in feed.control(CONTROL, "").exceptions}

    world.run(
        f"CREATE SCHEMA {CONTROL}",
        f"CREATE TABLE {CONTROL}.awsdms_apply_exceptions"
        f" ({owner} varchar(128), {table} varchar(128), {time} timestamp{'' if postgres else '(6)'})",
    )
    try:
        # The third lies in the same second as the second, and the time of both is told rounded.
        excepted(("t", "2026-11-27 01:00:00.2"), ("t", "2026-11-27 03:00:00.6"), ("u", "2026-11-27 01:00:00"))
        seen = [one for one in feed.control(CONTROL, "").exceptions if one.table.name == "t"]
        excepted(("t", "2026-11-27 03:00:00.8"), ("t", "2026-11-27 04:00:00"))
        leftovers.forget_exceptions(CONTROL, seen)
        assert told() == {"t": 2, "u": 1}
        leftovers.forget_exceptions(CONTROL, [])
        assert told() == {"t": 2, "u": 1}
    finally:
        world.run(f"DROP TABLE {CONTROL}.awsdms_apply_exceptions", f"DROP SCHEMA {CONTROL}")
