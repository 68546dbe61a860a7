"""TargetTablePrepMode: what happens to a target table before its load (dms.md §5.2, §19.12)."""

from __future__ import annotations

from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.catalog import Column, describe
from migrate.sandbox.dms.worker.mysql.connection import Connection, run
from migrate.sandbox.dms.worker.routing import Route

DO_NOTHING = "DO_NOTHING"
TRUNCATE = "TRUNCATE_BEFORE_LOAD"
DROP_AND_CREATE = "DROP_AND_CREATE"


def prepare(target: Connection, route: Route[Column], mode: str, *, again: bool) -> None:
    """Make the target table ready on a loading session, which checks no foreign keys. Raises pymysql.MySQLError.

    `again`: an earlier run of the task may have filled it, so it is emptied whatever the mode (assumption).
    """
    name = quoting.name(*route.target_name).decode()
    if mode == DROP_AND_CREATE:
        create(target, route)
    elif route.target is not None and (mode == TRUNCATE or again):
        run(target, f"TRUNCATE TABLE {name}")


def create(target: Connection, route: Route[Column]) -> None:
    """Make the table anew, and describe it. Raises pymysql.MySQLError."""
    _create(target, route, quoting.name(*route.target_name).decode())
    route.target = describe(target, [route.target_name]).get(route.target_name)


def _create(target: Connection, route: Route[Column], name: str) -> None:
    """Columns and primary key, nothing else: no indexes, foreign keys, defaults, AUTO_INCREMENT (dms.md §12)."""
    run(target, f"CREATE DATABASE IF NOT EXISTS {quoting.name(route.target_name[0]).decode()}")
    run(target, f"DROP TABLE IF EXISTS {name}")
    parts: list[str] = []
    names: dict[str, str] = {}
    for column in route.source.columns:
        there = route.selection.target_column(column.name)
        if column.generated or there is None:
            continue
        names[column.name] = there
        null = " NOT NULL" if column.not_null else " NULL"
        parts.append(f"{quoting.name(there).decode()} {created_type(column)}{null}")
    if route.source.key and all(one in names for one in route.source.key):
        parts.append(f"PRIMARY KEY ({', '.join(quoting.name(names[one]).decode() for one in route.source.key)})")
    run(target, f"CREATE TABLE {name} ({', '.join(parts)})")


def created_type(column: Column) -> str:
    """What DMS itself would create (mysql-compatibility.md §5): wider integers, DATETIME for TIMESTAMP, text for ENUM.

    Character set and collation are the database's; the ucs2 of long texts is not modelled.
    """
    sign = " UNSIGNED" if column.unsigned else ""
    fraction = f"({column.precision})" if column.precision else ""
    match column.type_name:
        case "mediumint" | "int":
            return f"INT{sign}"
        case "tinyint" | "smallint" | "bigint":
            return column.type_name.upper() + sign
        case "float" | "double":
            return "DOUBLE"
        case "bit":
            return "TINYINT(1)" if column.length == 1 else f"VARBINARY({(column.length + 7) // 8})"
        case "datetime" | "timestamp":
            return f"DATETIME{fraction}"
        case "time":
            return "VARCHAR(20)"
        case "year":
            return "SMALLINT"
        case "char" | "varchar":
            return f"VARCHAR({column.length})" if column.length <= 16_383 else "LONGTEXT"
        case "binary" | "varbinary":
            return f"VARBINARY({column.length})"
        case "tinytext" | "text" | "mediumtext" | "longtext" | "json":
            return "LONGTEXT"
        case "enum" | "set":
            longest = max((len(label) for label in column.labels), default=1)
            total = sum(len(label) + 1 for label in column.labels)
            return f"VARCHAR({max(longest if column.type_name == 'enum' else total, 1)})"
        case "uuid":
            return "CHAR(36)"
        case "inet4" | "inet6":
            return "VARCHAR(39)"
        case "decimal" | "date":
            return column.type_sql
    return "LONGBLOB"
