"""The proof of what changed, told on real servers of both families: looks, leftovers, and slots that move on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from checks.facts import TableName
from checks.route import Engine
from migrate.clock import SystemClock
from migrate.engines.mysql.database import MySqlDatabase
from migrate.engines.postgres.database import PostgresDatabase
from migrate.errors import MigrateError
from migrate.events import silent
from migrate.model.database import Address, Credentials, Side
from migrate.model.residue import Remains
from migrate.model.validation import DifferenceKind, Verdict
from migrate.stages.validate.witness import Proven, Witness, identities
from migrate.state.lease import hold
from migrate.state.residue import StoredResidue
from migrate.state.store import Store

pytestmark = pytest.mark.server
CLOCK = SystemClock()
UNCHECKED = "/* without foreign keys */"
TABLES = (
    "CREATE TABLE t (id int PRIMARY KEY, body varchar(50))",
    "CREATE TABLE calm (id int PRIMARY KEY, body varchar(50))",
    "CREATE TABLE loose (body varchar(50))",
)
ROWS = tuple(f"INSERT INTO t VALUES ({n}, 'body {n}')" for n in range(1, 41))


def settled() -> None:
    """What was written is there at once: tests write on both sides."""


@dataclass
class Stage:
    """A source and a target that were alike when the slot was made, and what proofs leave over."""

    source: Any
    target: Any
    execute: Callable[[str, str], None]
    schema: str
    residue: StoredResidue
    names: list[str] = field(default_factory=lambda: ["t", "calm", "loose"])

    def on(self, side: str, *statements: str) -> None:
        for place in ("source", "target") if side == "both" else (side,):
            for statement in statements:
                self.execute(place, statement)

    def table(self, name: str) -> TableName:
        return TableName(self.schema, name)

    @property
    def witness(self) -> Witness:
        tables = [self.table(name) for name in self.names]
        return Witness(self.source, self.target, "witness", tables, self.residue, workers=2)

    def validated(self) -> None:
        """A clean pass was begun here: slots are made, and the tables' identities noted."""
        for side in (self.source, self.target):
            side.log.create_slot("witness")
        tables = [self.table(name) for name in self.names]
        known = identities(tables, self.source.rows.shapes(tables), self.target.rows.shapes(tables))
        self.residue.begin({table: Remains(identity=one) for table, one in known.items()})

    def live(self, settle: Callable[[], None] = settled) -> Proven:
        """A round while applications write: what it leaves over is kept, the slots move."""
        witness = self.witness
        proven = witness.prove(witness.look(), emit=silent, clock=CLOCK, settle=settle)
        if proven.report.verdict is not Verdict.DIFFERS:
            witness.keep(proven)
        return proven

    def at_rest(self) -> Proven:
        """The proof under the freeze."""
        witness = self.witness
        return witness.prove(witness.look(), emit=silent, clock=CLOCK)

    def left(self) -> dict[str, frozenset[Any] | None]:
        """What is left over, by table."""
        return {table.name: one.keys for table, one in self.residue.load().items() if one.keys != frozenset()}


@pytest.fixture
def residue(tmp_path: Path) -> Iterator[StoredResidue]:
    store = Store.open(f"sqlite:///{tmp_path}/state.db")
    with hold(store, "m") as lease:
        yield store.residue("m", "witness", lease)
    store.close()


def _postgres(request: pytest.FixtureRequest, residue: StoredResidue) -> Iterator[Stage]:
    pair, fresh = request.getfixturevalue("postgres_pair"), request.getfixturevalue("fresh_database")
    places = {"source": (pair[0], fresh(pair[0])), "target": (pair[1], fresh(pair[1]))}

    def database(side: Side) -> PostgresDatabase:
        server, name = places[side.value]
        address = Address(Engine.POSTGRES, server.host, server.port, name, ca_file=str(server.ca_file))
        return PostgresDatabase(address, Credentials(server.master_user, server.master_password), side)

    def execute(side: str, statement: str) -> None:
        server, name = places[side]
        with server.connect(name, server.master_user, server.master_password) as connection:
            connection.execute(statement)

    yield from _stage(database, execute, "public", residue)


def _mysql(request: pytest.FixtureRequest, residue: StoredResidue) -> Iterator[Stage]:
    pair = request.getfixturevalue("mysql_pair")
    places = {"source": pair[0], "target": pair[1]}
    if request.param == "mariadb":
        places["source"] = request.getfixturevalue("mariadb_server")
    name = request.getfixturevalue("fresh_mysql_database")(places["source"])
    pair[1].create_database(name, pair[1].master_user)

    def database(side: Side) -> MySqlDatabase:
        server = places[side.value]
        address = Address(Engine(server.engine), server.host, server.port, name, ca_file=str(server.ca_file))
        return MySqlDatabase(address, Credentials(server.master_user, server.master_password), side)

    def execute(side: str, statement: str) -> None:
        server = places[side]
        with server.connect(name, server.master_user, server.master_password) as connection:
            cursor = connection.cursor()
            if statement.startswith(UNCHECKED):
                cursor.execute("SET foreign_key_checks = 0")
            cursor.execute(statement)
            connection.commit()

    yield from _stage(database, execute, name, residue)
    pair[1].drop_database(name)


def _stage(
    database: Callable[[Side], Any], execute: Callable[[str, str], None], schema: str, residue: StoredResidue
) -> Iterator[Stage]:
    source, target = database(Side.SOURCE), database(Side.TARGET)
    stage = Stage(source, target, execute, schema, residue)
    stage.on("both", *TABLES, *ROWS, "INSERT INTO calm VALUES (1, 'x')", "INSERT INTO loose VALUES ('x')")
    yield stage
    for side in (source, target):
        side.log.drop_slot("witness")
        side.close()


@pytest.fixture(params=["postgres", "mysql", "mariadb"])
def stage(request: pytest.FixtureRequest, residue: StoredResidue) -> Iterator[Stage]:
    yield from (_postgres if request.param == "postgres" else _mysql)(request, residue)


@pytest.fixture(params=["mysql", "mariadb"])
def mysql_stage(request: pytest.FixtureRequest, residue: StoredResidue) -> Iterator[Stage]:
    yield from _mysql(request, residue)


@pytest.fixture
def postgres_stage(request: pytest.FixtureRequest, residue: StoredResidue) -> Iterator[Stage]:
    yield from _postgres(request, residue)


def test_only_what_changed_is_looked_at_and_then_never_again(stage: Stage) -> None:
    stage.validated()
    stage.on(
        "both",
        "UPDATE t SET body = 'new' WHERE id = 3",
        "DELETE FROM t WHERE id = 4",
        "UPDATE t SET id = 90 WHERE id = 5",
    )
    first = stage.live()
    assert first.verdict is Verdict.MATCH
    assert first.look.wanted == {stage.table("t"): {("3",), ("4",), ("5",), ("90",)}}
    assert stage.left() == {}
    assert stage.live().look.wanted == {}
    assert stage.at_rest().verdict is Verdict.MATCH


def test_a_row_that_never_rests_is_left_over_and_holds_no_log(stage: Stage) -> None:
    stage.validated()
    numbers = iter(range(1000))

    def hot() -> None:
        stage.on("source", f"UPDATE t SET body = 'hot {next(numbers)}' WHERE id = 7")

    hot()
    stage.on("both", "UPDATE t SET body = 'calm' WHERE id = 8")
    stood = {side.side: side.log.slots()["witness"] for side in (stage.source, stage.target)}
    proven = stage.live(settle=hot)
    assert proven.verdict is Verdict.UNKNOWN
    assert stage.left() == {"t": {("7",)}}
    for side in (stage.source, stage.target):
        assert not side.log.reached(stood[side.side], side.log.slots()["witness"]), "the slot moved on"
    stage.on("target", f"UPDATE t SET body = 'hot {next(numbers) - 1}' WHERE id = 7")
    assert stage.at_rest().verdict is Verdict.MATCH
    stage.on("target", "UPDATE t SET body = 'stale' WHERE id = 7")
    assert stage.at_rest().verdict is Verdict.DIFFERS


def test_a_leftover_is_looked_at_though_no_log_names_it_any_more(stage: Stage) -> None:
    stage.on("target", "UPDATE t SET body = 'stale' WHERE id = 7")
    stage.validated()
    assert stage.at_rest().verdict is Verdict.MATCH, "nothing was touched since"
    kept = stage.residue.load()[stage.table("t")]
    stage.residue.save({stage.table("t"): Remains(frozenset({("7",)}), kept.identity)})
    proven = stage.at_rest()
    assert [(d.key, d.kind) for d in proven.report.tables[0].differences] == [(("7",), DifferenceKind.CHANGED)]


def test_a_write_that_the_target_never_got_is_found(stage: Stage) -> None:
    stage.validated()
    stage.on("both", "UPDATE t SET body = 'both' WHERE id = 1")
    stage.on("source", "INSERT INTO t VALUES (200, 'dropped')", "DELETE FROM t WHERE id = 2")
    for proven in (stage.at_rest(), stage.live()):
        assert proven.verdict is Verdict.DIFFERS
        found = {d.key: d.kind for table in proven.report.tables for d in table.differences}
        assert found == {("200",): DifferenceKind.MISSING_ON_TARGET, ("2",): DifferenceKind.MISSING_ON_SOURCE}
    assert stage.at_rest().verdict is Verdict.DIFFERS, "a live round that found it kept it"


def test_a_stray_write_on_the_target_is_found(stage: Stage) -> None:
    stage.validated()
    stage.on("target", "UPDATE calm SET body = 'stray'")
    assert stage.live().verdict is Verdict.DIFFERS


def test_a_truncated_table_is_compared_whole(stage: Stage) -> None:
    stage.validated()
    stage.on("both", "TRUNCATE TABLE t")
    stage.on("both", "INSERT INTO t VALUES (1, 'again')")
    stage.on("target", "INSERT INTO t VALUES (2, 'left behind')")
    assert stage.at_rest().verdict is Verdict.DIFFERS
    stage.on("target", "DELETE FROM t WHERE id = 2")
    proven = stage.live()
    assert proven.look.wanted == {stage.table("t"): None}
    assert (proven.verdict, stage.left()) == (Verdict.MATCH, {})
    assert stage.live().look.wanted == {}


def test_a_table_without_a_key_waits_for_the_rest(stage: Stage) -> None:
    stage.validated()
    stage.on("source", "INSERT INTO loose VALUES ('y')")
    assert stage.live().verdict is Verdict.UNKNOWN
    assert stage.left() == {"loose": None}
    assert stage.live().look.wanted == {stage.table("loose"): None}, "left over, though the slots moved on"
    assert stage.at_rest().verdict is Verdict.DIFFERS
    stage.on("target", "INSERT INTO loose VALUES ('y')")
    assert stage.at_rest().verdict is Verdict.MATCH


def test_a_crash_between_keeping_and_moving_loses_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.validated()
    numbers = iter(range(1000))

    def hot() -> None:
        stage.on("source", f"UPDATE t SET body = 'hot {next(numbers)}' WHERE id = 7")

    hot()
    stage.on("source", "INSERT INTO loose VALUES ('y')")
    with monkeypatch.context() as broken:
        broken.setattr(type(stage.target.log), "advance_slot", _killed)
        with pytest.raises(KeyboardInterrupt):
            stage.live(settle=hot)
    assert stage.left() == {"t": {("7",)}, "loose": None}
    again = stage.witness.look().wanted
    assert again == {stage.table("t"): {("7",)}, stage.table("loose"): None}
    assert stage.at_rest().verdict is Verdict.DIFFERS


def test_a_crash_before_keeping_loses_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.validated()
    stage.on("source", "INSERT INTO loose VALUES ('y')", "UPDATE t SET body = 'z' WHERE id = 1")
    with monkeypatch.context() as broken:
        broken.setattr(StoredResidue, "save", _killed)
        with pytest.raises(KeyboardInterrupt):
            stage.live(settle=lambda: stage.on("target", "UPDATE t SET body = 'z' WHERE id = 1"))
    assert stage.left() == {}
    assert stage.witness.look().wanted == {stage.table("t"): {("1",)}, stage.table("loose"): None}


def test_a_look_that_another_proof_has_overtaken_is_known(stage: Stage) -> None:
    """The leftovers are the same before and after: where the slots stand tells."""
    stage.validated()
    look = stage.witness.look()
    assert stage.witness.unmoved(look)
    stage.on("both", "UPDATE t SET body = 'z' WHERE id = 1")
    assert stage.live().verdict is Verdict.MATCH
    assert stage.residue.load() == look.before
    assert not stage.witness.unmoved(look)


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt


def test_without_a_log_every_table_is_compared_whole_at_rest(stage: Stage) -> None:
    """No side held one: a write that no log and no counter of DMS tells of is found all the same."""
    witness = replace(stage.witness, slot="")
    assert witness.behind() == (0, 0)
    look = witness.look()
    assert look.wanted == dict.fromkeys(witness.tables)
    assert witness.prove(look, emit=silent, clock=CLOCK).verdict is Verdict.MATCH
    stage.on("target", "UPDATE calm SET body = 'stray'")
    proven = witness.prove(witness.look(), emit=silent, clock=CLOCK)
    assert proven.verdict is Verdict.DIFFERS
    assert [one.table for one in proven.report.tables if one.differences] == [stage.table("calm")]
    assert proven.compared_whole == tuple(look.wanted)


def test_a_table_that_is_gone_is_an_error_and_no_match(stage: Stage) -> None:
    stage.validated()
    stage.on("both", "DROP TABLE calm")
    with pytest.raises(MigrateError):
        stage.at_rest()


def test_without_noted_identities_every_table_is_compared_whole(stage: Stage) -> None:
    stage.validated()
    stage.residue.begin({})
    assert stage.at_rest().look.wanted == dict.fromkeys(stage.witness.tables)
    assert stage.live().verdict is Verdict.UNKNOWN, "one has no key"
    assert stage.left() == {"loose": None}


def test_a_table_that_is_made_anew_is_compared_whole(stage: Stage) -> None:
    stage.validated()
    stage.on("source", "CREATE TABLE other (id int PRIMARY KEY, body varchar(50))", "DROP TABLE calm")
    stage.on("source", "ALTER TABLE other RENAME TO calm")
    proven = stage.at_rest()
    assert stage.table("calm") in proven.look.wanted
    assert proven.look.wanted[stage.table("calm")] is None
    assert proven.verdict is Verdict.DIFFERS


def test_a_rewriting_alter_is_in_no_log_and_found_all_the_same(postgres_stage: Stage) -> None:
    stage = postgres_stage
    stage.validated()
    stage.on("source", "ALTER TABLE t ALTER body TYPE varchar(50) USING upper(body)")
    assert stage.source.log.changes("witness", [stage.table("t")]).keys == {}, "or this story tells nothing"
    assert stage.at_rest().look.wanted == {stage.table("t"): None}
    assert stage.live().verdict is Verdict.DIFFERS
    stage.on("target", "ALTER TABLE t ALTER body TYPE varchar(50) USING upper(body)")
    assert stage.live().verdict is Verdict.MATCH
    assert stage.live().look.wanted == {}


def test_a_partition_that_is_dropped_is_in_no_log_and_found_all_the_same(postgres_stage: Stage) -> None:
    stage = postgres_stage
    stage.on(
        "both",
        "CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (100) TO (200)",
        "INSERT INTO parts SELECT generate_series(50, 150)",
    )
    stage.names.append("parts")
    stage.validated()
    stage.on("source", "DROP TABLE parts_low")
    assert stage.at_rest().verdict is Verdict.DIFFERS
    stage.on("target", "DROP TABLE parts_low")
    assert stage.live().verdict is Verdict.MATCH


def test_a_column_that_was_dropped_and_added_again_is_in_no_log_and_found_all_the_same(postgres_stage: Stage) -> None:
    stage = postgres_stage
    stage.on("both", "ALTER TABLE t ADD flag boolean DEFAULT true")
    stage.validated()
    stage.on("source", "ALTER TABLE t DROP flag, ADD flag boolean DEFAULT false")
    whole_without_a_log(stage, Verdict.DIFFERS)


def test_what_was_written_under_another_name_is_looked_for(postgres_stage: Stage) -> None:
    """The log names the table as it was called; whoever watches one by its name misses those rows."""
    stage = postgres_stage
    stage.validated()
    stage.on("source", "ALTER TABLE t RENAME TO t_held", "UPDATE t_held SET body = 'unseen' WHERE id = 1")
    stage.on("source", "ALTER TABLE t_held RENAME TO t")
    whole_without_a_log(stage, Verdict.DIFFERS)


def whole_without_a_log(stage: Stage, verdict: Verdict) -> None:
    assert stage.source.log.changes("witness", [stage.table("t")]).keys == {}, "or this story tells nothing"
    proven = stage.at_rest()
    assert proven.look.wanted == {stage.table("t"): None}
    assert proven.verdict is verdict


def test_an_alter_in_the_binary_log_has_the_table_compared_whole(mysql_stage: Stage) -> None:
    stage = mysql_stage
    stage.validated()
    stage.on("both", "ALTER TABLE t MODIFY body varchar(60)")
    stage.on("target", "UPDATE calm SET body = body")
    proven = stage.live()
    assert proven.look.wanted[stage.table("t")] is None
    assert proven.verdict is Verdict.MATCH


def test_children_that_a_foreign_key_took_along_are_looked_at(mysql_stage: Stage) -> None:
    """InnoDB deletes them below the log. On the target the parent went alone, as by a feed that checks no keys."""
    stage = mysql_stage
    stage.on(
        "both",
        "CREATE TABLE child (id int PRIMARY KEY, parent int)",
        "INSERT INTO child VALUES (1, 1), (2, 2)",
    )
    key = "ALTER TABLE child ADD CONSTRAINT child_of FOREIGN KEY (parent) REFERENCES t (id) ON DELETE CASCADE"
    stage.names.append("child")
    stage.on("both", key)
    stage.validated()
    stage.on("source", "DELETE FROM t WHERE id = 1")
    stage.execute("target", f"{UNCHECKED} DELETE FROM t WHERE id = 1")
    proven = stage.at_rest()
    assert proven.verdict is Verdict.DIFFERS
    assert [d.key for table in proven.report.tables for d in table.differences] == [("1",)]
    stage.on("target", "DELETE FROM child WHERE id = 1")
    assert stage.at_rest().verdict is Verdict.MATCH
