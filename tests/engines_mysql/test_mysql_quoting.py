"""Names are written so that the server reads exactly them, whatever they hold."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.facts import TableName
from checks.mysql_names import quoted_account
from migrate.engines.mysql.quoting import LONGEST, account, identifier, qualified


def test_a_backtick_is_doubled_and_nothing_else_touched() -> None:
    assert identifier('a`b"c%s?\\') == '`a``b"c%s?\\`'
    assert qualified(TableName("Shop", "order")) == "`Shop`.`order`"
    assert account("o'neill", "%") == "'o''neill'@'%'"
    assert account("", "localhost") == "''@'localhost'"


@pytest.mark.parametrize("name", ["", "nul\0byte", "elephant 🐘"])
def test_what_no_server_can_hold_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        identifier(name)


@pytest.mark.parametrize("name", ["back\\slash", "nul\0byte"])
def test_an_account_is_no_way_to_write_statements(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        account(name, "%")


@pytest.mark.server
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        st.characters(min_codepoint=1, max_codepoint=0xFFFF, exclude_categories=("Cs", "Cn")),
        min_size=1,
        max_size=LONGEST,
    ).filter(lambda name: name == name.strip())
)
def test_the_server_gives_back_the_name_it_was_given(source: Any, name: str) -> None:
    with source.connections.use() as connection:
        connection.execute(f"CREATE TEMPORARY TABLE named ({identifier(name)} varchar(64) COLLATE utf8mb4_bin)")
        connection.execute(f"INSERT INTO named ({identifier(name)}) VALUES (%s)", [name])
        cursor = connection.execute("SELECT * FROM named")
        assert (cursor.description[0][0], cursor.fetchall()) == (name, ((name,),))
        connection.execute("DROP TEMPORARY TABLE named")


@given(st.text(min_size=1), st.text(min_size=1).filter(lambda host: "@" not in host))
def test_an_account_in_a_remedy_is_one_account_in_every_mode(user: str, host: str) -> None:
    """Whether a backslash escapes or not, each part ends where its quote says."""
    text = quoted_account(f"{user}@{host}")
    for part in (r"'(?:[^'\\]|''|\\.)*'", r"'(?:[^']|'')*'"):
        assert re.fullmatch(f"{part}@{part}", text, re.DOTALL)
