"""Hostile names survive the round trip through a real server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.facts import TableName
from migrate.engines.postgres.quoting import identifier, qualified

names = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=15)


@pytest.mark.server
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=names | st.sampled_from(['"', '""', "'; --", "a.b", "%s", "$1", "Select", " ", "\\", "x\ny", "{}", "é"]))
def test_any_name_comes_back_as_it_was_given(source: Any, name: str) -> None:
    with source.server.connect(source.name) as connection:
        connection.execute(f"CREATE TEMP TABLE {identifier(name)} ({identifier(name)} int)")
        found = connection.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1"
            " WHERE c.relnamespace = pg_my_temp_schema() AND c.relkind = 'r'"
        ).fetchall()
    assert found == [(name, name)]


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_no_server_can_hold_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        identifier(name)


def test_schema_and_name_are_quoted_apart() -> None:
    assert qualified(TableName('a"b', "c.d")) == '"a""b"."c.d"'
