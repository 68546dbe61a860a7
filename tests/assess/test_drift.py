"""What DDL changed since the last assessment is told by name; what data changes is not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from checks.code_facts import Trigger
from checks.ddl.read import read_text
from checks.facts import Catalog, Origin, TableName
from checks.route import Engine
from migrate.engines.postgres.database import PostgresDatabase
from migrate.model.assessment import Drift
from migrate.model.database import Address, Credentials, Side
from migrate.operations.assess import Asking, assess
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.settings import load
from migrate.stages.assess.record import RECORD, drift_now, drift_since, remember
from migrate.stages.assess.shape import changes, digest, packed, shape, unpacked
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written

BEFORE = """
CREATE TABLE orders (id int PRIMARY KEY, total numeric(12,2));
CREATE INDEX by_total ON orders (total);
CREATE VIEW large AS SELECT id FROM orders WHERE total > 100;
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE SEQUENCE numbers;
"""


def read(sql: str) -> Catalog:
    return read_text(sql, Engine.POSTGRES)


def drift(after: str) -> Drift:
    return changes(shape(read(BEFORE)), shape(read(after)))


@pytest.mark.parametrize(
    ("ddl", "told"),
    [
        ("CREATE TABLE late (id int);", "table public.late: added"),
        ("DROP INDEX by_total;", "index by_total on public.orders: removed"),
        ("ALTER TABLE orders ADD note text;", "table public.orders: changed"),
        ("ALTER TABLE orders ALTER total SET NOT NULL;", "table public.orders: changed"),
        ("ALTER TABLE orders ADD CHECK (total > 0);", "table public.orders: changed"),
        ("CREATE OR REPLACE VIEW large AS SELECT id FROM orders WHERE total > 200;", "view public.large: changed"),
        (
            "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 2';",
            "function public.one(): changed",
        ),
        ("CREATE EXTENSION hstore;", "extension hstore: added"),
        ("ALTER SEQUENCE numbers INCREMENT BY 10;", "sequence public.numbers: changed"),
    ],
)
def test_each_change_is_told_by_name(ddl: str, told: str) -> None:
    assert told in drift(BEFORE + ddl).told


def test_the_same_schema_written_in_another_order_has_not_changed() -> None:
    lines = BEFORE.strip().splitlines()
    table, index, view, *rest = lines
    assert drift("\n".join(["-- a comment", *rest, table, view, index])) == Drift(since=None)


def test_rows_sizes_and_counters_change_nothing() -> None:
    catalog = read(BEFORE)
    busy = dataclasses.replace(
        catalog,
        tables=tuple(dataclasses.replace(t, rows=9, bytes=9, updates=9, auto_increment=9) for t in catalog.tables),
        sequences=tuple(dataclasses.replace(s, last_value=9) for s in catalog.sequences),
    )
    assert digest(shape(busy)) == digest(shape(catalog))


def test_a_large_schema_stays_small_in_the_journal() -> None:
    large = {f"table app.table_with_a_name_{n}": f"{n * 7919:010x}" for n in range(10_000)}
    assert len(packed(large)) < 200_000
    assert unpacked(packed(large)) == large


# --- the journal ------------------------------------------------------------------------------------------------------


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(load(written(tmp_path, GOOD)), clock=HandClock()) as opened:
        yield opened


def test_without_an_assessment_nothing_is_known(session: Session) -> None:
    assert drift_since(session.history, shape(read(BEFORE))) == Drift(since=None)
    assert drift_now(session.history, SimpleNamespace()) is None  # type: ignore[arg-type]


def test_a_shape_is_recorded_once_while_it_stays(session: Session) -> None:
    later = session.clock.now() + timedelta(days=1)
    with session.writing() as journal:
        for sql in (BEFORE, BEFORE, BEFORE + "CREATE TABLE late (id int);"):
            remember(journal, shape(read(sql)), ("public",), later)
        remember(journal, shape(read(BEFORE)), (), later)
        assert len(journal.evidence(RECORD)) == 3


# --- a real server ----------------------------------------------------------------------------------------------------


@pytest.fixture
def live(
    session: Session, postgres_server: PostgresServer, fresh_database: Callable[[PostgresServer], str]
) -> Iterator[tuple[Session, psycopg.Connection[Any]]]:
    name, server = fresh_database(postgres_server), postgres_server
    with psycopg.connect(
        host=server.host, port=server.port, user=server.master_user, password=server.master_password, dbname=name,
        sslmode="verify-full", sslrootcert=str(server.ca_file), autocommit=True,
    ) as connection:  # fmt: skip
        connection.execute(BEFORE)
        address = Address(Engine.POSTGRES, server.host, server.port, name, ca_file=str(server.ca_file))
        login = Credentials(server.master_user, server.master_password)
        session.__dict__["source"] = PostgresDatabase(address, login, Side.SOURCE)
        yield session, connection
        session.source.close()


@pytest.mark.server
def test_since_tells_what_was_done_to_the_source(live: tuple[Session, psycopg.Connection[Any]]) -> None:
    session, source = live
    assert assess(session, since=True).drift == Drift(since=None)
    source.execute(
        "INSERT INTO orders SELECT n, n FROM generate_series(1, 500) AS n; ANALYZE; SELECT nextval('numbers')"
    )
    quiet = assess(session, since=True).drift
    assert quiet is not None
    assert (quiet.told, quiet.since is not None) == ((), True)
    source.execute("CREATE TABLE late (id int); DROP VIEW large; ALTER TABLE orders ADD note text")
    assert drift_now(session.history, session.source) is not None
    changed = assess(session, since=True).drift
    assert changed is not None
    assert changed.told == ("table public.late: added", "view public.large: removed", "table public.orders: changed")
    again = assess(session, since=True).drift
    assert again is not None
    assert again.told == ()


@pytest.mark.server
def test_a_selection_of_rules_is_no_evidence(live: tuple[Session, psycopg.Connection[Any]]) -> None:
    session, source = live
    source.execute("ALTER TABLE orders REPLICA IDENTITY NOTHING")
    assert assess(session).summary.blocker > 0
    assert assess(session, Asking.of(session.settings).narrowed(("PG1",), ())).summary.blocker == 0
    (evidence,) = session.history.evidence("assessment")
    assert evidence.facts["blockers"]


def test_who_defines_a_trigger_is_an_account_and_no_part_of_the_schema() -> None:
    """A rollback makes the source's triggers anew, under another definer where the old one may not be named."""
    trigger = Trigger(name="t", table=TableName("shop", "orders"), definition="BEGIN END", definer="owner@%")
    catalogs = [
        Catalog(
            engine=Engine.MARIADB,
            origin=Origin.LIVE,
            triggers=(dataclasses.replace(trigger, definer=definer, definition=body),),
        )
        for definer, body in (("owner@%", "BEGIN END"), ("master@%", "BEGIN END"), ("owner@%", "BEGIN SET @a = 1; END"))
    ]
    was, remade, altered = (shape(catalog) for catalog in catalogs)
    assert changes(was, remade).told == ()
    assert changes(was, altered).told == ("trigger t on shop.orders: changed",)
