"""Who is logged in, as the gates are told."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.server


def test_a_session_is_listed_by_its_user_until_it_is_a_friend_or_gone(world: Any) -> None:
    app, activity = world.new_user(), world.database.activity

    def lines() -> list[str]:
        return [line for line in activity.sessions([world.toolkit]) if line.startswith(f"{app.user} from ")]

    assert lines() == []
    with world.login(app), world.login(app):
        [told] = lines()
        assert told.endswith("2 times")
        assert not [line for line in activity.sessions([world.toolkit, app.user]) if app.user in line]


def test_the_toolkits_own_sessions_are_nobody_elses(world: Any) -> None:
    assert not [line for line in world.database.activity.sessions([]) if line.startswith(world.toolkit)]
