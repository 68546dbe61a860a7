"""Where statements of a MySQL script begin and end, and that its rows are never held."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.ddl.mysql.mode import Mode
from checks.ddl.mysql.splitter import Piece, PieceKind, split
from checks.route import Engine, Version

HERE = Path(__file__).parent
FIXTURES = sorted(HERE.glob("fixture_m*.sql"))


def pieces(script: str, engine: Engine = Engine.MYSQL, size: int = 1 << 20, sql_mode: str = "") -> list[Piece]:
    chunks = [script[at : at + size] for at in range(0, len(script), size)]
    return list(split(chunks, Mode(engine, sql_mode=sql_mode)))


def statements(script: str, engine: Engine = Engine.MYSQL, sql_mode: str = "") -> list[str]:
    return [piece.text for piece in pieces(script, engine, sql_mode=sql_mode) if piece.kind is PieceKind.STATEMENT]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("a; b", ["a", "b"]),
        ("a ';' b; c", ["a ';' b", "c"]),
        ("a 'it''s;' b; c", ["a 'it''s;' b", "c"]),
        (r"a 'it\';' b; c", [r"a 'it\';' b", "c"]),
        (r"a '\\'; c", [r"a '\\'", "c"]),
        ('a "x;\\"" b; c', ['a "x;\\"" b', "c"]),
        ("a `;``;` b; c", ["a `;``;` b", "c"]),
        ("a `\\`; c", ["a `\\`", "c"]),
        ("a -- no; end\n b; c", ["a -- no; end\n b", "c"]),
        ("a --no; c", ["a --no", "c"]),
        ("a # no; end\n b; c", ["a # no; end\n b", "c"]),
        ("a /* no; end */ b; c", ["a /* no; end */ b", "c"]),
        ("a /* no /* nesting */; c", ["a /* no /* nesting */", "c"]),
        ("a 5-3-2/1; c", ["a 5-3-2/1", "c"]),
        ("-- x\n\n# y\n/* z */ ; ;; a;", ["a"]),
        ("delimiter //\na; b// c//\nDELIMITER ;\nd; e", ["a", "b", "c", "d", "e"]),
        ("DELIMITER $$\r\na; b$$\r\nDELIMITER ;\r\nc;", ["a", "b", "c"]),
        ("DELIMITER ;;\na; b ;;\nDELIMITER ;\nc;", ["a", "b ", "c"]),
        ("DELIMITER $$ a; b $$ c$$", ["a", "b ", "c"]),
        (
            "DELIMITER $$\nDROP TABLE x; CREATE PROCEDURE p() BEGIN a; END $$",
            ["DROP TABLE x", "CREATE PROCEDURE p() BEGIN a; END "],
        ),
        (
            "DELIMITER $$\nCREATE TABLE trigger_ (a int); CREATE DEFINER=`table`@b EVENT e DO BEGIN a; END$$",
            ["CREATE TABLE trigger_ (a int)", "CREATE DEFINER=`table`@b EVENT e DO BEGIN a; END"],
        ),
        ("DELIMITER //\na 'x // y' `//` -- //\n b//", ["a 'x // y' `//` -- //\n b"]),
        ("a 'DELIMITER //'; b", ["a 'DELIMITER //'", "b"]),
        ("/*!40101 a 'x;' */; b", ["/*!40101 a 'x;' */", "b"]),
        ("/*!99999 a; b */; c", ["c"]),
        ("a /*!99999 no; 'end */ b; c", ["a /*!99999 no; 'end */ b", "c"]),
        ("/*M!100100 a; b */; c", ["c"]),
        ("show a\\G b; c", ["show a", "b", "c"]),
    ],
)
def test_statements(script: str, found: list[str]) -> None:
    assert statements(script) == found


def test_comments_for_mariadb_are_code_to_mariadb() -> None:
    assert statements("/*M!100100 a */; /*!50701 b; */ c;", Engine.MARIADB) == ["/*M!100100 a */", "c"]


def test_backslashes_are_letters_where_the_mode_says_so() -> None:
    script = r"a '\'; b '\'; c"
    assert statements(script, sql_mode="NO_BACKSLASH_ESCAPES") == [r"a '\'", r"b '\'", "c"]
    assert [(piece.text, piece.complete) for piece in pieces(script)] == [(script, False)]


def test_a_mode_that_is_set_reaches_what_follows() -> None:
    mode = Mode(Engine.MYSQL)
    found = split([r"set; a '\'; b"], mode)
    assert next(found).text == "set"
    mode.enter("no_backslash_escapes")
    assert [piece.text for piece in found] == [r"a '\'", "b"]


def test_lines_are_counted() -> None:
    script = "\n-- x\na\n;\n\nINSERT INTO t VALUES (1,\n'\n');\n/* y\n*/ b;"
    found = [(piece.kind, piece.line) for piece in pieces(script)]
    assert found == [
        (PieceKind.COMMENT, 2),
        (PieceKind.STATEMENT, 3),
        (PieceKind.DATA, 6),
        (PieceKind.COMMENT, 9),
        (PieceKind.STATEMENT, 10),
    ]


@pytest.mark.parametrize("end", ["a 'x", "a `x", "a /* x", "a '\\", "/* x", "insert into t values ('x", "a /*!99999 x"])
def test_a_script_that_ends_too_early_is_told(end: str) -> None:
    assert pieces(f"b; {end}")[-1].complete is False


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_the_size_of_the_chunks_does_not_matter(path: Path, size: int) -> None:
    script = path.read_text(encoding="utf-8")
    engine = Engine.MARIADB if "mariadb" in path.name else Engine.MYSQL
    assert pieces(script, engine, size) == pieces(script, engine)


@given(st.text(alphabet="a;'\"`\\/*!-# \n\tD5", max_size=60), st.integers(1, 5))
def test_the_size_of_the_chunks_does_not_matter_to_any_text(script: str, size: int) -> None:
    assert pieces(script, size=size) == pieces(script)


def test_the_rows_of_a_dump_are_never_held() -> None:
    row = "(1,'" + "it\\'s; " * 100 + "'),"

    def script() -> Iterator[str]:
        yield "CREATE TABLE t (a int); INSERT INTO t VALUES "
        for _ in range(100_000):
            yield row
        yield "('" + "x" * 100
        for _ in range(2000):
            yield "long " * 1000
        yield "');\nCREATE TABLE u (a int);"

    tracemalloc.start()
    found = list(split(script(), Mode(Engine.MYSQL, Version((8, 0)))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [piece.kind for piece in found] == [PieceKind.STATEMENT, PieceKind.DATA, PieceKind.STATEMENT]
    assert peak < 2_000_000
