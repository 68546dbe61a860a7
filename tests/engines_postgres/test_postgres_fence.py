"""The fence: whoever could connect is out, proven by the server, and comes back exactly as before."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

import psycopg
import pytest

from migrate.engines.failures import OWNER_NEEDED, SESSIONS_STAY
from migrate.errors import SourceError
from migrate.model.database import Credentials

pytestmark = pytest.mark.server


def acl(side: Any) -> set[tuple[Any, ...]]:
    """Grants as PostgreSQL explodes them; NULL as the defaults it stands for."""
    return set(
        side.run(
            "SELECT a.grantor::regrole::text, a.grantee::regrole::text, a.privilege_type, a.is_grantable"
            " FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a"
            f" WHERE d.datname = '{side.name}'",
            superuser=True,
            database="postgres",
        )
    )


def may_login(side: Any, credentials: Credentials, database: str | None = None) -> bool:
    try:
        side.login(credentials, database).close()
    except psycopg.OperationalError as error:
        if "permission denied for database" not in str(error):
            raise
        return False
    return True


def test_public_grantee_owner_and_group_members_are_out_and_other_databases_feel_nothing(
    source: Any, fresh_database: Any
) -> None:
    other = fresh_database(source.server)
    public, granted, member, owner = (source.role() for _ in range(4))
    group = source.role("NOLOGIN")
    source.run(
        f"GRANT {group.user} TO {member.user}",
        f"GRANT {owner.user} TO {source.master.user}",
        f'ALTER DATABASE "{source.name}" OWNER TO {owner.user}',
        f'GRANT CONNECT ON DATABASE "{source.name}" TO {granted.user}, {group.user}',
        superuser=True,
        database="postgres",
    )
    before, everybody = acl(source), [public, granted, member, owner]
    there = source.login(public, other)
    fence, friends = source.database.fence, [source.master.user]
    recorded = fence.record()
    fence.close(friends)
    fence.end_sessions(friends, timeout=10)
    assert fence.breaches(friends) == []
    assert [may_login(source, role) for role in everybody] == [False] * 4
    assert [may_login(source, role, other) for role in everybody] == [True] * 4
    assert there.execute("SELECT 1").fetchone() == (1,)
    fence.open(recorded)
    assert acl(source) == before
    assert [may_login(source, role) for role in everybody] == [True] * 4


def test_grants_by_others_and_defaults_come_back_exactly(source: Any) -> None:
    manager, app = source.role(), source.role()
    source.run(f"GRANT {manager.user} TO {source.master.user}", superuser=True)
    source.run(f'GRANT CONNECT ON DATABASE "{source.name}" TO {manager.user} WITH GRANT OPTION')
    with source.login(manager) as connection:
        connection.execute(f'GRANT CONNECT ON DATABASE "{source.name}" TO {app.user}')
    before, fence = acl(source), source.database.fence
    recorded = fence.record()
    for friends in ([source.master.user], [source.master.user, manager.user]):
        fence.close(friends)
        assert not may_login(source, app)
        assert fence.breaches(friends) == []
        fence.open(recorded)
        fence.open(recorded)
        assert acl(source) == before


def test_a_grantor_the_toolkit_cannot_act_for_is_replaced_by_the_owner(source: Any) -> None:
    manager, app = source.role(), source.role()
    source.run(f'REVOKE CONNECT ON DATABASE "{source.name}" FROM PUBLIC')
    source.run(f'GRANT CONNECT ON DATABASE "{source.name}" TO {manager.user} WITH GRANT OPTION')
    with source.login(manager) as connection:
        connection.execute(f'GRANT CONNECT ON DATABASE "{source.name}" TO {app.user}')
    recorded = source.database.fence.record()
    source.database.fence.close([source.master.user])
    assert not may_login(source, app)
    source.database.fence.open(recorded)
    assert may_login(source, app)
    assert may_login(source, manager)


def test_open_mends_a_close_that_stopped_half_way(source: Any) -> None:
    app = source.role()
    source.run(f'GRANT CONNECT ON DATABASE "{source.name}" TO {app.user}')
    before, recorded = acl(source), source.database.fence.record()
    source.run(f'REVOKE CONNECT ON DATABASE "{source.name}" FROM {app.user}')
    source.database.fence.open(recorded)
    assert acl(source) == before
    source.run(f'GRANT CONNECT ON DATABASE "{source.name}" TO {source.role().user}')
    source.database.fence.open(recorded)
    assert acl(source) == before


def test_a_superuser_is_told_apart_while_it_has_no_session(source: Any) -> None:
    asked = (source.server.superuser, source.master.user, source.role().user, "nobody there")
    assert [source.database.fence.passed_by(user) for user in asked] == [True, False, False, False]


def test_every_way_around_the_fence_is_a_breach(source: Any) -> None:
    friend, sneaky = source.role(), source.role()
    fence, friends = source.database.fence, [source.master.user, friend.user]
    fence.close(friends)
    assert fence.breaches(friends) == []
    source.run(f"GRANT {friend.user} TO {sneaky.user}", superuser=True)
    assert fence.breaches(friends) == [f"role {sneaky.user} may still connect"]
    assert fence.doors(friends) == fence.breaches(friends)
    source.run(f"REVOKE {friend.user} FROM {sneaky.user}", superuser=True)
    boss = source.server.connect(source.name)
    [line] = fence.breaches(friends)
    assert source.server.superuser in line
    with pytest.raises(SourceError) as caught:
        fence.end_sessions(friends, timeout=0.3)
    assert caught.value.code == f"SRC-{SESSIONS_STAY}"
    assert source.server.superuser in caught.value.message
    boss.execute("BEGIN")
    boss.execute("CREATE TABLE public.half (id int)")
    boss.execute("PREPARE TRANSACTION 'left over'")
    boss.close()
    fence.end_sessions(friends, timeout=5)
    [line] = fence.breaches(friends)
    assert "prepared transaction left over" in line
    with source.server.connect(source.name) as connection:
        connection.execute("ROLLBACK PREPARED 'left over'")
    fence.end_sessions(friends, timeout=5)
    assert fence.breaches(friends) == []
    with source.login(friend):
        assert fence.breaches(friends) == []


def test_no_login_slips_through_while_the_fence_closes(source: Any) -> None:
    """Logins hammer all the while: once the proof is empty nobody is in, however they raced, and it stays so."""
    app, stop, opened = source.role(), threading.Event(), []
    fence, friends = source.database.fence, [source.master.user]

    def hammer() -> None:
        while not stop.is_set():
            try:
                opened.append(source.login(app))
            except psycopg.OperationalError:
                continue

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


STARTING = """
SELECT FROM pg_locks WHERE locktype = 'object' AND classid = 'pg_database'::regclass AND pid <> pg_backend_pid()
"""
"""A backend holds this lock on its database from before it checks CONNECT until it is ready."""


def test_a_login_that_passed_the_check_but_does_not_show_yet_is_waited_for(source: Any) -> None:
    app, opened = source.role(), []

    def log_in_slowly() -> None:
        slow = "-c post_auth_delay=1"  # the server sleeps between its check of CONNECT and pg_stat_activity
        with contextlib.suppress(psycopg.OperationalError):
            opened.append(source.server.connect(source.name, app.user, app.password, options=slow))

    fence, friends = source.database.fence, [source.master.user]
    thread = threading.Thread(target=log_in_slowly)
    thread.start()
    with source.server.connect("postgres") as watch:
        while thread.is_alive() and watch.execute(STARTING).fetchone() is None:
            time.sleep(0.005)
    fence.close(friends)
    fence.end_sessions(friends, timeout=10)
    assert fence.breaches(friends) == []
    thread.join()
    for session in opened:
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def test_who_does_not_own_the_database_is_told_what_is_missing(source: Any) -> None:
    owner = source.role()
    source.run(f'ALTER DATABASE "{source.name}" OWNER TO {owner.user}', superuser=True, database="postgres")
    with pytest.raises(SourceError) as caught:
        source.database.fence.close([source.master.user])
    assert caught.value.code == f"SRC-{OWNER_NEEDED}"
    assert owner.user in caught.value.hint


def test_an_owner_whose_rights_must_be_taken_on_first(source: Any) -> None:
    owner = source.role()
    source.run(
        f"GRANT {owner.user} TO {source.master.user} WITH INHERIT FALSE, SET TRUE",
        f'ALTER DATABASE "{source.name}" OWNER TO {owner.user}',
        superuser=True,
        database="postgres",
    )
    before, fence = acl(source), source.database.fence
    recorded = fence.record()
    fence.close([source.master.user])
    assert not may_login(source, owner)
    assert fence.breaches([source.master.user]) == []
    fence.open(recorded)
    assert acl(source) == before
