"""Databases in other encodings: equal texts hash alike and lie in the same ranges; what is no text is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.postgres.database import PostgresDatabase
from migrate.errors import SourceError
from migrate.model.validation import Chunk, KeyOrder

pytestmark = pytest.mark.server
T = TableName("public", "t")


@contextmanager
def encoded(side: Any, encoding: str, *statements: str) -> Iterator[PostgresDatabase]:
    """Another database of the side's server, in this encoding."""
    name = f"{side.name}_{encoding.lower()}"
    side.run(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0", database="postgres")
    database = PostgresDatabase(replace(side.address, database=name), side.master, side.side)
    try:
        with side.server.connect(name, side.master.user, side.master.password, client_encoding="UTF8") as connection:
            for statement in statements:
                connection.execute(statement)
        yield database
    finally:
        database.close()
        side.run(f"DROP DATABASE {name} WITH (FORCE)", database="postgres")


@pytest.mark.parametrize(("encoding", "letters"), [("LATIN1", "zäéaZ0ÿ"), ("LATIN9", "z€äŽa"), ("EUC_JP", "aあ漢ｱz仮")])
def test_texts_of_another_encoding_hash_alike_and_lie_in_the_same_ranges(
    source: Any, encoding: str, letters: str
) -> None:
    keys = [f"{letter}{n}" for letter in letters for n in range(20)]
    fill = (
        'CREATE TABLE public.t (k text COLLATE "C" PRIMARY KEY, v varchar(9), c char(3), j jsonb, a text[])',
        "INSERT INTO public.t SELECT k, left(k, 1), left(k, 1), to_jsonb(k), ARRAY[k]"
        f" FROM unnest(ARRAY[{', '.join(repr(key) for key in keys)}]) AS k",
        "ANALYZE public.t",
    )
    source.run(*fill)
    with encoded(source, encoding, *fill) as other:
        rows, others = source.database.rows, other.rows
        here, there = (side.shapes([T])[T] for side in (rows, others))
        assert here.columns == there.columns
        assert rows.checksums([Chunk(T, 0)]) == others.checksums([Chunk(T, 0)])
        order = KeyOrder.NATIVE if here.key_order == there.key_order else KeyOrder.BYTES
        assert (order is KeyOrder.NATIVE) is (encoding == "LATIN1")
        for maker in (rows, others):
            chunks = list(maker.chunks(T, 9, order=order))
            assert len(chunks) > 10
            assert rows.checksums(chunks) == others.checksums(chunks)
        assert others.hashes_of(T, [(key,) for key in keys]) == rows.hashes_of(T, [(key,) for key in keys])


def test_bytes_that_are_no_utf8_are_hashed_but_never_quoted(source: Any) -> None:
    fill = ("CREATE TABLE public.t (id int PRIMARY KEY, a text)", "INSERT INTO public.t VALUES (2, 'café')")
    source.run(*fill)
    broken = r"INSERT INTO public.t VALUES (3, E'caf\xe9 secret')"
    with encoded(source, "SQL_ASCII", *fill) as other:
        assert other.rows.checksums([Chunk(T, 0)]) == source.database.rows.checksums([Chunk(T, 0)])
    with encoded(source, "SQL_ASCII", *fill, "SET client_encoding TO 'SQL_ASCII'", broken) as other:
        hashes = other.rows.hashes_of(T, [("2",), ("3",)])
        assert set(hashes) == {("2",), ("3",)}
        assert hashes[("2",)] == source.database.rows.hashes_of(T, [("2",)])[("2",)]
        with pytest.raises(SourceError, match="UTF-8") as caught:
            other.rows.values(T, [("3",)], 100)
        assert "0xe9" not in str(caught.value)
        assert "UTF-8" in caught.value.hint
