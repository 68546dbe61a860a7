"""SQL that makes rows on another server as they are here. Values are quoted by the server: what it prints, it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.engines.postgres import hashing
from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.engines.postgres.shapes import Column, KeyColumn, Shape
from migrate.model.validation import Key

_BUILT_IN_EQUALS = 'OPERATOR("pg_catalog".=)'


def statements(connection: Connection, shape: Shape, keys: Sequence[Key]) -> Iterator[str]:
    """First the deletions of rows that are not here, then an INSERT that updates for every row that is.

    Generated columns are left to the other server; an identity that is ALWAYS generated is inserted, never updated.
    """
    always, generated = _made_by_server(connection, shape)
    columns = [column for column in shape.columns if column.name not in generated]
    arrays = [list(values) for values in zip(*keys, strict=True)]
    query = hashing.of_keys(shape, [f"array_to_string(ARRAY[{', '.join(map(_literal, columns))}], ', ')"])
    rows: dict[int, str] = dict(connection.execute(query, arrays).fetchall())
    lacking = [key for place, key in enumerate(keys, 1) if place not in rows]
    yield from _deletions(connection, shape, lacking)
    names = ", ".join(identifier(column.name) for column in columns)
    equal = {column.name for column in shape.key if column.exact}
    updated = [identifier(c.name) for c in columns if c.name not in equal and c.name not in always]
    action = f"UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in updated)}" if updated else "NOTHING"
    for values in rows.values():
        yield (
            f"INSERT INTO {qualified(shape.table)} ({names}){' OVERRIDING SYSTEM VALUE' if always else ''}"
            f" VALUES ({values})"
            f" ON CONFLICT ({', '.join(identifier(column.name) for column in shape.key)}) DO {action}"
        )


def _made_by_server(connection: Connection, shape: Shape) -> tuple[set[str], set[str]]:
    """Columns with an identity that is always generated, and generated columns."""
    found = connection.execute(
        "SELECT a.attname::text, a.attidentity = 'a', coalesce(to_jsonb(a) ->> 'attgenerated', '') <> ''"
        " FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped",
        [qualified(shape.table)],
    ).fetchall()
    return {name for name, always, _ in found if always}, {name for name, _, generated in found if generated}


def _literal(column: Column) -> str:
    """Expression: the value as a literal. Money is written as a number, for its text hangs on a setting."""
    name = f"t.{identifier(column.name)}"
    if column.type.built_in and column.type.name == "money":
        return f"quote_nullable({name}::pg_catalog.money::numeric::text) || '::numeric'"
    return f"quote_nullable({name}::pg_catalog.text)"


def _deletions(connection: Connection, shape: Shape, keys: Sequence[Key]) -> Iterator[str]:
    if not keys:
        return
    quoted = ", ".join(f"quote_literal(k{n})" for n in range(len(shape.key)))
    names = ", ".join(f"k{n}" for n in range(len(shape.key)))
    arrays = ", ".join(f"${n}::text[]" for n in range(1, len(shape.key) + 1))
    rows = connection.execute(
        f"SELECT {quoted} FROM unnest({arrays}) AS keys({names})", [list(values) for values in zip(*keys, strict=True)]
    )
    for literals in rows:
        matches = (_match(column, literal) for column, literal in zip(shape.key, literals, strict=True))
        yield f"DELETE FROM {shape.source} WHERE {' AND '.join(matches)}"


def _match(column: KeyColumn, literal: str) -> str:
    equals = "=" if column.equals == _BUILT_IN_EQUALS else column.equals
    return f"{identifier(column.name)} {equals} {literal}"
