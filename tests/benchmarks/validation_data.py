"""Equal tables of ten mixed columns on both sides, made by the servers themselves."""

from __future__ import annotations

from migrate.model.database import Side
from tests.detection.kinds import Route
from tests.detection.stage import SIDES, Stage

AT_ONCE = 1_000_000
_POSTGRES_COLUMNS = (
    "id bigint PRIMARY KEY, customer integer NOT NULL, status varchar(20) NOT NULL, total numeric(12,2),"
    " placed timestamptz NOT NULL, paid boolean, reference uuid, weight double precision, note text, more jsonb"
)
_POSTGRES_ROWS = (
    "SELECT g, g % 1000, 'status ' || g % 7, g / 7.0, timestamptz '2024-01-01 00:00+00' + g * interval '1 second',"
    " g % 2 = 0, md5(g::text)::uuid, g / 3.0::float8, repeat('note ', (g % 10)::integer),"
    " jsonb_build_object('n', g, 'tag', g % 13) FROM generate_series({first}::bigint, {last}::bigint) AS g"
)
_MYSQL_COLUMNS = (
    "id bigint PRIMARY KEY, customer int NOT NULL, status varchar(20) NOT NULL, total decimal(12,2),"
    " placed datetime(6) NOT NULL, paid tinyint(1), reference char(36), weight double, note text, more {json}"
)
_MYSQL_ROWS = (
    "SELECT g, g % 1000, CONCAT('status ', g % 7), g / 7, '2024-01-01' + INTERVAL g SECOND, g % 2,"
    " LEFT(SHA2(g, 256), 36), g / 3e0, REPEAT('note ', g % 10), JSON_OBJECT('n', g, 'tag', g % 13)"
    " FROM (SELECT {first} + 1000 * a.n + b.n AS g FROM digits_a AS a, digits_b AS b) AS numbers"
    " WHERE g <= {last}"
)
SETTINGS = {
    Route.POSTGRES: {"max_wal_size": "8GB", "shared_buffers": "512MB", "synchronous_commit": "off"},
    Route.MYSQL: {"innodb_buffer_pool_size": "512M"},
    Route.MARIADB: {"innodb_buffer_pool_size": "512M"},
}


def make_table(stage: Stage, table: str, rows: int) -> None:
    """The same `rows` rows on both sides, analyzed."""
    for side in SIDES:
        columns = _POSTGRES_COLUMNS if stage.route.postgres else _MYSQL_COLUMNS.format(json=_json(stage, side))
        stage.run(side, f"CREATE TABLE {table} ({columns})")
        _fill(stage, side, table, rows)
        stage.run(side, f"VACUUM ANALYZE {table}" if stage.route.postgres else f"ANALYZE TABLE {table}")


def _json(stage: Stage, side: Side) -> str:
    """MariaDB's JSON is text, and stays so on the way to Aurora."""
    return "longtext" if stage.route is Route.MARIADB else "json"


def _fill(stage: Stage, side: Side, table: str, rows: int) -> None:
    if not stage.route.postgres:
        _numbers(stage, side)
    made = _POSTGRES_ROWS if stage.route.postgres else _MYSQL_ROWS
    for first in range(1, rows + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, rows)
        stage.run(side, f"INSERT INTO {table} {made.format(first=first, last=last)}")


def _numbers(stage: Stage, side: Side) -> None:
    """A table of a thousand numbers, for this session alone; joined with itself, it counts to a million."""
    values = ", ".join(f"({n})" for n in range(1000))
    for name in ("a", "b"):
        stage.run(
            side,
            f"CREATE TEMPORARY TABLE IF NOT EXISTS digits_{name} (n int PRIMARY KEY)",
            f"INSERT IGNORE INTO digits_{name} VALUES {values}",
        )


def make_small_tables(stage: Stage, tables: int, rows: int) -> None:
    """Many tables like the first one, each with the same rows."""
    make_table(stage, "small_0", rows)
    for side in SIDES:
        for number in range(1, tables):
            like = "(LIKE small_0 INCLUDING ALL)" if stage.route.postgres else "LIKE small_0"
            stage.run(side, f"CREATE TABLE small_{number} {like}")
    with stage.transaction():
        for side in SIDES:
            for number in range(1, tables):
                stage.run(side, f"INSERT INTO small_{number} SELECT * FROM small_0")
    for side in SIDES:
        names = ", ".join(f"small_{number}" for number in range(tables))
        stage.run(side, f"VACUUM ANALYZE {names}" if stage.route.postgres else f"ANALYZE TABLE {names}")
