"""A schema of MySQL, one of MariaDB and every sample, read from their file and from their dumps, and introspected on
the server that the file was loaded into by its own client: the same facts, field by field, and the same findings.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checks.ddl.read import read_file
from checks.facts import Catalog
from checks.route import Engine, Route, TargetEngine, Version
from checks.run import run
from migrate.engines.mysql import introspect
from migrate.engines.mysql.connection import Connections
from migrate.model.database import Address, Credentials, Side
from migrate.sandbox.servers.mysql import MySqlServer
from tests.checks.fixture import mariadb_schema
from tests.mysql_programs import client

pytestmark = pytest.mark.server
HERE = Path(__file__).parent
SAMPLES = Path(__file__).resolve().parents[2] / "sample_schemas"
DUMP = ("--routines", "--triggers", "--events")
EMPTY = (
    "SET sql_mode = 'STRICT_TRANS_TABLES';\n"
    "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;\nUSE {name};\n"
)
"""What a file leaves to the server's own defaults, which it cannot tell."""
KINDS = ("as written", "dump", "dump without rows", "dump without comments")


@dataclasses.dataclass(frozen=True)
class Script:
    """A schema as people wrote it: one of the fixtures, which name their databases, or a sample, which does not."""

    engine: Engine
    path: Path
    databases: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.engine.value}-{self.path.parent.name}" if self.is_sample else self.engine.value

    @property
    def is_sample(self) -> bool:
        return self.path.is_relative_to(SAMPLES)


SCRIPTS = (
    Script(Engine.MYSQL, HERE / "fixture_mysql.sql", ("fixture_shop", "fixture_archive")),
    Script(Engine.MARIADB, HERE / "fixture_mariadb.sql", ("fixture_museum",)),
    *(
        Script(engine, path, (f"sample_{path.parent.name}",))
        for engine in (Engine.MYSQL, Engine.MARIADB)
        for path in sorted((SAMPLES / engine.value).glob("*/schema.sql"))
    ),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every script with every kind of file; a dump is stored of the fixtures alone."""
    if "both" in metafunc.fixturenames:
        cases = [
            pytest.param(script, kind, id=f"{script.name}-{kind}")
            for script in SCRIPTS
            for kind in (*KINDS, *(() if script.is_sample else ("stored dump",)))
        ]
        metafunc.parametrize(("loaded", "both"), cases, indirect=True, scope="module")


def live(server: MySqlServer, databases: tuple[str, ...]) -> Catalog:
    address = Address(Engine(server.engine), server.host, server.port, None, ca_file=str(server.ca_file))
    connections = Connections(address, Credentials(server.superuser, server.superuser_password), Side.SOURCE)
    try:
        with connections.use() as connection:
            return introspect.catalog(connection, databases)
    finally:
        connections.close()


def as_written(script: Script, server: MySqlServer, folder: Path) -> Path:
    """The script for this server; a sample is run in an empty database."""
    if script.is_sample:
        if script.engine is Engine.MARIADB and server.binaries.number < (10, 7):
            pytest.skip("the sample has the type uuid, which MariaDB 10.7 brought")
        (name,) = script.databases
        path = folder / script.path.name
        path.write_text(EMPTY.format(name=name) + script.path.read_text(encoding="utf-8"), encoding="utf-8")
        return path
    return mariadb_schema(server.binaries.number, folder) if script.engine is Engine.MARIADB else script.path


@pytest.fixture(scope="module")
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[MySqlServer, Catalog, Path]]:
    """The server with the script loaded by its own client, what it tells of it, and the script."""
    script: Script = request.param
    server: MySqlServer = request.getfixturevalue(f"{script.engine.value}_server")
    path = as_written(script, server, tmp_path_factory.mktemp("script"))
    program = "mariadb" if script.engine is Engine.MARIADB else "mysql"
    client(server, program, script=path.read_text(encoding="utf-8"))
    yield server, live(server, script.databases), path
    for name in script.databases:
        server.drop_database(name)


@dataclasses.dataclass(frozen=True)
class Both:
    """What the server tells, what a file tells, and which kind of file that is."""

    live: Catalog
    read: Catalog
    kind: str

    @property
    def as_written(self) -> bool:
        return self.kind == "as written"


@pytest.fixture(scope="module")
def both(
    request: pytest.FixtureRequest,
    loaded: tuple[MySqlServer, Catalog, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Both:
    server, catalog, path = loaded
    engine = Engine(server.engine)
    match request.param:
        case "as written":
            pass
        case "stored dump":
            path = HERE / f"fixture_{engine.value}.dump.sql"
            if engine is Engine.MARIADB and server.binaries.number < (10, 11):
                pytest.skip("the stored dump is of MariaDB 10.11, with what that brought")
        case kind:
            rows = [] if kind == "dump" else ["--no-data"]
            bare = ["--skip-comments", "--skip-dump-date"] if kind == "dump without comments" else []
            path = tmp_path_factory.mktemp("dump") / "dump.sql"
            program = "mariadb-dump" if engine is Engine.MARIADB else "mysqldump"
            path.write_text(client(server, program, *DUMP, *rows, *bare, "--databases", *catalog.schemas))
    return Both(catalog, read_file(path, engine), request.param)


EXPRESSION = "an expression"
"""What a file writes in its own words, and the server prints in others."""


def facts(record: Any, *without: str) -> dict[str, Any]:
    """The fields of a fact, but for its place in the file and what it weighs."""
    passed = {"location", "rows", "bytes", "updates", *without}
    return {f.name: getattr(record, f.name) for f in dataclasses.fields(record) if f.name not in passed}


def differing(live: dict[str, dict[str, Any]], read: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """By object and field, what the server and the file say, where it is not the same and the file says anything."""
    found: dict[str, Any] = {}
    for name in live.keys() | read.keys():
        if name not in live or name not in read:
            found[name] = "only the server has it" if name in live else "only the file has it"
            continue
        for key, value in live[name].items():
            if read[name][key] != value:
                found[f"{name}: {key}"] = (value, read[name][key])
    return found


def untold(found: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Without differences in these fields where the file says nothing: there the server has its own default."""
    return {
        name: pair
        for name, pair in found.items()
        if not (name.rpartition(": ")[2] in keys and isinstance(pair, tuple) and None in pair)
    }


def test_everything_is_read(both: Both) -> None:
    assert [(unread.location.line, unread.text, unread.reason) for unread in both.read.unread] == []


def test_schemas_are_the_same(both: Both) -> None:
    assert both.read.schemas == both.live.schemas
    assert both.read.schema_collations == both.live.schema_collations
    if both.kind in ("dump", "dump without rows"):
        assert both.read.version == both.live.version


def test_tables_are_the_same(both: Both) -> None:
    def told(catalog: Catalog) -> dict[str, dict[str, Any]]:
        tables = {str(t.name): facts(t, "columns", "constraints") for t in catalog.tables}
        for table in tables.values():
            cut = table["partitioning"]
            if both.as_written and cut:
                table["partitioning"] = dataclasses.replace(cut, expression=cut.expression.replace("`", ""))
        return tables

    found = differing(told(both.live), told(both.read))
    assert untold(found, "storage_engine", "row_format", "auto_increment") == {}


def test_columns_are_the_same(both: Both) -> None:
    def told(catalog: Catalog) -> dict[str, dict[str, Any]]:
        columns = {f"{t.name}.{c.name}": facts(c) for t in catalog.tables for c in t.columns}
        for column in columns.values() if both.as_written else ():
            column["generated"] = column["generated"] and EXPRESSION
            if column["default"] and not column["default"].startswith(("'", "b'", "0x", "current_timestamp")):
                column["default"] = EXPRESSION
        return columns

    assert differing(told(both.live), told(both.read)) == {}
    for table in both.live.tables:
        read = both.read.table(table.name)
        assert read is not None
        assert [column.name for column in read.columns] == [column.name for column in table.columns]


def test_keys_and_constraints_are_the_same(both: Both) -> None:
    def told(catalog: Catalog) -> dict[str, dict[str, Any]]:
        without = ["definition"] if both.as_written else []
        return {f"{t.name}.{c.name} {c.kind}": facts(c, *without) for t in catalog.tables for c in t.constraints}

    assert differing(told(both.live), told(both.read)) == {}


def test_indexes_are_the_same(both: Both) -> None:
    def told(catalog: Catalog) -> dict[str, dict[str, Any]]:
        indexes = {f"{i.table}.{i.name}": facts(i, "parser") for i in catalog.indexes}
        for index in indexes.values() if both.as_written else ():
            index["columns"] = tuple(EXPRESSION if name.startswith("(") else name for name in index["columns"])
        return indexes

    assert differing(told(both.live), told(both.read)) == {}


def test_what_the_database_runs_is_the_same(both: Both) -> None:
    def told(catalog: Catalog) -> dict[str, dict[str, Any]]:
        views = {f"view {v.name}": facts(v) for v in catalog.views}
        for name, view in views.items():
            # A server names the schema of every column; a dump, which may be loaded into another, does not.
            schema = name.partition(" ")[2].partition(".")[0]
            view["definition"] = EXPRESSION if both.as_written else view["definition"].replace(f"`{schema}`.", "")
        triggers = {f"trigger {t.table}.{t.name}": facts(t) for t in catalog.triggers}
        for trigger in triggers.values():
            # MySQL's information_schema shows a quote that is doubled in a trigger's strings once.
            trigger["definition"] = trigger["definition"].replace("''", "'")
        return {
            **views,
            **triggers,
            **{f"{r.kind} {r.schema}.{r.name}": facts(r) for r in catalog.routines},
            **{f"event {e.schema}.{e.name}": facts(e) for e in catalog.events},
            **{f"sequence {s.name}": facts(s) for s in catalog.sequences},
        }

    found = differing(told(both.live), told(both.read))
    assert (untold(found, "definer", "sql_mode") if both.as_written else found) == {}


def test_the_findings_are_the_same_but_for_facts_of_the_server(both: Both) -> None:
    def found(catalog: Catalog) -> set[tuple[str, str, str]]:
        route = Route(catalog.engine, both.live.version, TargetEngine.AURORA_MYSQL, Version((3, 8)))
        # A file alone does not tell the version of the server that it is for.
        report = run(dataclasses.replace(catalog, version=both.live.version), route, today=datetime.date(2026, 11, 23))
        assert report.crashed == ()
        kept = [f for f in report.findings if f.object.kind not in ("database", "server", "setting", "account")]
        return {(finding.code, finding.severity.value, finding.object.name) for finding in kept}

    assert found(both.read) == found(both.live)
