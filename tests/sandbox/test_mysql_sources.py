"""Stories about MySQL and MariaDB sources in the sandbox: filled by their owner, used by their application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest

from migrate.sandbox.client import Launched, RoleRequest, Source, create_source, fault, remove_source, status
from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.mysql_binaries import Flavor
from tests.mysql_programs import require

pytestmark = [pytest.mark.server, pytest.mark.slow]

SCHEMA = """
-- The application's own file, as its people feed it to the client.
CREATE TABLE orders (id BIGINT AUTO_INCREMENT PRIMARY KEY, note TEXT, noted DATETIME);
DELIMITER $$
CREATE TRIGGER noted BEFORE INSERT ON orders FOR EACH ROW
BEGIN
  SET NEW.noted = UTC_TIMESTAMP();
  SET NEW.note = CONCAT('order ', NEW.note);
END$$
CREATE PROCEDURE fill(IN wanted INT)
BEGIN
  DECLARE n INT DEFAULT 0;
  WHILE n < wanted DO
    SET n = n + 1;
    INSERT INTO orders (note) VALUES (n);
  END WHILE;
  SELECT COUNT(*) FROM orders;
END$$
DELIMITER ;
CREATE EVENT cleaning ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders WHERE noted < UTC_TIMESTAMP() - INTERVAL 1 YEAR;
CALL fill(@scale * 10);
"""
GRANTS = """
SET @text = CONCAT('GRANT SELECT, INSERT ON * TO ', QUOTE(@application), '@''%''');
PREPARE statement FROM @text;
EXECUTE statement;
"""


@pytest.fixture(params=list(Flavor))
def shop(request: pytest.FixtureRequest, sandbox: Launched, tmp_path: Path) -> Iterator[Source]:
    require(request.param)
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "grants.sql").write_text(GRANTS)
    name = f"{request.param}-shop"
    yield create_source(
        sandbox.control_url,
        engine=request.param.value,
        name=name,
        database="Shop_DB",
        owner="shop_owner",
        master_user="mig_admin",
        sql_files=[tmp_path / "schema.sql"],
        variables={"scale": "0.7"},
        settings={"sort_buffer_size": "1M"},
        roles=[RoleRequest("shop_app", grants=tmp_path / "grants.sql"), RoleRequest("shop_group", login=False)],
    )
    remove_source(sandbox.control_url, name)


def connect(source: Source, user: str, password: str) -> pymysql.Connection[Any]:
    return pymysql.connect(
        host=source.host,
        port=source.port,
        database=source.database,
        user=user,
        password=password,
        ssl_ca=str(source.ca_file),
        ssl_verify_cert=True,
        ssl_verify_identity=True,
        autocommit=True,
    )


def asked(connection: pymysql.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def test_a_source_is_filled_by_its_owner_and_used_by_its_application(shop: Source) -> None:
    assert set(shop.role_passwords) == {"shop_app"}
    assert shop.owner_password is None
    with connect(shop, "mig_admin", shop.master_password) as master:
        assert asked(master, "SELECT note FROM orders ORDER BY id")[-1] == ("order 7",)
        assert asked(master, "SELECT @@sort_buffer_size, @@log_bin") == [(1048576, 1)]
        definers = asked(
            master,
            "SELECT definer FROM information_schema.triggers WHERE trigger_schema = 'Shop_DB'"
            " UNION SELECT definer FROM information_schema.events WHERE event_schema = 'Shop_DB'"
            " UNION SELECT definer FROM information_schema.routines WHERE routine_schema = 'Shop_DB'",
        )
        assert definers == [("shop_owner@%",)]
        assert asked(master, "SELECT User FROM mysql.user WHERE User = 'shop_group'") == [("shop_group",)]
    with connect(shop, "shop_app", shop.role_passwords["shop_app"]) as application:
        assert asked(application, "SELECT count(*) FROM orders") == [(7,)]
        # The owner cannot log in any more, and its trigger works all the same.
        asked(application, "INSERT INTO orders (note) VALUES ('of the application')")
        assert asked(application, "SELECT note FROM orders ORDER BY id DESC LIMIT 1") == [("order of the application",)]
        with pytest.raises(pymysql.err.OperationalError, match="denied"):
            asked(application, "DELETE FROM orders")


def test_the_status_tells_engine_and_version_and_no_password(sandbox: Launched, shop: Source) -> None:
    told = status(sandbox.control_url)
    row = next(server for server in told["servers"] if server["name"] == shop.name)
    assert (row["role"], row["port"], row["engine"], row["version"]) == (
        "source",
        shop.port,
        shop.engine,
        shop.version,
    )
    for secret in (shop.master_password, shop.role_passwords["shop_app"]):
        assert secret not in json.dumps(told)
        assert secret not in repr(shop)


def test_a_killed_server_comes_back_with_its_rows(sandbox: Launched, shop: Source) -> None:
    fault(sandbox.control_url, "kill-server", shop.name)
    with pytest.raises(pymysql.err.OperationalError):
        connect(shop, "mig_admin", shop.master_password)
    fault(sandbox.control_url, "start-server", shop.name)
    with connect(shop, "shop_app", shop.role_passwords["shop_app"]) as application:
        assert asked(application, "SELECT count(*) FROM orders") == [(7,)]


def test_an_owner_may_be_a_login_or_the_master_itself(sandbox: Launched, tmp_path: Path) -> None:
    require(Flavor.MARIADB)
    (tmp_path / "schema.sql").write_text("CREATE TABLE mine (id INT PRIMARY KEY);")
    wanted = {"engine": "mariadb", "database": "d", "master_user": "m", "sql_files": [tmp_path / "schema.sql"]}
    try:
        own = create_source(sandbox.control_url, name="own", owner="o", owner_login=True, **wanted)
        assert own.owner_password is not None
        with connect(own, "o", own.owner_password) as owner:
            assert asked(owner, "SHOW TABLES") == [("mine",)]
            with pytest.raises(pymysql.err.OperationalError, match="denied"):
                asked(owner, "CREATE DATABASE another")
        same = create_source(sandbox.control_url, name="same", owner="m", **wanted)
        with connect(same, "m", same.master_password) as master:
            assert asked(master, "SHOW TABLES") == [("mine",)]
    finally:
        remove_source(sandbox.control_url, "own")
        remove_source(sandbox.control_url, "same")


def test_a_source_with_wrong_sql_leaves_nothing(sandbox: Launched, tmp_path: Path) -> None:
    require(Flavor.MARIADB)
    (tmp_path / "wrong.sql").write_text("CREATE TABLE fine (n int);\n\nSELECT nonsense;\n")
    with pytest.raises(SandboxError, match=r"wrong\.sql failed: line 3: Unknown column 'nonsense'"):
        create_source(
            sandbox.control_url,
            engine="mariadb",
            name="wrong",
            database="d",
            owner="o",
            master_user="m",
            sql_files=[tmp_path / "wrong.sql"],
        )
    assert "wrong" not in [server["name"] for server in status(sandbox.control_url)["servers"]]


def test_an_account_that_is_there_twice_is_refused(sandbox: Launched) -> None:
    require(Flavor.MARIADB)
    with pytest.raises(SandboxError, match="cannot be set up: Operation CREATE USER failed"):
        create_source(
            sandbox.control_url,
            engine="mariadb",
            name="twice",
            database="d",
            owner="o",
            master_user="m",
            roles=[RoleRequest("o")],
        )
    assert "twice" not in [server["name"] for server in status(sandbox.control_url)["servers"]]


def test_an_engine_nobody_has_is_refused(sandbox: Launched) -> None:
    with pytest.raises(SandboxError, match=r"no engine oracle \(it has postgres, mysql, mariadb\)"):
        create_source(sandbox.control_url, engine="oracle", name="odd", database="d", owner="o", master_user="m")
