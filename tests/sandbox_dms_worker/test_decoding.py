"""The parser of test_decoding's text: against an encoder of its own format and against a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate.sandbox.dms.worker.changes import UNCHANGED, Change
from migrate.sandbox.dms.worker.postgres.decoding import (
    Begin,
    Commit,
    Decoder,
    DecodingError,
    Truncate,
    split_relation,
)
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.quoting import identifier

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
NAME = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12)
TRICKY = st.sampled_from(
    ["null", "unchanged-toast-datum", "'", "''", " new-tuple:", "' x[text]:'", " (no-tuple-data)", "B'01'", "", "\n"]
)
TYPES = st.sampled_from(
    ["text", "character varying", "integer[]", '"char"', 'app."we]ird ""type"[]', "timestamp with time zone"]
)
BARE = st.sampled_from(["1", "-12.50", "NaN", "Infinity", "1e+300", "true", "false"])


def quoted(name: str) -> str:
    plain = name[:1] in "abcdefghijklmnopqrstuvwxyz_" and all(
        c in "abcdefghijklmnopqrstuvwxyz0123456789_" for c in name
    )
    return name if plain else '"' + name.replace('"', '""') + '"'


@st.composite
def rows(draw: Any, *, old: bool = False) -> tuple[str, dict[str, Any]]:
    text, wanted = "", {}
    for name in draw(st.lists(NAME, min_size=1, max_size=5, unique=True)):
        kind = draw(st.sampled_from(["text", "bare", "bits"] if old else ["text", "bare", "bits", "null", "toast"]))
        if kind == "text":
            value = draw(TEXT | TRICKY)
            text += f" {quoted(name)}[{draw(TYPES)}]:'" + value.replace("'", "''") + "'"
            wanted[name] = value.encode()
        elif kind == "bare":
            value = draw(BARE)
            text += f" {quoted(name)}[numeric]:{value}"
            wanted[name] = value.encode()
        elif kind == "bits":
            text += f" {quoted(name)}[bit varying]:B'0110'"
            wanted[name] = b"0110"
        else:
            text += f" {quoted(name)}[text]:" + ("null" if kind == "null" else "unchanged-toast-datum")
            wanted[name] = None if kind == "null" else UNCHANGED
    return text, wanted


def as_dict(row: Any) -> dict[str, Any]:
    return {name.decode(): value for name, value in zip(row.columns, row.values, strict=True)}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NAME, NAME, st.lists(st.tuples(rows(old=True), rows()), min_size=1, max_size=3))
def test_what_is_encoded_is_read_back(schema: str, table: str, pairs: Any) -> None:
    """One decoder reads all of them, so a pattern remembered from one row meets rows of other shapes."""
    decoder = Decoder()
    relation = f"{quoted(schema)}.{quoted(table)}"
    for _ in range(2):
        for (old_text, old), (new_text, new) in pairs:
            insert = decoder.read(f"table {relation}: INSERT:{new_text}".encode())
            assert isinstance(insert, Change)
            assert split_relation(insert.relation) == (schema, table)
            assert as_dict(insert.new) == new
            update = decoder.read(f"table {relation}: UPDATE: old-key:{old_text} new-tuple:{new_text}".encode())
            assert isinstance(update, Change)
            assert (as_dict(update.old), as_dict(update.new)) == (old, new)
            plain = decoder.read(f"table {relation}: UPDATE:{new_text}".encode())
            assert isinstance(plain, Change)
            assert plain.old is None
            assert as_dict(plain.new) == new
            delete = decoder.read(f"table {relation}: DELETE:{old_text}".encode())
            assert isinstance(delete, Change)
            assert as_dict(delete.old) == old


def test_the_other_lines() -> None:
    decoder = Decoder()
    assert decoder.read(b"BEGIN 731") == Begin(731)
    assert decoder.read(b"COMMIT 731 (at 2024-01-01 00:00:00.5+00)") == Commit(731, 1704067200.5)
    assert decoder.read(b"COMMIT 731") == Commit(731, 0.0)
    truncate = decoder.read(b'table public.a, "S x"."b, c": TRUNCATE: restart_seqs cascade')
    assert truncate == Truncate((b"public.a", b'"S x"."b, c"'))
    nothing = decoder.read(b"table public.a: DELETE: (no-tuple-data)")
    assert nothing == Change(b"public.a", "D", None, None)
    assert decoder.read(b"message: transactional: 1 prefix: x, sz: 1 content:y") is None


@pytest.mark.parametrize(
    "line", [b"", b"nonsense", b"table public.a: INSERT: id[integer]:", b"table public.a: INSERT: id[integer]:1 junk"]
)
def test_anything_else_is_an_error(line: bytes) -> None:
    with pytest.raises(DecodingError):
        Decoder().read(line)


@pytest.mark.server
def test_a_real_server_s_output_is_read_back(
    postgres_server: PostgresServer, fresh_database: Callable[[PostgresServer], str]
) -> None:
    values = [
        "plain", "", "it's", "''", "null", "unchanged-toast-datum", "a\nb\tc\\d", "' x[text]:'y", " new-tuple: z",
        "é 漢字 🐘", '"double"', "B'01'", "{1,2}", "x" * 5000,
    ]  # fmt: skip
    names = ["plain_1", "Mixed Case", 'quo"te', "a[text]:1 b", "select", "trailing:", "é", "$x"]
    with postgres_server.connect(fresh_database(postgres_server)) as connection:
        columns = ", ".join(f"{identifier(name)} text" for name in names)
        schema = 'odd: INSERT: "schema"'
        table = identifier(schema, "t.able")
        connection.execute(f"CREATE SCHEMA {identifier(schema)}")
        connection.execute(f"CREATE TABLE {table} (id int PRIMARY KEY, {columns}, bits bit(3), ok bool, many int[])")
        connection.execute("SELECT pg_create_logical_replication_slot('decoding', 'test_decoding')")
        wanted = []
        for number, value in enumerate(values):
            row = [value if at % 2 == number % 2 else None for at in range(len(names))]
            marks = ", ".join(["%s"] * len(names))
            connection.execute(f"INSERT INTO {table} VALUES (%s, {marks}, B'101', true, '{{1,2}}')", [number, *row])
            cells = [None if cell is None else cell.encode() for cell in row]
            wanted.append([str(number).encode(), *cells, b"101", b"true", b"{1,2}"])
        connection.execute(f"UPDATE {table} SET id = id + 100 WHERE id = 3")
        connection.execute(f"DELETE FROM {table} WHERE id = 4")
        lines = connection.execute("SELECT data FROM pg_logical_slot_get_changes('decoding', NULL, NULL)").fetchall()
    decoder = Decoder()
    changes = [read for (line,) in lines if isinstance(read := decoder.read(line.encode()), Change)]
    inserts = [one for one in changes if one.kind == "I"]
    assert [one.new.values for one in inserts if one.new] == wanted
    assert [name.decode() for name in inserts[0].new.columns][1:-3] == names if inserts[0].new else False
    assert {split_relation(one.relation) for one in changes} == {(schema, "t.able")}
    update, delete = changes[-2:]
    assert update.old is not None
    assert (update.old.columns, update.old.values) == ((b"id",), [b"3"])
    assert delete.old is not None
    assert delete.old.values == [b"4"]
