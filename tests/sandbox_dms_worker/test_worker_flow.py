"""Stories of a whole task: every kind of value, concurrent writers, keyless tables, names, preparation modes."""

from __future__ import annotations

import random
from typing import Any

import psycopg
import pytest

from tests.sandbox_dms_worker.conftest import DMS_USER
from tests.sandbox_dms_worker.driving import SECONDS, wait_for
from tests.sandbox_dms_worker.writers import writing

pytestmark = pytest.mark.server

TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE TYPE pair AS (a int, "B c" text);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE wide (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  i2 smallint, n numeric, f4 real, f8 double precision, b boolean, bits bit(5), vbits varbit, c char(6), vc varchar(40),
  t text, "Mixed ""Case" text, "a[text]:1 b" text, bin bytea, d date, tz timestamptz, ts timestamp, iv interval,
  u uuid, j json, jb jsonb, ia int[], ta text[], ip inet, m macaddr, r int4range, mr tstzrange, e mood, ea mood[],
  cp pair, dom positive, doubled numeric GENERATED ALWAYS AS (n * 2) STORED, x xml, mon money, chr "char", pt point
)
"""
WIDE_INSERT = """
INSERT INTO wide (i2, n, f4, f8, b, bits, vbits, c, vc, t, "Mixed ""Case", "a[text]:1 b", bin, d, tz, ts, iv, u, j, jb,
  ia, ta, ip, m, r, mr, e, ea, cp, dom, x, mon, chr, pt)
VALUES (1, 'NaN', 'Infinity', 0.1, true, B'01010', B'1', 'ab', 'v', %(t)s, %(t)s, 'null', '\\x00ff27', '2024-02-29',
  'infinity', '-infinity', '-1 mons +2 days -03:04:05.678', gen_random_uuid(), '{"a":  1, "a": "it''s"}',
  '{"b": [1, null]}',
  '{{1,2},{3,NULL}}', ARRAY['a,b', 'c"d', NULL, 'null', E'back\\\\slash'], '10.0.0.1/8', '08:00:2b:01:02:03', '[1,5)',
  '(,2024-01-01)', 'it''s ok', '{sad,"it''s ok"}', ROW(1, 'x, "y"'), 7, '<a>''</a>', '$1,234.56', 'c', '(1,2)'),
 (NULL, 1e100, 1e-30, 1e300, false, B'00000', B'', '', '', '', NULL, 'unchanged-toast-datum', '', '0044-03-15 BC',
  '0001-01-01 00:00:00+00 BC', '2024-01-01 00:00:00.000001', '0', NULL, '[]', 'null', '{}', '{}', '::1',
  NULL, 'empty', NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL)
"""
HOSTILE = (
    "line\nbreak\ttab\rreturn \\ back \\N \\. 'quote' \"double\" ; -- é 漢字 🐘 new-tuple: id[integer]:1 %s $1 \u2028"
)


def test_load_then_changes_arrive_and_a_stop_is_the_end(stage: Any) -> None:
    stage.make("CREATE TABLE a (id int PRIMARY KEY, v text)")
    stage.source.execute("INSERT INTO a SELECT g, 'x' || g FROM generate_series(1, 1000) g")
    worker = stage.run()
    worker.loaded("a", "marker")
    stage.source.execute("INSERT INTO a VALUES (5000, 'it''s')")
    stage.source.execute("UPDATE a SET v = 'new' WHERE id <= 10")
    stage.source.execute("DELETE FROM a WHERE id = 11")
    stage.settle(worker)
    stage.equal("a")
    assert worker.stop() == {"event": "stopped", "reason": "NORMAL"}
    assert worker.states("a") == ["Before load", "Full load", "Table completed"]
    final = worker.table("a")
    assert final["full_load_rows"] == 1000
    assert final["full_load_start"] <= final["full_load_end"]
    assert (final["applied_inserts"], final["applied_updates"], final["applied_deletes"]) == (1, 10, 1)
    assert (final["inserts"], final["updates"], final["deletes"]) == (1, 10, 1)
    assert worker.of("progress")[-1]["percent"] == 100
    assert worker.checkpoint().startswith("checkpoint:V1#1#")


def test_every_kind_of_value_survives_load_and_changes(stage: Any) -> None:
    stage.make(TYPES)
    for _ in range(2):
        stage.source.execute(WIDE_INSERT, {"t": HOSTILE})
    worker = stage.run()
    worker.loaded("wide")
    stage.equal("wide")
    stage.source.execute(WIDE_INSERT, {"t": HOSTILE * 2})
    stage.source.execute("UPDATE wide SET t = t || '''', n = 12.3400, b = NOT b, ta = ta || text 'new''' WHERE id <= 2")
    stage.source.execute('DELETE FROM wide WHERE "Mixed ""Case" IS NULL AND id < 3')
    stage.source.execute("INSERT INTO wide DEFAULT VALUES")
    stage.settle(worker)
    stage.equal("wide")
    assert stage.exceptions() == []
    assert worker.stop()["reason"] == "NORMAL"


def test_large_values_that_an_update_does_not_touch_stay(stage: Any) -> None:
    stage.make("CREATE TABLE big (id int PRIMARY KEY, n int, body text, other text)")
    stage.source.execute("ALTER TABLE big ALTER body SET STORAGE EXTERNAL, ALTER other SET STORAGE EXTERNAL")
    stage.source.execute(
        "INSERT INTO big SELECT g, 0, repeat('a''', 50000), repeat('b', 9000) FROM generate_series(1, 3) g"
    )
    worker = stage.run()
    worker.loaded("big")
    stage.source.execute("UPDATE big SET n = 1 WHERE id = 1")
    stage.source.execute("UPDATE big SET other = 'short' WHERE id = 2")
    stage.source.execute("UPDATE big SET id = 30 WHERE id = 3")
    stage.settle(worker)
    stage.equal("big")
    worker.stop()


def test_a_change_of_the_primary_key_moves_the_row(stage: Any) -> None:
    stage.make("CREATE TABLE moved (a int, b text, v int, PRIMARY KEY (a, b))")
    stage.source.execute("INSERT INTO moved SELECT g, 'k', g FROM generate_series(1, 5) g")
    worker = stage.run()
    worker.loaded("moved")
    stage.source.execute("UPDATE moved SET a = a + 100 WHERE a <= 3")
    stage.source.execute("UPDATE moved SET b = 'other', v = 0 WHERE a = 4")
    stage.settle(worker)
    stage.equal("moved")
    worker.stop()
    assert any("primary key" in one["text"] for one in worker.of("log"))


def test_hostile_names_schemas_and_a_renaming(stage: Any) -> None:
    stage.make(
        'CREATE SCHEMA "we""ird: INSERT:"',
        'CREATE TABLE "we""ird: INSERT:"."T.1; x" ("select" int PRIMARY KEY, "Val ue" text)',
    )
    stage.target.execute(
        'CREATE SCHEMA renamed; CREATE TABLE renamed."T.1; x" ("select" int PRIMARY KEY, "Val ue" text)'
    )
    stage.grant()
    name = '"we""ird: INSERT:"."T.1; x"'
    stage.source.execute(f"INSERT INTO {name} VALUES (1, 'a')")
    rule = {"rule-type": "selection", "rule-action": "include"}
    mappings = {
        "rules": [
            {**rule, "rule-id": "1", "object-locator": {"schema-name": 'we"ird%', "table-name": "%"}},
            {**rule, "rule-id": "2", "object-locator": {"schema-name": "public", "table-name": "marker"}},
            {
                "rule-type": "transformation",
                "rule-id": "3",
                "rule-target": "schema",
                "rule-action": "rename",
                "value": "renamed",
                "object-locator": {"schema-name": 'we"ird%'},
            },
        ]
    }
    worker = stage.run(table_mappings=mappings)
    worker.loaded("marker")
    stage.source.execute(f"INSERT INTO {name} VALUES (2, 'b')")
    stage.source.execute(f'UPDATE {name} SET "Val ue" = \'c\' WHERE "select" = 1')
    stage.settle(worker)
    assert stage.rows(stage.target, 'renamed."T.1; x"') == stage.rows(stage.source, name)
    assert stage.rows(stage.target, name) == []
    worker.stop()


def test_nothing_is_lost_or_doubled_under_concurrent_writers(stage: Any) -> None:
    stage.make(
        "CREATE TABLE acc (id int PRIMARY KEY, v int)", "CREATE TABLE led (id bigserial PRIMARY KEY, a int, d int)"
    )
    stage.source.execute("INSERT INTO acc SELECT g, 0 FROM generate_series(1, 200) g")
    stage.source.execute("INSERT INTO led (a, d) SELECT g % 200, 0 FROM generate_series(1, 50000) g")

    def connect() -> psycopg.Connection[Any]:
        return psycopg.connect(stage.source.info.dsn, password=stage.source_server.superuser_password)

    def write(session: psycopg.Connection[Any], chance: random.Random) -> None:
        with session.transaction():
            for _ in range(chance.randint(1, 5)):
                session.execute("UPDATE acc SET v = v + 1 WHERE id = %s", [chance.randint(1, 200)])
                session.execute("INSERT INTO led (a, d) VALUES (%s, 1)", [chance.randint(1, 200)])
            if chance.random() < 0.2:
                session.execute("DELETE FROM led WHERE id = (SELECT max(id) FROM led)")
            if chance.random() < 0.1:
                raise psycopg.Rollback

    with writing(connect, write) as writers:
        worker = stage.run()
        worker.loaded("acc", "led")
        writers.go_on(200)
    stage.settle(worker)
    stage.equal("acc", "led")
    assert stage.exceptions() == []
    worker.stop()


def test_a_table_without_key_takes_inserts_only(stage: Any) -> None:
    stage.make("CREATE TABLE keyless (v int)")
    stage.source.execute("INSERT INTO keyless VALUES (1), (2)")
    worker = stage.run()
    worker.loaded("keyless")
    stage.source.execute("INSERT INTO keyless VALUES (3)")
    stage.source.execute("UPDATE keyless SET v = 20 WHERE v = 2")
    stage.source.execute("DELETE FROM keyless WHERE v = 1")
    stage.settle(worker)
    assert stage.rows(stage.target, "keyless") == ["('(1)',)", "('(2)',)", "('(3)',)"]
    worker.stop()
    final = worker.table("keyless")
    assert (final["inserts"], final["updates"], final["deletes"]) == (1, 1, 1)
    assert (final["applied_inserts"], final["applied_updates"], final["applied_deletes"]) == (1, 0, 0)
    assert stage.exceptions() == []


def test_replica_identity_full_stands_in_for_the_key(stage: Any) -> None:
    stage.make("CREATE TABLE whole (v int, t text, j json, c char(4))")
    stage.source.execute("ALTER TABLE whole REPLICA IDENTITY FULL")
    stage.source.execute(
        """INSERT INTO whole VALUES (1, NULL, '{"a": 1}', 'x'), (1, NULL, '{"a": 1}', 'x'), (2, 'b', NULL, NULL)"""
    )
    worker = stage.run()
    worker.loaded("whole")
    stage.source.execute("UPDATE whole SET t = 'new' WHERE v = 2")
    stage.source.execute("DELETE FROM whole WHERE ctid = (SELECT min(ctid) FROM whole WHERE v = 1)")
    stage.settle(worker)
    stage.equal("whole")
    worker.stop()


def test_an_identity_index_finds_the_rows_though_there_is_a_primary_key(stage: Any) -> None:
    """The log holds the old values of that index alone."""
    stage.make("CREATE TABLE coded (id int PRIMARY KEY, code text NOT NULL UNIQUE, v int)")
    stage.source.execute("ALTER TABLE coded REPLICA IDENTITY USING INDEX coded_code_key")
    stage.source.execute("INSERT INTO coded VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4)")
    worker = stage.run()
    worker.loaded("coded", "marker")
    stage.source.execute("DELETE FROM coded WHERE id = 1")
    stage.source.execute("UPDATE coded SET code = 'bb' WHERE id = 2")
    stage.source.execute("UPDATE coded SET id = 30 WHERE id = 3")
    stage.source.execute("UPDATE coded SET v = 40 WHERE id = 4")
    stage.settle(worker)
    stage.equal("coded")
    assert stage.exceptions() == []
    worker.stop()
    assert not any("primary key value" in one["text"] for one in worker.of("log"))


def test_truncate_is_not_carried_and_is_logged(stage: Any) -> None:
    stage.make("CREATE TABLE cut (id int PRIMARY KEY)")
    stage.source.execute("INSERT INTO cut VALUES (1)")
    worker = stage.run()
    worker.loaded("cut")
    stage.source.execute("TRUNCATE cut")
    stage.settle(worker)
    assert len(stage.rows(stage.target, "cut")) == 1
    worker.stop()
    assert any("TRUNCATE" in one["text"] for one in worker.of("log"))


def test_partitions_are_moved_and_not_their_parent(stage: Any) -> None:
    stage.make(
        "CREATE TABLE part (id int, v text, PRIMARY KEY (id)) PARTITION BY RANGE (id)",
        "CREATE TABLE part_a PARTITION OF part FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE part_b PARTITION OF part FOR VALUES FROM (100) TO (200)",
    )
    stage.source.execute("INSERT INTO part SELECT g, 'x' FROM generate_series(0, 199) g")
    worker = stage.run()
    worker.loaded("part_a", "part_b")
    stage.source.execute("DELETE FROM part WHERE id = 150")
    stage.source.execute("UPDATE part SET id = 150 WHERE id = 50")
    stage.settle(worker)
    stage.equal("part_a", "part_b")
    assert worker.states("part") == []
    worker.stop()


def test_drop_and_create_makes_columns_and_key_with_the_types_of_dms(stage: Any) -> None:
    stage.make("CREATE TYPE feeling AS ENUM ('a', 'b')")
    stage.source.execute(
        "CREATE TABLE made (id int PRIMARY KEY, n numeric, m numeric(8,1), b boolean DEFAULT true,"
        " e feeling, t text UNIQUE)"
    )
    stage.source.execute("INSERT INTO made VALUES (1, 1.5, 2.5, true, 'b', 'x'), (2, NULL, NULL, false, NULL, NULL)")
    stage.target.execute("GRANT CREATE ON SCHEMA public TO dms_worker_test")
    stage.grant()
    rule = {"rule-type": "selection", "rule-action": "include"}
    mappings = {"rules": [{**rule, "rule-id": "1", "object-locator": {"schema-name": "public", "table-name": "made"}}]}
    worker = stage.run(
        table_mappings=mappings, settings={"FullLoadSettings": {"TargetTablePrepMode": "DROP_AND_CREATE"}}
    )
    worker.loaded("made")
    stage.source.execute("INSERT INTO made VALUES (3, 3.25, 1, true, 'a', 'y')")
    worker.stop()
    columns = stage.target.execute(
        "SELECT attname, format_type(atttypid, atttypmod), atthasdef FROM pg_attribute"
        " WHERE attrelid = 'made'::regclass AND attnum > 0 ORDER BY attnum"
    ).fetchall()
    assert columns == [
        ("id", "integer", False),
        ("n", "numeric(28,6)", False),
        ("m", "numeric(8,1)", False),
        ("b", "character varying(5)", False),
        ("e", "character varying", False),
        ("t", "text", False),
    ]
    indexes = stage.target.execute("SELECT indisprimary FROM pg_index WHERE indrelid = 'made'::regclass").fetchall()
    assert indexes == [(True,)]
    assert stage.target.execute("SELECT b FROM made ORDER BY id").fetchall()[:2] == [("true",), ("false",)]


def test_a_table_made_while_the_slot_waits_is_loaded_and_followed(stage: Any) -> None:
    stage.target.execute(f"GRANT CREATE ON SCHEMA public TO {DMS_USER}")
    stage.target.execute(f"ALTER TABLE marker OWNER TO {DMS_USER}")
    slots = "SELECT 1 FROM pg_replication_slots WHERE database = %s"
    with stage.source_server.connect(stage.source_database) as other:
        other.autocommit = False
        other.execute("CREATE TABLE late (id int PRIMARY KEY, v int); INSERT INTO late VALUES (1, 1)")
        other.execute(f"GRANT SELECT ON late TO {DMS_USER}")
        worker = stage.run(settings={"FullLoadSettings": {"TargetTablePrepMode": "DROP_AND_CREATE"}})
        wait_for(lambda: stage.source.execute(slots, [stage.source_database]).fetchall(), "the slot being made")
        other.commit()
    worker.loaded("late", "marker")
    stage.source.execute("INSERT INTO late VALUES (2, 2)")
    stage.settle(worker)
    stage.equal("late")
    worker.stop()


def test_truncate_before_load_empties_the_table(stage: Any) -> None:
    stage.make("CREATE TABLE refilled (id int PRIMARY KEY)")
    stage.source.execute("INSERT INTO refilled VALUES (1)")
    stage.target.execute("INSERT INTO refilled VALUES (1), (2)")
    worker = stage.run(
        migration_type="full-load", settings={"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}
    )
    assert worker.last()["reason"] == "FULL_LOAD_ONLY_FINISHED"
    stage.equal("refilled")
    tables = stage.target.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'awsdms_control'").fetchall()
    assert tables == [("awsdms_apply_exceptions",)]


def test_do_nothing_onto_existing_rows_is_a_table_error_and_the_task_goes_on(stage: Any) -> None:
    stage.make("CREATE TABLE taken (id int PRIMARY KEY)", "CREATE TABLE free (id int PRIMARY KEY)")
    stage.source.execute("INSERT INTO taken VALUES (1); INSERT INTO free VALUES (1)")
    stage.target.execute("INSERT INTO taken VALUES (1)")
    worker = stage.run()
    worker.loaded("free", "marker")
    stage.settle(worker)
    assert worker.table("taken")["state"] == "Table error"
    assert worker.of("progress")[-1]["tables_errored"] == 1
    assert worker.stop()["reason"] == "NORMAL"


def test_foreign_keys_bite_without_the_bypass(stage: Any) -> None:
    stage.make("CREATE TABLE parent (id int PRIMARY KEY)", "CREATE TABLE child (id int PRIMARY KEY, p int)")
    stage.target.execute("ALTER TABLE child ADD FOREIGN KEY (p) REFERENCES parent")
    stage.source.execute("INSERT INTO child VALUES (1, 99)")
    worker = stage.run(target_settings={}, migration_type="full-load")
    assert worker.last()["reason"] == "FULL_LOAD_ONLY_FINISHED"
    assert worker.table("child")["state"] == "Table error"
    worker = stage.run(migration_type="full-load")
    assert worker.last()["reason"] == "FULL_LOAD_ONLY_FINISHED"
    assert worker.table("child")["state"] == "Table completed"


def test_limited_lob_mode_cuts_or_fails(stage: Any) -> None:
    stage.make("CREATE TABLE lob (id int PRIMARY KEY, t text, b bytea)", "CREATE TABLE loose (v int, t text, b bytea)")
    stage.source.execute("ALTER TABLE loose REPLICA IDENTITY FULL")
    stage.source.execute(
        "INSERT INTO loose SELECT v, repeat('é', 3000), decode(repeat('ff', 3000), 'hex') FROM generate_series(1, 2) v"
    )
    stage.source.execute(
        "INSERT INTO lob VALUES (1, repeat('é', 3000), decode(repeat('ff', 3000), 'hex')), (2, 'short', NULL)"
    )
    limited = {"TargetMetadata": {"LimitedSizeLobMode": True, "LobMaxSize": 1}}
    worker = stage.run(settings=limited)
    worker.loaded("lob", "loose")
    stage.source.execute("UPDATE loose SET v = 10 WHERE v = 1")
    stage.source.execute("DELETE FROM loose WHERE v = 2")
    stage.source.execute("INSERT INTO lob VALUES (3, repeat('y', 3000), decode(repeat('00', 3000), 'hex'))")
    stage.settle(worker)
    lengths = stage.target.execute("SELECT length(t), length(b) FROM lob ORDER BY id").fetchall()
    assert lengths == [(1024, 1024), (5, None), (1024, 1024)]
    # A whole row that is the key is looked for as it was cut.
    assert stage.target.execute("SELECT v, length(t) FROM loose").fetchall() == [(10, 1024)]
    worker.stop()
    assert any("LobTruncation" in one["text"] for one in worker.of("log"))
    worker = stage.run(settings=limited, source_settings={"FailTasksOnLobTruncation": True})
    last = worker.last()
    assert last["event"] == "failed"
    assert "LobTruncation" in last["message"]


def test_filters_hold_for_load_and_changes(stage: Any) -> None:
    stage.make("CREATE TABLE few (id int PRIMARY KEY, v text)")
    stage.source.execute("INSERT INTO few SELECT g, 'x' FROM generate_series(1, 20) g")
    condition = {"filter-operator": "between", "start-value": "5", "end-value": "10"}
    rule = {"rule-type": "selection", "rule-action": "include"}
    mappings = {
        "rules": [
            {
                **rule,
                "rule-id": "1",
                "object-locator": {"schema-name": "public", "table-name": "few"},
                "filters": [{"filter-type": "source", "column-name": "id", "filter-conditions": [condition]}],
            },
            {**rule, "rule-id": "2", "object-locator": {"schema-name": "public", "table-name": "marker"}},
        ]
    }
    worker = stage.run(table_mappings=mappings)
    worker.loaded("few")
    stage.source.execute("UPDATE few SET v = 'y'")
    stage.source.execute("DELETE FROM few WHERE id IN (5, 15)")
    stage.settle(worker)
    assert stage.target.execute("SELECT id, v FROM few ORDER BY id").fetchall() == [(n, "y") for n in range(6, 11)]
    assert stage.exceptions() == []
    worker.stop()


def test_no_table_found_fails_when_asked(stage: Any) -> None:
    nothing = {
        "rules": [
            {
                "rule-type": "selection",
                "rule-id": "1",
                "rule-action": "include",
                "object-locator": {"schema-name": "nowhere", "table-name": "%"},
            }
        ]
    }
    worker = stage.run(table_mappings=nothing, settings={"ErrorBehavior": {"FailOnNoTablesCaptured": True}})
    last = worker.last()
    assert last["event"] == "failed"
    assert "No tables were found" in last["message"]
    assert last["message"].endswith("Stop Reason FATAL_ERROR Error Level FATAL")


def test_the_end_of_standard_input_ends_the_worker(stage: Any) -> None:
    worker = stage.run()
    worker.loaded("marker")
    worker.process.stdin.close()
    assert worker.process.wait(SECONDS) == 3
