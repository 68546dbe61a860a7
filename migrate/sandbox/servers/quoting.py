"""SQL identifiers and literals, quoted by psycopg and nowhere else."""

from __future__ import annotations

from psycopg import sql


def identifier(*parts: str) -> str:
    """`"a"."b"`: one or more names, quoted for PostgreSQL."""
    return sql.Identifier(*parts).as_string(None)


def literal(value: str) -> str:
    """A text literal, for the statements that take no parameters (CREATE ROLE … PASSWORD)."""
    return sql.Literal(value).as_string(None)
