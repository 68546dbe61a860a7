"""Tables of every type of the MySQL family with values at their limits, and rows as text that shows every bit."""

from __future__ import annotations

import json
from typing import Any

from migrate.sandbox.servers.mysql_binaries import Flavor

NUMBERS = """
CREATE TABLE numbers (
  id bigint unsigned PRIMARY KEY, t tinyint, tu tinyint unsigned, s smallint, su smallint unsigned, m mediumint,
  mu mediumint unsigned, i int, iu int unsigned, b bigint, bu bigint unsigned, flag bool, z int(8) zerofill,
  d65 decimal(65,30), d10 decimal(10,0), d5 decimal(5,5), du decimal(20,4) unsigned, f float, fu float(7,3), db double,
  b1 bit(1), b7 bit(7), b64 bit(64), y year, g int GENERATED ALWAYS AS (i % 7) VIRTUAL,
  gs int GENERATED ALWAYS AS (i % 9) STORED, seen int DEFAULT 7)
"""
NUMBER_ROWS = (
    "(18446744073709551615, -128, 255, -32768, 65535, -8388608, 16777215, -2147483648, 4294967295,"
    " -9223372036854775808, 18446744073709551615, true, 42,"
    " -99999999999999999999999999999999999.999999999999999999999999999999, -9999999999, -0.99999,"
    " 9999999999999999.9999, -3.402823e38, 1234.567, -1.7976931348623157e308, 1, b'1111111', b'{ones}', 2155)",
    "(0, 127, 0, 32767, 0, 8388607, 0, 1073741822, 0, 9223372036854775807, 0, false, 0,"
    " 0.000000000000000000000000000001, 9999999999, 0.00001, 0, 1.17549435e-38, 0, 4.94065645841246e-324, 0, 0, 0, 0)",
    "(1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0.1, 0.001, 0.1, b'0', b'1', b'100000000', 1901)",
    "(2, -1, 128, -1, 32768, -1, 8388608, -1, 2147483648, -1, 9223372036854775808, 0, 99999999, -1.5, -1, -0.5, 0.0001,"
    " 16777217, -9999.999, 1e100, 1, 64, b'1', 1999)",
    "(3" + ", NULL" * 23 + ")",
    "(4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.1, 1, -1.401298464324817e-45, 1, -0e0, 1, 1, 1, 2000)",
)
TEMPORALS = """
CREATE TABLE temporals (
  id int PRIMARY KEY, d date, t time, t1 time(1), t3 time(3), t6 time(6), dt datetime, dt2 datetime(2), dt5 datetime(5),
  dt6 datetime(6), ts timestamp NULL, ts4 timestamp(4) NULL, ts6 timestamp(6) NULL,
  auto timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), v int)
"""
TEMPORAL_ROWS = (
    "(1, '9999-12-31', '838:59:59', '-838:59:59.0', '-00:00:00.001', '-838:59:58.999999', '9999-12-31 23:59:59',"
    " '9999-12-31 23:59:59.99', '1000-01-01 00:00:00.00001', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07',"
    " '2038-01-19 03:14:07.9999', '1970-01-01 00:00:01.000001', '2001-02-03 04:05:06.000007', 1)",
    "(2, '0000-00-00', '00:00:00', '-00:00:00.1', '12:34:56.789', '-01:02:03.000004', '0000-00-00 00:00:00',"
    " '0000-00-00 00:00:00', '0000-00-00', '0000-00-00', '0000-00-00', '0000-00-00', '0000-00-00 00:00:00',"
    " '0000-00-00', 2)",
    "(3, '2023-02-31', '-12:00:00', '01:01:01.5', '-01:01:01.5', '00:00:00.000001', '2023-02-31 01:02:03',"
    " '2024-02-29 12:00:00.5', '0001-01-01 00:00:00', '2023-00-00 00:00:00', '2024-02-29 23:59:60', NULL, NULL,"
    " '2024-01-01', 3)",
    "(4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '1970-01-01 00:00:01', 4)",
)
STRINGS = """
CREATE TABLE strings (
  id int PRIMARY KEY, c char(20), c255 char(255), v varchar(300), l1 varchar(50) CHARACTER SET latin1,
  cl char(10) CHARACTER SET latin1, sj varchar(50) CHARACTER SET sjis, gb varchar(50) CHARACTER SET gbk,
  b5 varchar(50) CHARACTER SET big5, k8 varchar(50) CHARACTER SET koi8r, u16 varchar(50) CHARACTER SET utf16,
  u2 varchar(50) CHARACTER SET ucs2, u32 char(20) CHARACTER SET utf32, u3 varchar(50) CHARACTER SET utf8,
  asc1 varchar(50) CHARACTER SET ascii, eu text CHARACTER SET ujis, tt tinytext, tx text, mt mediumtext, lt longtext,
  bi binary(16), bi300 binary(255), vb varbinary(300), tb tinyblob, bl blob, mb mediumblob, lb longblob,
  e enum('a','it''s','back\\\\slash','é漢','') NOT NULL DEFAULT 'a', el enum('ä','b') CHARACTER SET latin1,
  s set('x','y''z','w','ü'), s64 set({members}))
""".replace("{members}", ",".join(f"'m{n}'" for n in range(64)))
HOSTILE = "line\nbreak\ttab\rreturn \\ back \\N \\. 'quote' \"double\" ; -- é 漢字 🐘 \x1a %s \u2028 \0 end"
ALL_BYTES = bytes(range(256))
DOCUMENTS = (
    {},
    [],
    None,
    True,
    "text",
    0,
    -1,
    2**63 - 1,
    2**64 - 1,
    -(2**63),
    1.5,
    -0.0,
    1e300,
    [1, "two", [3, {"four": 4.25}], None, False, 70000, -70000, 40000, -40000, 5_000_000_000],
    {"": "", "é": "漢字🐘", "b": {"aa": 1, "c": [True]}, 'q"\\/': "\u2028\n\t\0'"},
    {f"key{n}": "v" * n for n in range(300)},
    ["x" * 300, "y" * 70000],
    [list(range(20000))],
)
GEOMETRIES = (
    "POINT(1.5 -2)",
    "LINESTRING(0 0, 1 1, 2 0)",
    "POLYGON((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))",
    "MULTIPOINT(0 0, 1 1)",
    "MULTILINESTRING((0 0, 1 1), (2 2, 3 3))",
    "MULTIPOLYGON(((0 0, 4 0, 4 4, 0 4, 0 0)), ((9 9, 10 9, 10 10, 9 10, 9 9)))",
    "GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))",
)


def shown(stage: Any, connection: Any, table: str, *, without: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    """The rows, every value as text or hexadecimal that differs when one bit does."""
    columns = stage.run_sql(
        connection,
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
        " ORDER BY ordinal_position",
        [stage.database, table],
    )
    expressions = []
    for name, kind in columns:
        if name in without:
            continue
        kind = kind.decode() if isinstance(kind, bytes) else kind
        quoted = f"`{name.replace('`', '``')}`"
        if kind in {"float", "double"}:
            expressions.append(f"{quoted} * 1e0")
        elif kind == "json":
            expressions.append(f"HEX(CAST({quoted} AS CHAR CHARACTER SET utf8mb4))")
        elif kind in {"enum", "set"}:
            expressions.append(f"CONCAT(CAST({quoted} AS UNSIGNED), HEX(CONVERT({quoted} USING utf8mb4)))")
        elif (
            any(word in kind for word in ("int", "decimal", "date", "time", "year", "uuid", "inet")) and kind != "point"
        ):
            expressions.append(f"CAST({quoted} AS CHAR)")
        else:
            expressions.append(f"HEX({quoted})")
    rows = stage.run_sql(connection, f"SELECT {', '.join(expressions)} FROM `{table}`")
    if stage.source_server.flavor is Flavor.MARIADB:
        # MariaDB prints no sign of a zero.
        rows = [tuple(value + 0.0 if isinstance(value, float) else value for value in row) for row in rows]
    return sorted(tuple(repr(value) for value in row) for row in rows)


def number_rows() -> list[str]:
    return [row.format(ones="1" * 64) for row in NUMBER_ROWS]


def string_row(number: int, text: str, data: bytes) -> tuple[str, list[Any]]:
    """The INSERT of a row of `strings` and its parameters."""
    latin, east = "é§ÿ'\\\n", "表ソ十\\'能"
    values: list[Any] = [number, "pad ", "é" * 200, text * 2, latin, "a'\\ ", east, "誠\\'中文", "功許\\'", "Привет\\'"]
    values += [
        text[:20],
        "é漢\\'",
        "é漢🐘\\'",
        "é漢\\'",
        "plain\\'\t",
        "表示\\'",
        text,
        text * 9,
        text * 900,
        text * 9000,
    ]
    values += [data[:5], data[:100], data + data[:40], data[:255], data * 9, data * 900, data * 9000]
    values += ["it's", "ä", "x,y'z,ü", "m0,m63,m31"]
    marks = ", ".join("_binary %s" if isinstance(one, bytes) else "%s" for one in values)
    return f"INSERT INTO strings VALUES ({marks})", values


def documents() -> list[str]:
    return [json.dumps(one, ensure_ascii=False) for one in DOCUMENTS]
