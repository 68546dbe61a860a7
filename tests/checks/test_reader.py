"""Single forms of DDL, each with the fact it makes; and what must not be mistaken for DDL."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.ddl.read import read_file, read_text
from checks.errors import UnreadableSchemaError
from checks.facts import Catalog, ConstraintKind, ReplicaIdentity, Table, TableName
from checks.route import Engine, Version


def read(sql: str) -> Catalog:
    catalog = read_text(sql, Engine.POSTGRES)
    assert catalog.unread == ()
    return catalog


def table(sql: str, name: str = "t", schema: str = "public") -> Table:
    found = read(sql).table(TableName(schema, name))
    assert found is not None
    return found


TYPES = [
    ("int", "integer"),
    ("int8", "bigint"),
    ("varchar(20)", "character varying(20)"),
    ("character varying", "character varying"),
    ("varchar", "character varying"),
    ("char", "character(1)"),
    ('"char"', '"char"'),
    ("decimal(10, 2)", "numeric(10,2)"),
    ("numeric(5)", "numeric(5,0)"),
    ("numeric", "numeric"),
    ("double precision", "double precision"),
    ("float(24)", "real"),
    ("float", "double precision"),
    ("timestamptz(3)", "timestamp(3) with time zone"),
    ("timestamp", "timestamp without time zone"),
    ("time(6) with time zone", "time(6) with time zone"),
    ("bit varying(5)", "bit varying(5)"),
    ("interval day to second(3)", "interval day to second(3)"),
    ("interval", "interval"),
    ("integer[][]", "integer[]"),
    ("text ARRAY[4]", "text[]"),
    ("pg_catalog.int4", "integer"),
    ("bool", "boolean"),
]
"""Written so, and as format_type spells it; the real server is asked too."""


@pytest.mark.parametrize(("written", "spelled"), TYPES)
def test_types_are_spelled_as_the_server_spells_them(written: str, spelled: str) -> None:
    assert table(f"CREATE TABLE t (a {written} NOT NULL)").columns[0].type == spelled


@pytest.mark.server
def test_the_server_agrees_on_the_spelling(postgres_server: object) -> None:
    with postgres_server.connect() as connection, connection.transaction(force_rollback=True):  # type: ignore[attr-defined]
        columns = ", ".join(f"c{number} {written}" for number, (written, _) in enumerate(TYPES))
        connection.execute(f"CREATE TABLE spelled ({columns})")
        rows = connection.execute(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'spelled'::regclass AND attnum > 0 ORDER BY attnum"
        ).fetchall()
    assert [row[0] for row in rows] == [spelled for _, spelled in TYPES]


class TestTables:
    def test_a_later_statement_makes_the_key(self) -> None:
        found = table("CREATE TABLE t (a int);\nALTER TABLE ONLY public.t\n  ADD CONSTRAINT t_pk PRIMARY KEY (a);")
        assert found.primary_key is not None
        assert found.primary_key.columns == ("a",)
        assert not found.columns[0].nullable

    def test_a_key_may_take_over_an_index(self) -> None:
        catalog = read(
            "CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX u ON t (a);"
            "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX u;"
        )
        assert catalog.indexes == ()
        assert catalog.tables[0].primary_key is not None
        assert catalog.tables[0].primary_key.name == "pk"

    def test_constraints_are_named_as_the_server_names_them(self) -> None:
        found = table(
            "CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE CHECK (b > 0), c int REFERENCES t, UNIQUE (b, c))"
        )
        assert [c.name for c in found.constraints] == ["t_pkey", "t_b_key", "t_b_check", "t_c_fkey", "t_b_c_key"]

    def test_foreign_keys_may_be_deferrable_and_not_valid(self) -> None:
        found = table(
            "CREATE TABLE t (a int); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o.x (b)"
            " ON DELETE SET NULL (a) ON UPDATE NO ACTION DEFERRABLE INITIALLY DEFERRED NOT VALID"
        )
        (key,) = found.constraints
        assert (key.kind, key.references) == (ConstraintKind.FOREIGN_KEY, TableName("o", "x"))
        assert key.deferrable
        assert not key.validated

    def test_generated_and_identity_columns(self) -> None:
        catalog = read(
            "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT BY -2), b int,"
            " c int GENERATED ALWAYS AS (b * (b + 1)) STORED NOT NULL, d smallserial)"
        )
        a, _, c, d = catalog.tables[0].columns
        assert (a.identity, c.generated, c.nullable) == ("always", "b * (b + 1)", False)
        assert (d.type, d.default) == ("smallint", "nextval('public.t_d_seq'::regclass)")
        assert [(str(s.name), s.identity, s.increment) for s in catalog.sequences] == [
            ("public.t_a_seq", True, -2),
            ("public.t_d_seq", False, 1),
        ]

    def test_defaults_end_where_the_next_clause_begins(self) -> None:
        found = table(
            'CREATE TABLE t (a text DEFAULT NULL::character varying COLLATE pg_catalog."C" NOT NULL,'
            " b int DEFAULT (1 + (2)) CHECK (b > 0), c text DEFAULT 'NOT NULL, x' NULL)"
        )
        a, b, c = found.columns
        assert (a.default, a.collation, a.nullable) == ("NULL::character varying", "pg_catalog.C", False)
        assert (b.default, c.default, c.nullable) == ("(1 + (2))", "'NOT NULL, x'", True)

    def test_partitions_inherit_columns_and_keys(self) -> None:
        catalog = read(
            "CREATE TABLE p (a int, b text, PRIMARY KEY (a)) PARTITION BY RANGE (a);"
            "CREATE TABLE c PARTITION OF p FOR VALUES FROM (1) TO (2);"
            "CREATE INDEX ON p (b);"
        )
        child = catalog.table(TableName("public", "c"))
        assert child is not None
        assert [column.name for column in child.columns] == ["a", "b"]
        assert child.primary_key is not None
        assert child.primary_key.inherited
        assert sorted(index.name for index in catalog.indexes) == ["c_b_idx", "p_b_idx"]

    def test_an_attached_partition_and_its_keys(self) -> None:
        catalog = read(
            "CREATE TABLE p (a int NOT NULL) PARTITION BY LIST (a);\nCREATE TABLE c (a int NOT NULL);\n"
            "ALTER TABLE ONLY p ATTACH PARTITION c DEFAULT;\nALTER TABLE ONLY p ADD CONSTRAINT pk PRIMARY KEY (a);\n"
            "ALTER TABLE ONLY c ADD CONSTRAINT ck PRIMARY KEY (a);\nALTER INDEX pk ATTACH PARTITION ck;"
        )
        parent, child = catalog.tables
        assert child.partition_of == parent.name
        assert [c.inherited for c in (*parent.constraints, *child.constraints)] == [False, True]

    def test_session_state_applies_to_what_follows(self) -> None:
        catalog = read(
            "SET default_tablespace = fast; CREATE TABLE a (i int); SET default_tablespace = '';"
            "SET search_path = app, public; CREATE TABLE b (i int); CREATE TABLE other.c (i int);"
        )
        assert [(str(t.name), t.tablespace) for t in catalog.tables] == [
            ("public.a", "fast"),
            ("app.b", None),
            ("other.c", None),
        ]

    @pytest.mark.parametrize(
        ("change", "identity"),
        [
            ("FULL", ReplicaIdentity.FULL),
            ("NOTHING", ReplicaIdentity.NOTHING),
            ("USING INDEX i", ReplicaIdentity.INDEX),
        ],
    )
    def test_replica_identity(self, change: str, identity: ReplicaIdentity) -> None:
        assert table(f"CREATE TABLE t (a int); ALTER TABLE t REPLICA IDENTITY {change}").replica_identity is identity

    def test_the_final_state_counts(self) -> None:
        catalog = read(
            "CREATE TABLE a (i int PRIMARY KEY, j int); CREATE TABLE b (i int REFERENCES a); CREATE INDEX x ON a (j);"
            "ALTER TABLE a RENAME TO z; ALTER TABLE z RENAME COLUMN i TO k; ALTER TABLE z DROP COLUMN j,"
            " ADD COLUMN n text, ALTER COLUMN n SET NOT NULL; CREATE UNLOGGED TABLE gone (i serial); DROP TABLE gone;"
            "CREATE VIEW v AS SELECT 1; DROP VIEW IF EXISTS v CASCADE"
        )
        z, b = catalog.tables
        assert (str(z.name), [c.name for c in z.columns]) == ("public.z", ["k", "n"])
        assert b.constraints[0].references == z.name
        assert (catalog.indexes, catalog.sequences, catalog.views) == ((), (), ())


class TestOtherObjects:
    def test_routines_keep_their_body_apart(self) -> None:
        catalog = read(
            "CREATE FUNCTION f(a int DEFAULT 1) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $x$ BEGIN; $x$;"
            "ALTER FUNCTION f(integer) OWNER TO boss;\nCREATE PROCEDURE p() BEGIN ATOMIC DELETE FROM t; END;"
            "CREATE AGGREGATE s(int) (SFUNC = f, STYPE = int);"
        )
        f, p, s = catalog.routines
        assert (f.language, f.body, f.security_definer, f.owner) == ("plpgsql", " BEGIN; ", True, "boss")
        assert (p.kind, p.language, p.body) == ("procedure", "sql", "BEGIN ATOMIC DELETE FROM t; END")
        assert s.kind == "aggregate"

    def test_triggers_and_their_state(self) -> None:
        catalog = read(
            "CREATE TABLE t (a int); CREATE CONSTRAINT TRIGGER x AFTER INSERT OR UPDATE OF a ON public.t DEFERRABLE"
            " FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER x;"
            "CREATE EVENT TRIGGER e ON sql_drop EXECUTE PROCEDURE s.f(); ALTER EVENT TRIGGER e DISABLE;"
        )
        assert (catalog.triggers[0].table, catalog.triggers[0].enabled) == (TableName("public", "t"), "always")
        event = catalog.event_triggers[0]
        assert (event.event, event.function, event.enabled) == ("sql_drop", "s.f", "disabled")

    def test_sequences_with_their_value_and_owner(self) -> None:
        catalog = read(
            "CREATE TABLE t (a int);"
            "CREATE SEQUENCE s AS integer START WITH 1 INCREMENT BY 5 NO MINVALUE CACHE 1 CYCLE;"
            "ALTER SEQUENCE public.s OWNED BY public.t.a; SELECT pg_catalog.setval('public.s', 42, true);"
        )
        (sequence,) = catalog.sequences
        assert (sequence.owned_by, sequence.increment, sequence.last_value) == ("public.t.a", 5, 42)
        assert (sequence.cycle, sequence.maximum) == (True, 2147483647)

    def test_large_objects_are_counted(self) -> None:
        assert read("SELECT pg_catalog.lo_create('16434');\nSELECT pg_catalog.lo_create('16435');").large_objects == 2
        assert read("SELECT pg_catalog.set_config('search_path', '', false);").large_objects is None

    def test_the_header_tells_the_version(self) -> None:
        assert read("-- Dumped from database version 17.5 (Debian 17.5-1)\nSET x = 1;").version == Version((17, 5))

    def test_roles_without_their_passwords(self) -> None:
        catalog = read(
            "CREATE ROLE app; ALTER ROLE app WITH SUPERUSER LOGIN REPLICATION PASSWORD 'SCRAM-SHA-256$4096';"
        )
        assert catalog.accounts is not None
        assert (catalog.accounts[0].superuser, catalog.accounts[0].replication) == (True, True)
        assert "SCRAM" not in repr(catalog)

    def test_secrets_are_taken_out(self) -> None:
        catalog = read_text(
            "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password 'canary');\n"
            "CREATE SUBSCRIPTION s CONNECTION 'host=h password=canary' PUBLICATION p;\nFROB PASSWORD 'canary';",
            Engine.POSTGRES,
        )
        assert len(catalog.others) == 2
        assert len(catalog.unread) == 1
        assert "canary" not in repr(catalog)


class TestTraps:
    """What looks like a fault and is none."""

    def test_keywords_as_names(self) -> None:
        catalog = read(
            'CREATE TABLE extension (engine int PRIMARY KEY, "unique" text, language text, "primary" int);'
            'CREATE TABLE "Table" ("CREATE EXTENSION x" int);'
        )
        assert [t.name.name for t in catalog.tables] == ["extension", "Table"]
        assert [c.name for c in catalog.tables[0].columns] == ["engine", "unique", "language", "primary"]
        assert catalog.extensions == ()

    def test_ddl_in_strings_bodies_and_comments(self) -> None:
        catalog = read(
            "-- CREATE EXTENSION a;\n/* CREATE EXTENSION b; /* */ */\n"
            "CREATE TABLE t (a text DEFAULT 'CREATE EXTENSION c;');"
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE UNLOGGED TABLE u (); END $$;"
            "INSERT INTO t VALUES ('x; CREATE EXTENSION d;');\nCOMMENT ON TABLE t IS 'CREATE EXTENSION e';"
        )
        assert (len(catalog.tables), catalog.extensions) == (1, ())

    def test_mixed_case_names_are_two_tables(self) -> None:
        catalog = read('CREATE TABLE Orders (a int); CREATE TABLE "Orders" (a int PRIMARY KEY);')
        assert [(t.name.name, bool(t.primary_key)) for t in catalog.tables] == [("orders", False), ("Orders", True)]

    def test_a_literal_password_column_is_no_secret(self) -> None:
        assert table("CREATE TABLE t (password text NOT NULL)").columns[0].name == "password"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("FROBNICATE t;", "FROBNICATE"),
        ("CREATE WIDGET w;", "WIDGET"),
        ("CREATE TABLE t AS SELECT 1;", "query"),
        ("CREATE TABLE t (a int FLUFFY);", "fluffy"),
        ("ALTER TABLE nowhere ADD COLUMN a int;", "nowhere"),
        ("DO $$ BEGIN END $$;", "DO"),
        ("SELECT create_hypertable('t', 'c');", "create_hypertable"),
        ("SELECT * FROM partman.create_parent('t', 'c');", "create_parent"),
        ("SET standard_conforming_strings = off;", "backslashes"),
        ("SELECT 'open", "ends in the middle"),
        ("COPY t FROM stdin;\n1\n", "ends in the middle"),
        ("ALTER VIEW v RENAME TO w;", "name"),
    ],
)
def test_what_is_not_understood_is_kept_with_its_line(statement: str, why: str) -> None:
    catalog = read_text(f"CREATE TABLE before (a int);\n\n{statement}", Engine.POSTGRES, "dump.sql")
    (unread,) = catalog.unread
    assert why.lower() in unread.reason.lower()
    assert unread.location.file == "dump.sql"
    assert unread.location.line in (3, 4)
    assert len(catalog.tables) == 1


def test_a_truncated_dump_is_told() -> None:
    head = "--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE t (a int);\n"
    assert "cut off" in read_text(head, Engine.POSTGRES).unread[0].reason
    assert read_text(head + "--\n-- PostgreSQL database dump complete\n--\n", Engine.POSTGRES).unread == ()


def test_rows_and_reads_are_known_to_be_irrelevant() -> None:
    read(
        "INSERT INTO t VALUES (1); UPDATE t SET a = 1; WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x; VALUES (1);"
        "SELECT count(*) FROM t WHERE a IN (1);"
        "GRANT ALL ON t TO x; COMMENT ON ROLE t IS ''; ALTER TABLE t OWNER TO x;"
        "ALTER TYPE y OWNER TO x; SECURITY LABEL ON TABLE t IS 'x';"
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x;"
    )


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "code", "hint"),
        [
            (b"", "empty", "pg_dump"),
            (b"\n \n", "empty", "pg_dump"),
            (b"PGDMP\x01\x0f\x00", "custom-format", "pg_restore --schema-only --file=schema.sql"),
            (b"\x1f\x8b\x08\x00rest", "truncated", "gunzip --test"),
            (b"CREATE TABLE t (a int);\n-- caf\xe9\n", "not-utf-8", "--encoding=UTF8"),
            (b"a\0b", "not-text", "plain"),
            (b"CREATE TABLE t (a int);\n\\connect other\n", "several-databases", "one database"),
            (b"\\i other.sql\n", "included-file", "Join"),
        ],
    )
    def test_what_is_no_schema_file_is_said_with_the_way_out(
        self, tmp_path: Path, content: bytes, code: str, hint: str
    ) -> None:
        path = tmp_path / "schema.sql"
        path.write_bytes(content)
        with pytest.raises(UnreadableSchemaError) as caught:
            read_file(path, Engine.POSTGRES)
        assert caught.value.code == code
        assert hint in caught.value.hint
        assert "\n" not in str(caught.value)

    def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(self, tmp_path: Path) -> None:
        path = tmp_path / "schema.sql"
        path.write_bytes(b"\xef\xbb\xbfCREATE TABLE t (\r\n a int\r\n);\r\nCOPY t FROM stdin;\r\n1\r\n\\.\r\nSELECT 1;")
        catalog = read_file(path, Engine.POSTGRES)
        assert (len(catalog.tables), catalog.unread) == (1, ())
