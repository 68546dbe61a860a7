"""The fence: whoever could log in is out, proven by the server, and comes back exactly as before."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pymysql
import pytest

from migrate.engines.failures import NOT_PERMITTED, SESSIONS_STAY
from migrate.errors import SourceError
from tests.patience import PATIENCE

pytestmark = pytest.mark.server


def gone(connection: Any) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except pymysql.MySQLError:
        return True
    return False


def gone_while(connection: Any, statement: str) -> None:
    """Run a statement that is cut off with its session."""
    with contextlib.suppress(pymysql.MySQLError), connection.cursor() as cursor:
        cursor.execute(statement)


def soon(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def event_status(side: Any) -> dict[str, tuple[str, str]]:
    rows = side.run(
        f"SELECT event_name, status, definer FROM information_schema.events WHERE event_schema = '{side.name}'"
    )
    return {name: (status, definer) for name, status, definer in rows}


def test_every_host_form_is_out_but_friends_and_comes_back_as_it_was(source: Any) -> None:
    app, friend, barred = source.user(), source.user(), source.user()
    source.host(app, "localhost")
    source.run(f"ALTER USER '{barred.user}'@'%' ACCOUNT LOCK", superuser=True)
    before, friends = source.locks(), [source.master.user, friend.user]
    session, friendly = source.login(app), source.login(friend)
    recorded = source.fence.record()
    source.fence.close(friends)
    source.fence.end_sessions(friends, timeout=10)
    assert source.fence.breaches(friends) == []
    assert gone(session)
    assert not gone(friendly)
    assert [source.may_log_in(each) for each in (app, friend, barred)] == [False, True, False]
    assert [source.locks()[f"{app.user}@{host}"] for host in ("%", "localhost")] == [True, True]
    source.fence.close(friends)
    source.fence.open(recorded, friends)
    source.fence.open(recorded, friends)
    assert source.locks() == before
    friendly.close()


def test_the_server_s_own_accounts_and_roles_are_left_alone(source: Any) -> None:
    source.run("CREATE ROLE readers", superuser=True)
    source.users.append("readers")
    app, before = source.user(), source.locks()
    source.fence.close([source.master.user])
    changed = {name for name, locked in source.locks().items() if locked != before[name]}
    assert f"{app.user}@%" in changed
    assert not changed & {name for name in before if name.startswith((source.server.superuser, "readers", "m"))}


def test_an_anonymous_account_counts(source: Any) -> None:
    source.run("CREATE USER ''@'10.%'", superuser=True)
    source.users.append("")
    recorded = source.fence.record()
    assert "account @10.% may still log in" in source.fence.breaches([source.master.user])
    source.fence.close([source.master.user])
    assert source.locks()["@10.%"]
    source.fence.open(recorded)
    assert not source.locks()["@10.%"]


def test_a_friend_that_was_locked_stays_locked_and_one_that_the_fence_had_locked_is_let_in(source: Any) -> None:
    """The feed's account is a friend, and locked before the application comes: opening the fence is not its key."""
    feed, late = source.user(), source.user()
    recorded = source.fence.record()
    source.fence.close([source.master.user, feed.user])
    assert not source.may_log_in(late)
    source.fence.close([source.master.user, feed.user, late.user])
    assert source.may_log_in(late)
    source.accounts.lock(feed.user, timeout=5)
    source.fence.open(recorded, [source.master.user, feed.user, late.user])
    assert not source.may_log_in(feed)
    assert source.accounts.locked(feed.user)


def test_open_mends_a_close_that_stopped_half_way(source: Any) -> None:
    one, other = source.user(), source.user()
    before, recorded = source.locks(), source.fence.record()
    source.run(f"ALTER USER '{one.user}'@'%' ACCOUNT LOCK")
    source.fence.open(recorded)
    assert source.locks() == before
    assert source.may_log_in(other)


def test_a_login_made_behind_the_fence_waits_for_its_opening(source: Any) -> None:
    friends = [source.master.user]
    recorded = source.fence.record()
    source.fence.close(friends)
    made = source.user()  # an administrator's, who knows nothing of the fence
    [line] = source.fence.breaches(friends)
    assert f"account {made.user}@%" in line
    source.fence.close(friends)
    assert source.fence.breaches(friends) == []
    source.fence.open(recorded, friends)
    assert source.may_log_in(made)


def test_events_rest_behind_the_fence_and_keep_their_definer_where_the_toolkit_may_name_it(source: Any) -> None:
    app, friends = source.user(), [source.master.user]
    with source.login(app) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EVENT runs ON SCHEDULE EVERY 1 HOUR STARTS '2030-01-01' DO SELECT 1")
        cursor.execute("CREATE EVENT rests ON SCHEDULE EVERY 1 HOUR STARTS '2030-01-01' DISABLE DO SELECT 1")
    before, recorded = event_status(source), source.fence.record()
    assert [line for line in source.fence.breaches(friends) if "event" in line] == [
        f"event {source.name}.runs is enabled"
    ]
    source.fence.close(friends)
    assert event_status(source)["runs"][0] in ("SLAVESIDE_DISABLED", "REPLICA_SIDE_DISABLED")
    assert event_status(source)["rests"] == before["rests"]
    assert source.fence.breaches(friends) == []
    source.fence.open(recorded)
    after = event_status(source)
    assert {name: status for name, (status, _) in after.items()} == {"runs": "ENABLED", "rests": "DISABLED"}
    if not source.mariadb:  # whose master on RDS may not name another definer
        assert after == before


def test_an_event_at_work_is_ended_whoever_made_it(source: Any) -> None:
    """It runs under its definer's name, here a friend's, and locking nobody would stop it."""
    source.run("SET GLOBAL event_scheduler = ON", superuser=True)
    try:
        source.run("CREATE EVENT long_one ON SCHEDULE AT CURRENT_TIMESTAMP DO SELECT SLEEP(60)")
        friends, deadline = [source.master.user], time.monotonic() + PATIENCE
        while not source.fence.breaches(friends):
            assert time.monotonic() < deadline
        source.fence.close(friends)
        source.fence.end_sessions(friends, timeout=10)
        assert source.fence.breaches(friends) == []
    finally:
        source.run("SET GLOBAL event_scheduler = OFF", superuser=True)


def test_a_session_that_runs_what_a_friend_defined_does_not_pass_for_the_friend(source: Any) -> None:
    """The server shows it under the definer's name for as long as the routine runs."""
    app, friends = source.user(), [source.master.user]
    source.run("CREATE FUNCTION dawdle() RETURNS int NOT DETERMINISTIC NO SQL RETURN SLEEP(30)")
    session = source.login(app)
    caller = threading.Thread(target=lambda: gone_while(session, "SELECT dawdle()"), daemon=True)
    caller.start()
    assert soon(lambda: any("Query" in breach for breach in source.fence.breaches(friends) if "session" in breach))
    source.fence.close(friends)
    assert any("session" in breach for breach in source.fence.breaches(friends))
    source.fence.end_sessions(friends, timeout=10)
    assert source.fence.breaches(friends) == []
    caller.join(PATIENCE)
    assert not caller.is_alive()


def test_what_is_out_of_reach_is_told_apart_and_is_a_breach_while_it_has_a_session(source: Any) -> None:
    boss, plain = source.user(), source.user()
    friends = [source.master.user]
    if source.mariadb:
        source.run(f"GRANT SUPER ON *.* TO '{boss.user}'@'%'", superuser=True)
        assert not source.fence.passed_by(boss.user), "no account is beyond the reach of CREATE USER there"
        return
    source.run(
        "CREATE ROLE bosses",
        "GRANT SYSTEM_USER ON *.* TO bosses",
        f"GRANT bosses TO '{boss.user}'@'%'",
        f"SET DEFAULT ROLE bosses TO '{boss.user}'@'%'",
        superuser=True,
    )
    source.users.append("bosses")
    asked = (boss.user, plain.user, source.master.user, "nobody there")
    assert [source.fence.passed_by(user) for user in asked] == [True, False, False, False]
    source.fence.close(friends)
    assert source.fence.breaches(friends) == []
    with source.login(boss):
        [line] = source.fence.breaches(friends)
        assert boss.user in line
        assert source.fence.doors(friends) == [], "it needs none"
        with pytest.raises(SourceError) as caught:
            source.fence.end_sessions(friends, timeout=0.5)
        assert caught.value.code == f"SRC-{SESSIONS_STAY}"
        assert boss.user in caught.value.message


def test_a_prepared_transaction_is_a_breach_and_so_is_not_knowing(source: Any) -> None:
    friends = [source.master.user]
    source.run("CREATE TABLE t (id int PRIMARY KEY)")
    source.fence.close(friends)
    source.run("XA START 'left over'", "INSERT INTO t VALUES (1)", "XA END 'left over'", "XA PREPARE 'left over'")
    assert source.fence.breaches(friends) == source.fence.doors(friends) == ["prepared transaction left over"]
    source.run("XA ROLLBACK 'left over'")
    assert source.fence.breaches(friends) == []
    if not source.mariadb:
        source.run(f"REVOKE XA_RECOVER_ADMIN ON *.* FROM '{source.master.user}'@'%'", superuser=True)
        source.connections.close()
        try:
            [line] = source.fence.breaches(friends)
            assert "XA_RECOVER_ADMIN" in line
        finally:
            source.run(f"GRANT XA_RECOVER_ADMIN ON *.* TO '{source.master.user}'@'%' WITH GRANT OPTION", superuser=True)


def test_no_login_slips_through_while_the_fence_closes(source: Any) -> None:
    """Logins hammer all the while: once the proof is empty nobody is in, however they raced, and it stays so."""
    app, stop, opened = source.user(), threading.Event(), []
    fence, friends = source.fence, [source.master.user]

    def hammer() -> None:
        while not stop.is_set():
            try:
                opened.append(source.login(app))
            except pymysql.MySQLError:
                stop.wait(0.005)

    threads = [threading.Thread(target=hammer) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        recorded = fence.record()
        for _ in range(4):
            while not opened:
                stop.wait(0.01)
            fence.close(friends)
            fence.end_sessions(friends, timeout=15)
            assert fence.breaches(friends) == []
            stop.wait(0.2)
            assert fence.breaches(friends) == []
            opened.clear()
            fence.open(recorded)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_client_that_lingers_in_its_login_is_ended(source: Any) -> None:
    """It may have passed the check already: only the server's last word is missing."""
    friends = [source.master.user]
    lingering = socket.create_connection((source.server.host, source.server.port))
    lingering.recv(4096)
    source.fence.close(friends)
    [line] = source.fence.breaches(friends)
    assert "is logging in" in line
    source.fence.end_sessions(friends, timeout=10)
    assert source.fence.breaches(friends) == []
    assert lingering.recv(4096) == b""
    lingering.close()


def test_who_may_not_see_or_bar_accounts_is_told_what_is_missing(source: Any) -> None:
    from migrate.engines.mysql.connection import Connections
    from migrate.engines.mysql.fence import MySqlFence

    weak = Connections(source.address, source.user(), source.side)
    with pytest.raises(SourceError) as caught:
        MySqlFence(weak).record()
    assert caught.value.code == f"SRC-{NOT_PERMITTED}"
    assert "GRANT SELECT ON" in caught.value.hint
    source.run(f"GRANT SELECT ON mysql.* TO '{weak.user}'@'%'", superuser=True)
    with pytest.raises(SourceError) as caught:
        MySqlFence(weak).breaches([source.master.user])
    assert "PROCESS" in caught.value.hint
    source.run(f"GRANT PROCESS, CREATE, INSERT, SELECT ON *.* TO '{weak.user}'@'%'", superuser=True)
    weak.close()
    stranger = source.user()
    with pytest.raises(SourceError) as caught:
        MySqlFence(weak).close([source.master.user, weak.user])
    assert "CREATE USER" in caught.value.hint
    assert source.may_log_in(stranger)
    weak.close()
