"""What every engine's Database must do, told against a real server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from migrate.errors import SourceError
from migrate.model.database import Credentials


def table_with(world: Any, name: str, rows: int) -> Any:
    world.run(f"CREATE TABLE {world.schema}.{name} (id integer PRIMARY KEY, body varchar(100))")
    for start in range(1, rows + 1, 500):
        values = ", ".join(f"({n}, 'body {n}')" for n in range(start, min(start + 500, rows + 1)))
        world.run(f"INSERT INTO {world.schema}.{name} VALUES {values}")
    return world.table(name)


def test_identity_names_the_same_server_twice(world: Any) -> None:
    first, second = world.database.identity(), world.database.identity()
    assert first == second
    assert first.server
    assert first.writable


def test_a_marker_is_seen_only_after_it_was_written(world: Any) -> None:
    markers = world.database.markers
    markers.prepare(["forward_main"])
    markers.prepare(["forward_main", "reverse_main"])
    assert not markers.seen("forward_main", "token-1")
    before = world.database.log.position()
    position = markers.write("forward_main", "token-1")
    assert markers.seen("forward_main", "token-1")
    assert not markers.seen("reverse_main", "token-1")
    assert world.database.log.reached(position, before)
    assert not world.database.log.reached(before, position)
    markers.drop()
    markers.drop()


def test_what_was_written_before_a_moment_is_told_by_the_servers_clock(world: Any) -> None:
    markers, now = world.database.markers, datetime.now(UTC)
    assert markers.written("restore", now) == [], "no such table yet"
    markers.prepare(["restore", "failover"])
    for token in ("token-1", "token-2"):
        markers.write("restore", token)
    assert markers.written("restore", now - timedelta(minutes=1)) == []
    later = (now + timedelta(minutes=1)).astimezone(timezone(timedelta(hours=9)))
    assert sorted(markers.written("restore", later)) == ["token-1", "token-2"]
    assert markers.written("failover", later) == []
    markers.drop()


def test_positions_grow_with_writes_and_reach_themselves(world: Any) -> None:
    log = world.database.log
    before = log.position()
    assert log.reached(before, before)
    table_with(world, "grow", 10)
    after = log.position()
    assert log.reached(after, before)
    assert not log.reached(before, after)


def test_touched_names_every_changed_row_and_reads_twice(world: Any) -> None:
    table, quiet = table_with(world, "lively", 10), table_with(world, "quiet", 1)
    log = world.database.log
    log.create_slot("contract_touched")
    try:
        assert log.changes("contract_touched", [table, quiet]).keys == {}
        world.run(
            f"INSERT INTO {world.schema}.lively VALUES (11, 'new')",
            f"UPDATE {world.schema}.lively SET body = 'x' WHERE id = 1",
            f"UPDATE {world.schema}.lively SET id = 102 WHERE id = 2",
            f"DELETE FROM {world.schema}.lively WHERE id = 3",
        )
        wanted = {table: {("11",), ("1",), ("2",), ("102",), ("3",)}}
        assert log.changes("contract_touched", [table, quiet]).keys == wanted
        assert log.changes("contract_touched", [table, quiet]).keys == wanted
        log.advance_slot("contract_touched", log.position())
        assert log.changes("contract_touched", [table]).keys == {}
    finally:
        log.drop_slot("contract_touched")
    assert "contract_touched" not in log.slots()
    log.drop_slot("contract_touched")


def test_the_fence_keeps_the_application_out_and_lets_it_in_again(world: Any) -> None:
    app, fence = world.new_user(), world.database.fence
    friends = [world.toolkit]
    before = fence.record()
    session = world.login(app)
    assert any(app.user in line for line in fence.breaches(friends))
    fence.close(friends)
    fence.close(friends)
    assert any("session" in line for line in fence.breaches(friends))
    fence.end_sessions(friends, timeout=10)
    assert fence.breaches(friends) == []
    with pytest.raises(Exception, match="denied"):
        world.login(app)
    with pytest.raises(Exception, match=r"terminat|closed|gone|[Ll]ost"):
        session.execute("SELECT 1")
    fence.open(before)
    fence.open(before)
    with world.login(app):
        pass


def test_a_locked_account_is_out_until_it_is_unlocked(world: Any) -> None:
    accounts = world.database.accounts
    user = Credentials("contract_lock", "first secret")
    accounts.ensure_login(user)
    session = world.login(user)
    assert not accounts.locked(user.user)
    accounts.lock(user.user, timeout=10)
    accounts.lock(user.user, timeout=10)
    assert accounts.locked(user.user)
    with pytest.raises(Exception, match=r"terminat|closed|gone|[Ll]ost"):
        session.execute("SELECT 1")
    with pytest.raises(Exception, match=r"not permitted|locked"):
        world.login(user)
    accounts.unlock(user.user)
    with world.login(user):
        pass


def test_smoke_names_what_the_application_cannot_read(world: Any) -> None:
    app = world.new_user()
    readable, hidden = table_with(world, "readable", 1), table_with(world, "hidden", 1)
    world.run(f"GRANT SELECT ON {world.schema}.readable TO {app.user}")
    smoke = world.database.accounts.smoke
    assert smoke(app, [readable]) == []
    [complaint] = smoke(app, [readable, hidden])
    assert "hidden" in complaint
    [refusal] = smoke(Credentials(app.user, "wrong"), [readable])
    assert "password" in refusal


def test_nonempty_and_apply_exceptions_ask_only_what_is_there(world: Any) -> None:
    full = table_with(world, "full", 1)
    empty = table_with(world, "empty", 0)
    assert world.database.schema.nonempty([full, empty, world.table("absent")]) == [full]
    assert world.database.apply_exceptions("awsdms_control") is None


def test_an_absent_table_is_the_source_sides_error(world: Any) -> None:
    with pytest.raises(SourceError) as caught:
        world.database.rows.count(world.table("absent"))
    assert caught.value.code.startswith("SRC-")
    assert not caught.value.retryable
