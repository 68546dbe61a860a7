"""The parser of test_decoding's text: exact on hostile values, silent about nothing."""

from __future__ import annotations

import pytest

from checks.facts import TableName
from migrate.engines.postgres.decoding import Change, Kind, began, change, key_of

T = TableName("public", "t")


def test_plain_forms() -> None:
    assert change("BEGIN") is None
    assert change("COMMIT 771") is None
    assert change("message: transactional: 1 prefix: x, sz: 5 content:table public.t: DELETE: id[integer]:1") is None
    assert change("table public.t: INSERT: id[integer]:1") == Change((T,), Kind.INSERT, new="id[integer]:1")
    assert change("table public.t: DELETE: (no-tuple-data)") == Change((T,), Kind.DELETE)
    found = change("table public.t: UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2 b[text]:'x'")
    assert found == Change((T,), Kind.UPDATE, "id[integer]:1", "id[integer]:2 b[text]:'x'")
    both = change('table public.t, "We""ird".t2: TRUNCATE: restart_seqs cascade')
    assert both == Change((T, TableName('We"ird', "t2")), Kind.TRUNCATE)


def test_a_transaction_is_told_by_its_number() -> None:
    assert began("BEGIN 4294967295") == 2**32 - 1
    assert began("COMMIT 771") is None
    assert began("table public.t: TRUNCATE: ") is None
    with pytest.raises(ValueError, match="invalid literal"):
        began("BEGIN ")


def test_values_that_look_like_grammar() -> None:
    text = """a[text]:'it''s new-tuple: b[integer]:9' "c d"[integer[]]:'{1}' b[integer]:7 e[bit varying]:B'01'"""
    assert key_of(text, ["b"]) == ("7",)
    assert key_of(text, ["b", "a"]) == ("7", "it's new-tuple: b[integer]:9")
    assert key_of(text, ["c d", "e"]) == ("{1}", "01")
    old = change(f"table public.t: UPDATE: old-key: {text} new-tuple: {text}")
    assert old is not None
    assert (old.old, old.new) == (text, text)
    assert key_of("""a["weird]:type"]:'1' b[integer]:-2""", ["b"]) == ("-2",)
    assert key_of("a[text]:'line\nbreak\\' b[numeric]:NaN", ["a", "b"]) == ("line\nbreak\\", "NaN")


def test_a_key_that_is_not_there_is_none() -> None:
    assert key_of("a[integer]:1", ["b"]) is None
    assert key_of("a[integer]:null b[integer]:1", ["a", "b"]) is None
    assert key_of("a[text]:unchanged-toast-datum", ["a"]) is None


@pytest.mark.parametrize(
    "line", ["", "table public.t: MERGE: id[integer]:1", "table t: INSERT: id[integer]:1", "surprise"]
)
def test_an_unknown_form_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="unknown form"):
        change(line)
