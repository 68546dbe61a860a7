"""The splitter loses nothing, and cuts where psql cuts."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.ddl.splitter import Piece, PieceKind, split


def pieces(script: str) -> list[Piece]:
    return list(split(io.StringIO(script, newline="\n")))


def statements(script: str) -> list[str]:
    return [piece.text for piece in pieces(script) if piece.kind is PieceKind.STATEMENT]


FRAGMENTS = st.sampled_from(
    [
        *("'", "''", '"', "$$", "$a$", "$_$", "$1", "E'", "e'\\'", "\\", "\\\\", "--", "/*", "*/", ";", "(", ")", "\n"),
        *("\r\n", " ", "\t", "x", "$", "U&'", "été", "\u00a0", "\u2028", "BEGIN ATOMIC", "END", "CASE", "\\.\n"),
        *(
            "CREATE FUNCTION f() ",
            "CREATE TABLE t (a int);",
            "COPY t FROM stdin;\n",
            "1\t2\n",
            "\\connect x\n",
            "\ufeff",
        ),
    ]
)
SCRIPTS = st.lists(FRAGMENTS | st.text(max_size=3), max_size=40).map("".join)


@given(SCRIPTS)
def test_the_spans_joined_are_the_whole_script(script: str) -> None:
    at = 0
    for piece in pieces(script):
        assert piece.start == at
        assert piece.end > piece.start
        assert piece.line == script.count("\n", 0, piece.start) + 1
        if piece.kind is PieceKind.COPY_DATA:
            assert piece.text == ""
        else:
            assert piece.text == script[piece.start : piece.end]
        at = piece.end
    assert at == len(script)


@given(st.lists(st.sampled_from(["SELECT 1;", "SELECT ';';", 'SELECT ";";', "SELECT $q$;$q$;", "SELECT (1;2);"])))
def test_as_many_statements_come_out_as_went_in(parts: list[str]) -> None:
    assert statements("\n-- ; a comment\n".join(parts)) == parts


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'a;b';",
        "SELECT 'it''s;';",
        "SELECT 'back\\';",
        "SELECT E'it\\'s;';",
        "SELECT E'a''b\\';c';",
        "SELECT e'two\\\\';",
        'SELECT 1 AS "semi;""colon";',
        "SELECT $$a;'b$$;",
        "SELECT $_$a; $$ ; $_$;",
        "SELECT $été$;$été$;",
        "SELECT a$b$c FROM t;",
        "SELECT 1 /* a; /* nested; */ still; */;",
        "SELECT 1 -- no; end\n;",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END;",
        "CREATE OR REPLACE PROCEDURE p()\nBEGIN ATOMIC\n INSERT INTO t VALUES (1);\nEND;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$ BEGIN; ' $$ END; $body$;",
        "CREATE TABLE t (e text DEFAULT 'x;', \"e\" int);",
    ],
)
def test_a_semicolon_inside_does_not_end_a_statement(statement: str) -> None:
    assert statements(statement + "\nSELECT 'next';\n") == [statement, "SELECT 'next';"]


def test_copy_data_is_passed_over_whatever_it_looks_like() -> None:
    script = "COPY t (a) FROM stdin;\nCREATE TABLE x (a int);\n'$$ \\.x\n\\N\n\\.\nSELECT 1;\n"
    assert statements(script) == ["COPY t (a) FROM stdin;", "SELECT 1;"]
    assert pieces(script)[-2].line == 6


def test_copy_to_or_from_a_file_has_no_data() -> None:
    script = "COPY t FROM '/from stdin';\nSELECT 1;\nCOPY (SELECT 'from stdin') TO stdout;\nSELECT 2;\n"
    assert len(statements(script)) == 4


def test_copy_with_options_after_stdin_and_a_comment_has_data() -> None:
    script = "COPY t /* all */ FROM STDIN WITH (FORMAT csv);\nSELECT 1;\n\\.\nSELECT 2;\n"
    assert statements(script)[1:] == ["SELECT 2;"]


def test_meta_commands_are_told_apart() -> None:
    found = pieces("\\restrict abc'def\nSELECT 1 \\gexec\n\\unrestrict abc'def\n")
    assert [piece.kind for piece in found if piece.kind is not PieceKind.GAP] == [
        PieceKind.META,
        PieceKind.STATEMENT,
        PieceKind.META,
        PieceKind.META,
    ]


@pytest.mark.parametrize("script", ["SELECT 'open", "SELECT $$ open;", "SELECT (1;", "COPY t FROM stdin;\n1\n", "/* x"])
def test_an_end_in_the_middle_is_told(script: str) -> None:
    assert not pieces(script)[-1].complete


def test_copy_data_is_never_held() -> None:
    def script() -> object:
        yield "COPY t FROM stdin;\n"
        for number in range(200_000):
            yield f"{number}\tsome text that takes room in memory\n"
        yield "\\.\n"

    tracemalloc.start()
    assert [piece.kind for piece in split(script())] == [  # type: ignore[arg-type]
        PieceKind.STATEMENT,
        PieceKind.GAP,
        PieceKind.COPY_DATA,
    ]
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
