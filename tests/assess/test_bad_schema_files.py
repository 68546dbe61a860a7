"""Whatever file is given: it is read, or one line says what it is and how to make a readable one."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.assess.conftest import SCHEMA, Assess

MYSQL_TARGET = "aurora-mysql:3.08.0"
MYSQL_DDL = "CREATE TABLE `t` (\n  `id` int NOT NULL\n) ENGINE=InnoDB;\n"
POSTGRES_DDL = "SET search_path = app;\nCREATE TABLE t (id int);\n"
DUMPED = "-- MariaDB dump 10.19\n-- Server version\t{}\nCREATE TABLE `t` (`id` int);\n-- Dump completed\n"


def tar_of_pg_dump() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("toc.dat"))
    return made.getvalue()


REFUSED: dict[str, tuple[bytes, str, str, str]] = {
    "empty": (b"", "postgres", "is empty", "pg_dump --schema-only"),
    "only blanks": (b" \n\n\t\n", "postgres", "is empty", "pg_dump --schema-only"),
    "only blanks, mysql": (b" \n\n\t\n", "mysql", "is empty", "mysqldump --no-data"),
    "custom format": (b"PGDMP\x01\x0e\x00\x04\x08", "postgres", "custom format", "pg_restore --schema-only --file="),
    "tar": (tar_of_pg_dump(), "postgres", "tar format", "pg_restore --schema-only --file="),
    "packed custom format": (gzip.compress(b"PGDMP\x01\x0e\x00"), "postgres", "custom format", "pg_restore"),
    "bzip2": (b"BZh91AY&SY", "postgres", "is compressed", "bunzip2"),
    "zstd": (b"\x28\xb5\x2f\xfd\x00", "mysql", "is compressed", "unzstd"),
    "gzip that breaks off": (gzip.compress(SCHEMA.encode())[:-12], "postgres", "breaks off", "gunzip --test"),
    "gzip with rubbish": (gzip.compress(SCHEMA.encode())[:20] + b"\xff" * 99, "postgres", "damaged", "gunzip --test"),
    "UTF-16": (SCHEMA.encode("utf-16"), "postgres", "is UTF-16", "pg_dump"),
    "latin 1": ("CREATE TABLE é (a int);".encode("latin-1"), "postgres", "is not UTF-8", "--encoding=UTF8"),
    "XML": (b"<?xml version='1.0'?><mysqldump/>", "mysql", "is XML", "without --xml"),
    "a dump of PostgreSQL": (b"-- PostgreSQL database dump\n", "mysql", "a dump of postgres", "--engine postgres"),
    "a dump of MySQL": (b"-- MySQL dump 10.13\n", "postgres", "a dump of mysql", "--engine mysql"),
    "a dump of MariaDB": (b"-- MariaDB dump 10.19\n", "postgres", "a dump of mariadb", "--engine mariadb"),
    "MariaDB for MySQL": (DUMPED.format("10.11.18-MariaDB").encode(), "mysql", "a dump of mariadb", "--engine mariadb"),
    "MySQL for MariaDB": (DUMPED.format("8.0.36").encode(), "mariadb", "a dump of mysql", "--engine mysql"),
    "only comments": (b"-- nothing\n", "postgres", "defines nothing", "pg_dump --schema-only"),
    "only settings": (b"SET search_path = app;\n", "postgres", "defines nothing", "pg_dump --schema-only"),
    "only rows": (b"COPY t (a) FROM stdin;\n1\n\\.\n", "postgres", "defines nothing", "Rows alone are not enough"),
    "only rows, mysql": (b"INSERT INTO `t` VALUES (1);\n", "mysql", "defines nothing", "mysqldump --no-data"),
    "prose": (
        b"Dear all,\nplease find the schema below;\n",
        "postgres",
        "no SQL that can be read: Dear all,",
        "pg_dump",
    ),
    "a stack trace, mysql": (b"ERROR 1045 (28000): Access denied;\n", "mysql", "no SQL that can be read", "mysqldump"),
    "MySQL by its words": (MYSQL_DDL.encode(), "postgres", "a dump of mysql", "--engine mysql"),
    "PostgreSQL by its words": (POSTGRES_DDL.encode(), "mariadb", "a dump of postgres", "--engine postgres"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_schema_file_is_told_with_the_way_out(assess: Assess, tmp_path: Path, case: str) -> None:
    content, engine, says, hint = REFUSED[case]
    path = tmp_path / "given"
    path.write_bytes(content)
    target = "aurora-postgresql:17.5" if engine == "postgres" else MYSQL_TARGET
    ran = assess("--format", "json", schema=path, engine=engine, target=target)
    complaint = json.loads(ran.out)
    assert (ran.code, complaint["code"]) == (2, "CFG-024")
    assert says in complaint["message"]
    assert hint in complaint["hint"]


def test_a_folder_of_pg_dump_is_told(assess: Assess, tmp_path: Path) -> None:
    (tmp_path / "toc.dat").write_bytes(b"PGDMP")
    ran = assess("--format", "json", schema=tmp_path)
    assert ran.code == 2
    assert "directory format" in ran.json["message"]
    assert "pg_restore" in ran.json["hint"]


@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_a_packed_file_says_what_the_plain_one_says(assess: Assess, tmp_path: Path, engine: str) -> None:
    text, target = (SCHEMA, "aurora-postgresql:17.5") if engine == "postgres" else (MYSQL_DDL, MYSQL_TARGET)
    plain, packed = tmp_path / "a" / "schema.sql", tmp_path / "b" / "schema.sql"
    for path, content in ((plain, text.encode()), (packed, gzip.compress(text.encode()))):
        path.parent.mkdir()
        path.write_bytes(content)

    def told(path: Path) -> list[tuple[str, str, int]]:
        report = assess("--format", "json", schema=path, engine=engine, target=target).json
        return [(f["code"], f["message"], (f["location"] or {}).get("line", 0)) for f in report["findings"]]

    assert told(plain) == told(packed) != []


CUT: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "inside a statement": ("postgres", SCHEMA, lambda text: text[: text.rindex("REPLICA")]),
    "inside a function": (
        "postgres",
        SCHEMA + "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;",
        lambda text: text[: text.rindex("1;")],
    ),
    "inside a table of MySQL": ("mysql", MYSQL_DDL, lambda text: text[: text.index("NOT NULL")]),
}


@pytest.mark.parametrize("case", CUT)
def test_a_dump_that_was_cut_is_a_finding(assess: Assess, tmp_path: Path, case: str) -> None:
    engine, text, cut = CUT[case]
    path = tmp_path / "cut.sql"
    path.write_text(cut(text))
    target = "aurora-postgresql:17.5" if engine == "postgres" else MYSQL_TARGET
    report = assess("--format", "json", schema=path, engine=engine, target=target).json
    assert report["catalog"]["unread"] >= 1
    assert "CK001" in {finding["code"] for finding in report["findings"]}
    assert {stage["readiness"] for stage in report["readiness"].values()} <= {"ready with work", "blocked"}
    told = " ".join(assess(schema=path, engine=engine, target=target).out.split())
    assert "could not be seen, and may hide more." in told


def test_a_file_that_is_not_there_is_told(assess: Assess, tmp_path: Path) -> None:
    ran = assess(schema=tmp_path / "no.sql")
    assert ran.code == 2
    assert "no.sql cannot be read: No such file" in ran.err


@pytest.mark.parametrize("version", ["9.1", "99.1"])
def test_a_target_version_that_nobody_offers_is_a_blocker(assess: Assess, version: str) -> None:
    ran = assess("--format", "json", target=f"aurora-postgresql:{version}")
    assert ran.code == 3
    (finding,) = [finding for finding in ran.json["findings"] if finding["code"] == "CK801"]
    assert finding["severity"] == "blocker"
    assert ran.json["readiness"]["provision"]["readiness"] == "blocked"


def test_a_minor_version_that_is_newer_than_the_list_is_told(assess: Assess) -> None:
    report = assess("--format", "json", target="aurora-postgresql:17.99").json
    assert "CK801" in {finding["code"] for finding in report["findings"]}


@pytest.mark.parametrize("target", ["aurora", "aurora-postgresql", "aurora-postgresql:newest", MYSQL_TARGET])
def test_a_target_that_is_none_is_a_mistake(assess: Assess, target: str) -> None:
    assert assess(target=target).code == 2
