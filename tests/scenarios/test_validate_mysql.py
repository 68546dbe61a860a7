"""`validate` between two MySQL databases, and from MariaDB to MySQL, as people use it."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from migrate.report.documents import schema
from migrate.sandbox.servers.mysql import MySqlServer
from tests.scenarios.complaint import ended
from tests.scenarios.pairs import Pair
from tests.scenarios.test_validate_urls import STOPS_BEFORE_THE_ROWS, until

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("validate-mysql")]

ORDERS = (
    "CREATE TABLE orders (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, customer VARCHAR(60) CHARACTER SET utf8mb4"
    " COLLATE utf8mb4_bin NOT NULL, placed_at TIMESTAMP(3) NOT NULL, total DECIMAL(12,2), body BLOB)",
    "INSERT INTO orders (customer, placed_at, total, body) VALUES"
    + ", ".join(
        f"('customer {n}', '2026-01-01 00:00:{n % 60:02}.5', {n}.25, X'00FF{n % 100:02}')" for n in range(2_000)
    ),
)


WAITING = "SELECT id FROM information_schema.processlist WHERE state = 'Waiting for table metadata lock'"


def asked(pair: Pair, *more: str, **users: str) -> Any:
    ran = pair.run("--format", "json", *more, **users)
    found = ran.json
    jsonschema.validate(found, schema("validation"))
    assert ran.code == (0 if found["summary"]["verdict"] == "match" else 3)
    return found


def table(found: Any, name: str) -> Any:
    return next(one for one in found["tables"] if one["table"].endswith(f".{name}"))


def proof(found: Any, name: str) -> Any:
    return next(one for one in found["proofs"] if one["name"] == name)


def test_equal_databases_match_and_a_lost_change_does_not(mysql_databases: Pair) -> None:
    mysql_databases.on("both", *ORDERS)
    assert asked(mysql_databases)["summary"]["verdict"] == "match"
    mysql_databases.on("target", "UPDATE orders SET total = -total WHERE id = 17", "DELETE FROM orders WHERE id = 18")
    found = asked(mysql_databases, "--show-values")
    changed, missing = table(found, "orders")["differences"]
    assert changed["values"] == [{"column": "total", "source": "16.25", "target": "-16.25"}]
    assert missing["kind"] == "missing_on_target"
    ran = mysql_databases.run()
    assert "  changed: id = 17" in ran.out.splitlines()
    assert "-16.25" not in ran.out
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_a_repair_mends_what_it_names(mysql_databases: Pair) -> None:
    mysql_databases.on("both", *ORDERS)
    mysql_databases.on(
        "target",
        r"UPDATE orders SET customer = 'o\'clock \\ --', body = NULL WHERE id = 17",
        "DELETE FROM orders WHERE id = 18",
        "INSERT INTO orders VALUES (9000, 'nobody', '2026-01-01', NULL, NULL)",
    )
    file = mysql_databases.home / "mend.sql"
    assert mysql_databases.run("--repair", str(file)).code == 3
    assert file.read_text().endswith("-- End: 3 rows.\n")
    statements = [line for line in file.read_text().splitlines() if line and not line.startswith("--")]
    mysql_databases.on("target", *statements)
    assert table(asked(mysql_databases), "orders")["verdict"] == "match"


def test_a_table_on_one_side_only_is_a_finding(mysql_databases: Pair) -> None:
    mysql_databases.on("both", *ORDERS)
    mysql_databases.on("source", "CREATE TABLE forgotten (id INT PRIMARY KEY)")
    found = asked(mysql_databases)
    assert table(found, "orders")["verdict"] == "match"
    assert table(found, "forgotten")["reason"] == "there is no such table on the target"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("ALTER TABLE orders DROP COLUMN total", "total (source only)"),
        ("ALTER TABLE orders MODIFY total DECIMAL(14,4)", "total"),
        ("ALTER TABLE orders MODIFY id INT UNSIGNED NOT NULL, DROP PRIMARY KEY", "the key differs"),
    ],
    ids=["a column is missing", "another type", "no key"],
)
def test_a_table_of_another_shape_is_unknown_with_the_reason(mysql_databases: Pair, change: str, says: str) -> None:
    mysql_databases.on("both", *ORDERS)
    mysql_databases.on("target", change)
    found = asked(mysql_databases)
    assert table(found, "orders")["verdict"] == "unknown"
    assert says in table(found, "orders")["reason"]
    assert found["summary"]["verdict"] == "differs", "the schema is not alike"


def test_rows_that_may_not_be_read_are_no_match(mysql_databases: Pair) -> None:
    """MySQL shows nothing of a table on which a login has no privilege: that is a table on one side only."""
    word = "reads only, and not all"
    mysql_databases.on(
        "both",
        *ORDERS,
        "CREATE TABLE salaries (id INT PRIMARY KEY, amount INT)",
        "CREATE TABLE bonuses (id INT PRIMARY KEY)",
    )
    mysql_databases.on(
        "target",
        f"CREATE USER validate_reader IDENTIFIED BY '{word}'",
        "GRANT SELECT ON orders TO validate_reader",
        "GRANT SELECT (id) ON salaries TO validate_reader",
    )
    mysql_databases.passwords["target"] = word
    try:
        found = asked(mysql_databases, target="validate_reader")
    finally:
        mysql_databases.on("target", "DROP USER validate_reader")
    assert table(found, "orders")["verdict"] == "match"
    assert table(found, "salaries")["verdict"] == "unknown"
    assert "grant SELECT on the table (on the target)" in table(found, "salaries")["reason"]
    assert table(found, "bonuses")["verdict"] == "differs"
    assert found["summary"]["verdict"] != "match"


@pytest.mark.parametrize("change", ["ALTER TABLE orders ADD COLUMN later INT", "DROP TABLE orders"])
def test_a_table_that_is_altered_meanwhile_is_unknown(mysql_databases: Pair, change: str) -> None:
    mysql_databases.on("both", *ORDERS, "CREATE TABLE others (id INT PRIMARY KEY)")
    process = mysql_databases.start("--format", "json", sabotage=STOPS_BEFORE_THE_ROWS)
    until((mysql_databases.home / "before-the-rows").exists, process)
    with mysql_databases.connect("target") as observer, mysql_databases.connect("target") as holder:
        watching, holding = observer.cursor(), holder.cursor()
        holding.execute("LOCK TABLES orders WRITE")
        (mysql_databases.home / "go-on").touch()
        until(lambda: watching.execute(WAITING) > 0, process)
        holding.execute(change)
        holding.execute("UNLOCK TABLES")
    ran = ended(process)
    assert ran.code == 3, ran.err
    assert table(ran.json, "orders")["verdict"] == "unknown"
    assert not table(ran.json, "orders")["differences"]
    assert table(ran.json, "others")["verdict"] == "match"


def test_a_row_that_no_packet_holds_is_unknown_and_the_rest_is_compared(
    mysql_databases: Pair, mysql_pair: tuple[MySqlServer, MySqlServer]
) -> None:
    """The server lets no larger value be put together than max_allowed_packet: not even to be hashed."""
    wide = ", ".join(f"c{n} TEXT" for n in range(40))
    mysql_databases.on(
        "both",
        *ORDERS,
        f"CREATE TABLE wide (id INT PRIMARY KEY, {wide})",
        f"INSERT INTO wide VALUES (1{', REPEAT(CHAR(97), 60000)' * 40})",
    )
    server = mysql_pair[1]
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@GLOBAL.max_allowed_packet")
        (before,) = cursor.fetchone()
    server.execute("SET GLOBAL max_allowed_packet = 1048576")
    try:
        found = asked(mysql_databases)
    finally:
        server.execute(f"SET GLOBAL max_allowed_packet = {before}")
    assert table(found, "wide")["verdict"] == "unknown"
    assert "max_allowed_packet" in table(found, "wide")["reason"]
    assert table(found, "orders")["verdict"] == "match"


def test_another_collation_changes_nothing_but_the_order(mysql_databases: Pair) -> None:
    words = "INSERT INTO words VALUES " + ", ".join(f"('{chr(65 + n % 26)}{n}')" for n in range(3_000))
    for side, collation in (("source", "utf8mb4_bin"), ("target", "utf8mb4_general_ci")):
        mysql_databases.on(
            side, f"CREATE TABLE words (word VARCHAR(40) CHARACTER SET utf8mb4 COLLATE {collation} PRIMARY KEY)", words
        )
    assert table(asked(mysql_databases), "words")["verdict"] == "match"
    mysql_databases.on("target", "DELETE FROM words WHERE word LIKE '%2000'")
    (one,) = table(asked(mysql_databases), "words")["differences"]
    assert one["kind"] == "missing_on_target"


def test_a_key_with_nulls_is_no_key(mysql_databases: Pair) -> None:
    mysql_databases.on("both", "CREATE TABLE codes (code INT UNIQUE)", "INSERT INTO codes VALUES (1), (NULL), (NULL)")
    assert table(asked(mysql_databases), "codes")["verdict"] == "match"
    mysql_databases.on("target", "INSERT INTO codes VALUES (NULL)")
    assert table(asked(mysql_databases), "codes")["verdict"] == "differs"


def test_a_counter_that_stands_behind_differs(mysql_databases: Pair) -> None:
    mysql_databases.on("both", *ORDERS)
    mysql_databases.on("source", "ALTER TABLE orders AUTO_INCREMENT = 5000")
    found = asked(mysql_databases)
    assert found["summary"]["verdict"] == "differs"
    assert proof(found, "sequences")["details"][0].endswith(".orders: behind 4999")


def test_a_shift_of_all_times_is_called_a_time_zone(mysql_databases: Pair) -> None:
    mysql_databases.on("both", *ORDERS)
    mysql_databases.on("target", "UPDATE orders SET placed_at = placed_at - INTERVAL 5 HOUR")
    assert proof(asked(mysql_databases), "time zones")["reason"] == (
        "a time-zone shift: all of them are 5 h earlier on the target"
    )


def test_databases_of_other_names_are_refused(mysql_databases: Pair) -> None:
    url = mysql_databases.urls["target"].format(user="mig_admin").replace("/fresh_", "/other_")
    ran = mysql_databases.run("--target", url, "--format", "json")
    assert (ran.code, ran.json["code"]) == (2, "CFG-049")
