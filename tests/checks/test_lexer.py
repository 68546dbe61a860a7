"""Tokens stand where they say, and nothing but white space and comments lies between them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.ddl.lexer import Kind, tokens

TEXTS = st.lists(
    st.sampled_from(["'", '"', "$$", "$a$", "E'", "\\", "--", "/*", "*/", "(", "a", "1.5", "::", "<>", "\n", "é", ";"])
    | st.text(max_size=2),
    max_size=30,
).map("".join)


@given(TEXTS)
def test_only_white_space_and_comments_lie_between_tokens(text: str) -> None:
    at = 0
    for token in tokens(text):
        assert at <= token.start < token.end <= len(text)
        between = text[at : token.start]
        assert re.match(r"\s*(--|/\*|\Z)", between), between
        at = token.end


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Orders", Kind.WORD, "orders"),
        ('"Orders"', Kind.QUOTED, "Orders"),
        ('"a""b"', Kind.QUOTED, 'a"b'),
        ("'it''s'", Kind.STRING, "it's"),
        ("E'it\\'s'", Kind.STRING, "it's"),
        ("$q$it's$q$", Kind.STRING, "it's"),
        ("$$$$", Kind.STRING, ""),
        ("a$b", Kind.WORD, "a$b"),
        ("12.5", Kind.NUMBER, "12.5"),
        ("@>", Kind.MARK, "@>"),
    ],
)
def test_one_token(text: str, kind: Kind, value: str) -> None:
    (token,) = tokens(f" {text} -- {text}\n/* {text} */")
    assert (token.kind, token.value) == (kind, value)
