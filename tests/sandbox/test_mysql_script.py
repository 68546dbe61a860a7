"""What is a statement and what is not, in a file written for the `mysql` client."""

from __future__ import annotations

import pytest

from migrate.sandbox.servers.mysql_script import statements


def texts(script: str) -> list[str]:
    return [statement.text for statement in statements(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        (" ;; \n ; ", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;SELECT 2 ;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';', \";\", `;`; SELECT 2", ["SELECT ';', \";\", `;`", "SELECT 2"]),
        (r"SELECT 'it\'s; ', 'it''s;', '\\'; SELECT 2", [r"SELECT 'it\'s; ', 'it''s;', '\\'", "SELECT 2"]),
        ("-- a; b\nSELECT 1; # c; d\n/* e; f */ SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT 5--1; SELECT 2 -- it's\n;", ["SELECT 5--1", "SELECT 2 -- it's"]),
        ("SELECT 1 /* why; not */ + 1;", ["SELECT 1 /* why; not */ + 1"]),
        ("/*!40101 SET NAMES utf8mb4; */;\n/*M! SELECT 1 */;", ["/*!40101 SET NAMES utf8mb4; */", "/*M! SELECT 1 */"]),
        ("-- only this\n/* and this */ # and this", []),
        (
            "DELIMITER $$\nCREATE TRIGGER t BEGIN SET @a = 1; SET @b = '$$'; END$$\ndelimiter ;\nSELECT 1;",
            ["CREATE TRIGGER t BEGIN SET @a = 1; SET @b = '$$'; END", "SELECT 1"],
        ),
        ("DELIMITER //\r\nSELECT 4/2; SELECT 2//\r\n  DELIMITER ;\r\nSELECT 3;", ["SELECT 4/2; SELECT 2", "SELECT 3"]),
        ("DELIMITER ;;\nBEGIN; END;;\nDELIMITER ;\n", ["BEGIN; END"]),
        ("DELIMITER end.\nSELECT 1 end.\nSELECT 2\nend.", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1 AS\ndelimiter;", ["SELECT 1 AS\ndelimiter"]),
        ("SELECT 'open; end", ["SELECT 'open; end"]),
    ],
)
def test_statements_end_where_the_client_ends_them(script: str, expected: list[str]) -> None:
    assert texts(script) == expected


def test_a_statement_knows_its_line() -> None:
    script = "-- head\n\nSELECT 1;\n  SELECT\n 2;\nDELIMITER $$\n\nSELECT 3$$"
    assert [statement.line for statement in statements(script)] == [3, 4, 8]


def test_a_large_dump_is_read() -> None:
    row = "(1,'it\\'s a value; with a semicolon','" + "x" * 200 + "'),"
    script = "".join(f"INSERT INTO t VALUES {row * 1000}(2,'','');\n" for _ in range(20))
    assert len(texts(script)) == 20
