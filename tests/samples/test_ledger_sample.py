"""The ledger sample: what it declares is what it is."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from migrate.sandbox.servers.postgres import PostgresServer

SAMPLE = Path(__file__).resolve().parents[2] / "sample_schemas" / "postgres" / "ledger"
DECLARED: dict[str, Any] = tomllib.loads((SAMPLE / "sample.toml").read_text())


def _expected(scale: float) -> dict[str, int]:
    return {
        table: max(rule["at_least"], round(rule.get("per_scale", 0) * scale))
        for table, rule in DECLARED["rows"].items()
    }


def _counted(sample: Any) -> dict[str, int]:
    with sample.connect() as connection:
        return {
            table: connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("ledger", table))
            ).fetchone()[0]
            for table in DECLARED["rows"]
        }


def test_every_declared_file_is_there() -> None:
    for file in DECLARED["files"].values():
        assert (SAMPLE / file).is_file(), file


def test_scale_one_is_about_two_hundred_thousand_rows() -> None:
    assert 195_000 <= sum(_expected(1.0).values()) <= 205_000


@pytest.mark.server
@pytest.mark.parametrize("scale", [0.01, 0.1])
def test_rows_are_as_declared(postgres_server: PostgresServer, make_sample: Callable[..., Any], scale: float) -> None:
    assert _counted(make_sample(postgres_server, scale)) == _expected(scale)


@pytest.mark.server
def test_scale_one_is_loaded_whole(postgres_server: PostgresServer, make_sample: Callable[..., Any]) -> None:
    sample = make_sample(postgres_server, 1.0)
    assert _counted(sample) == _expected(1.0)


@pytest.mark.server
def test_every_kind_of_object_is_there(postgres_server: PostgresServer, make_sample: Callable[..., Any]) -> None:
    """What the sample is for: a rehearsal that meets none of these proves little."""
    with make_sample(postgres_server).connect() as connection:
        for what, question in {
            "keyless table": "SELECT 1 FROM pg_class c WHERE relname = 'event_log' AND NOT EXISTS"
            " (SELECT 1 FROM pg_index WHERE indrelid = c.oid AND indisunique)",
            "partitions": "SELECT 1 FROM pg_inherits WHERE inhparent = 'ledger.statements'::regclass"
            " HAVING count(*) = 3",
            "identity always": "SELECT 1 FROM pg_attribute WHERE attidentity = 'a'",
            "identity by default": "SELECT 1 FROM pg_attribute WHERE attidentity = 'd'",
            "generated column": "SELECT 1 FROM pg_attribute WHERE attgenerated = 's'",
            "always trigger": "SELECT 1 FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal",
            "ordinary trigger": "SELECT 1 FROM pg_trigger WHERE tgenabled = 'O' AND NOT tgisinternal",
            "body out of line": "SELECT 1 FROM ledger.documents WHERE pg_column_toast_chunk_id(body) IS NOT NULL",
            "materialized view with rows": "SELECT 1 FROM ledger.branch_turnover",
            "partial index": "SELECT 1 FROM pg_index WHERE indpred IS NOT NULL",
            "expression index": "SELECT 1 FROM pg_index WHERE indexprs IS NOT NULL",
            "sequence in steps": "SELECT 1 FROM pg_sequence WHERE seqincrement = 10",
        }.items():
            assert connection.execute(question).fetchone(), what
