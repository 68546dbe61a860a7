"""The samples of the MySQL family: what they declare is what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate.sandbox.servers.mysql_quoting import identifier
from tests.samples.staged import PRESS, SHOP, declared

SAMPLES = [
    pytest.param(SHOP, "mysql_server", id="shop"),
    pytest.param(PRESS, "mariadb_server", id="press"),
]


def _expected(folder: Path, scale: float) -> dict[str, int]:
    return {
        table: max(rule["at_least"], round(rule.get("per_scale", 0) * scale))
        for table, rule in declared(folder)["rows"].items()
    }


def _counted(sample: Any) -> dict[str, int]:
    counted = {}
    with sample.connect() as connection, connection.cursor() as cursor:
        for table in declared(sample.folder)["rows"]:
            cursor.execute(f"SELECT count(*) FROM {identifier(table)}")
            counted[table] = cursor.fetchone()[0]
    return counted


def _tables(sample: Any) -> set[str]:
    with sample.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s AND table_type IN"
            " ('BASE TABLE', 'SYSTEM VERSIONED')",
            (sample.database,),
        )
        return {table for (table,) in cursor.fetchall()}


@pytest.mark.parametrize("folder", [SHOP, PRESS], ids=lambda folder: folder.name)
def test_every_declared_file_is_there(folder: Path) -> None:
    for file in declared(folder)["files"].values():
        assert (folder / file).is_file(), file


@pytest.mark.parametrize("folder", [SHOP, PRESS], ids=lambda folder: folder.name)
def test_scale_one_is_about_two_hundred_thousand_rows(folder: Path) -> None:
    assert 195_000 <= sum(_expected(folder, 1.0).values()) <= 205_000


@pytest.mark.server
@pytest.mark.parametrize(("folder", "server"), SAMPLES)
@pytest.mark.parametrize("scale", [0.0, 0.1])
def test_rows_are_as_declared(
    request: pytest.FixtureRequest, make_sample: Callable[..., Any], folder: Path, server: str, scale: float
) -> None:
    sample = make_sample(request.getfixturevalue(server), scale, folder)
    assert _counted(sample) == _expected(folder, scale)
    assert _tables(sample) == declared(folder)["rows"].keys()


@pytest.mark.server
@pytest.mark.parametrize(("folder", "server"), SAMPLES)
def test_scale_one_is_loaded_whole(
    request: pytest.FixtureRequest, make_sample: Callable[..., Any], folder: Path, server: str
) -> None:
    database = request.getfixturevalue(server)
    sample = make_sample(database, 1.0, folder)
    assert _counted(sample) == _expected(folder, 1.0)


KINDS = {
    "shop": {
        "keyless table": "SELECT 1 FROM information_schema.tables AS t WHERE table_schema = database() AND table_name ="
        " 'event_log' AND NOT EXISTS (SELECT 1 FROM information_schema.statistics AS s WHERE s.table_schema ="
        " t.table_schema AND s.table_name = t.table_name AND non_unique = 0)",
        "MyISAM": "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND engine = 'MyISAM'",
        "utf8mb3": "SELECT 1 FROM information_schema.tables WHERE table_schema = database()"
        " AND table_collation LIKE 'utf8%general_ci' AND table_collation NOT LIKE 'utf8mb4%'",
        "zero date as default": "SELECT 1 FROM information_schema.columns WHERE table_schema = database()"
        " AND column_default = '0000-00-00'",
        "zero date as value": "SELECT 1 FROM coupons WHERE valid_until = 0",
        "virtual column": "SELECT 1 FROM information_schema.columns WHERE table_schema = database()"
        " AND extra LIKE '%VIRTUAL GENERATED%'",
        "stored column": "SELECT 1 FROM information_schema.columns WHERE table_schema = database()"
        " AND extra LIKE '%STORED GENERATED%'",
        "types": "SELECT 1 FROM information_schema.columns WHERE table_schema = database() AND data_type IN"
        " ('enum', 'set', 'json', 'bit', 'decimal', 'timestamp', 'datetime', 'binary')"
        " HAVING count(DISTINCT data_type) = 8",
        "self-referencing foreign key": "SELECT 1 FROM categories AS child JOIN categories AS parent"
        " ON parent.id = child.parent_id",
        "cascades and set null": "SELECT 1 FROM information_schema.referential_constraints WHERE constraint_schema ="
        " database() AND delete_rule IN ('CASCADE', 'SET NULL') HAVING count(DISTINCT delete_rule) = 2",
        "full text": "SELECT 1 FROM products WHERE MATCH (title, description) AGAINST ('bleu')",
        "triggers that fired": "SELECT 1 FROM price_history JOIN stock ON stock.on_hand < stock.received",
        "enabled event": "SELECT 1 FROM information_schema.events WHERE event_schema = database()"
        " AND status = 'ENABLED'",
        "view": "SELECT 1 FROM order_summaries WHERE line_count > 1",
        "function": "SELECT 1 FROM customers WHERE customer_spend(id) > 0",
        "procedure": "SELECT 1 FROM information_schema.routines WHERE routine_schema = database()"
        " AND routine_type = 'PROCEDURE'",
        "key alike in capitals": "SELECT 1 FROM coupons JOIN coupons AS same ON same.code = upper(coupons.code)"
        " WHERE BINARY same.code <> BINARY upper(same.code)",
    },
    "press": {
        "keyless table": "SELECT 1 FROM information_schema.tables AS t WHERE table_schema = database() AND table_name ="
        " 'activity' AND NOT EXISTS (SELECT 1 FROM information_schema.statistics AS s WHERE s.table_schema ="
        " t.table_schema AND s.table_name = t.table_name AND non_unique = 0)",
        "sequence that was used": "SELECT 1 FROM invoices WHERE number > 10000",
        "history": "SELECT 1 FROM ad_rates FOR SYSTEM_TIME ALL HAVING count(*) > 300",
        "types": "SELECT 1 FROM information_schema.columns WHERE table_schema = database() AND data_type IN"
        " ('uuid', 'inet6', 'enum', 'set', 'mediumtext', 'decimal') HAVING count(DISTINCT data_type) = 6",
        "json": "SELECT 1 FROM information_schema.check_constraints WHERE constraint_schema = database()"
        " AND check_clause LIKE 'json_valid%'",
        "collation that MySQL lacks": "SELECT 1 FROM information_schema.columns WHERE table_schema = database()"
        " AND column_name = 'reader_email' AND collation_name LIKE '%uca1400%'",
        "Aria": "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND engine = 'Aria'",
        "virtual and stored columns": "SELECT 1 FROM articles WHERE slug_key = lower(slug) AND headline_length > 0",
        "cascades and set null": "SELECT 1 FROM information_schema.referential_constraints WHERE constraint_schema ="
        " database() AND delete_rule IN ('CASCADE', 'SET NULL') HAVING count(DISTINCT delete_rule) = 2",
        "triggers that fired": "SELECT 1 FROM articles WHERE comment_count > 0 AND revision > 1",
        "enabled event": "SELECT 1 FROM information_schema.events WHERE event_schema = database()"
        " AND status = 'ENABLED'",
        "view": "SELECT 1 FROM front_page WHERE minutes > 0",
        "function": "SELECT 1 WHERE reading_minutes(repeat('x', 1001)) = 2",
        "key alike in capitals": "SELECT 1 FROM invoices JOIN subscriptions"
        " ON subscriptions.reader_email = invoices.reader_email"
        " WHERE BINARY subscriptions.reader_email <> BINARY invoices.reader_email",
    },
}


@pytest.mark.server
@pytest.mark.parametrize(("folder", "server"), SAMPLES)
def test_every_kind_of_object_is_there(
    request: pytest.FixtureRequest, make_sample: Callable[..., Any], folder: Path, server: str
) -> None:
    """What the sample is for: a rehearsal that meets none of these proves little."""
    sample = make_sample(request.getfixturevalue(server), folder=folder)
    with sample.connect() as connection, connection.cursor() as cursor:
        for what, question in KINDS[folder.name].items():
            cursor.execute(question)
            assert cursor.fetchone(), what


@pytest.mark.server
@pytest.mark.parametrize(("folder", "server"), SAMPLES)
def test_the_application_may_change_rows_and_nothing_else(
    request: pytest.FixtureRequest, make_sample: Callable[..., Any], folder: Path, server: str
) -> None:
    sample = make_sample(request.getfixturevalue(server), folder=folder)
    application = sample.server.connect(sample.database, sample.application, sample.application_password)
    with application, application.cursor() as cursor:
        cursor.execute("SHOW GRANTS")
        (grant,) = [grant for (grant,) in cursor.fetchall() if "USAGE" not in grant]
    assert grant.split(" TO ")[0] == f"GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON `{sample.database}`.*"
