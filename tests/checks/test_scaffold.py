"""`checks new` writes one file that is a rule already, and that is not done before it finds its own bad example."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from checks.__main__ import main
from checks.ddl.read import read_text
from checks.errors import BadRuleError
from checks.registry import collect
from checks.route import TARGET_OF, Route, Version
from checks.scaffold import new


@pytest.mark.parametrize(
    ("code", "file"),
    [
        ("pg998", "postgres/pg998_table_of_straw.py"),
        ("MY998", "mysql/my998_table_of_straw.py"),
        ("CK998", "common/ck998_table_of_straw.py"),
    ],
)
def test_the_file_is_a_rule_that_finds_nothing_yet(tmp_path: Path, code: str, file: str) -> None:
    path = new(code, "table-of-straw", tmp_path)
    assert path == tmp_path / file
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (rule,) = collect([module]).values()
    assert (rule.code, rule.slug, rule.title()) == (code.upper(), "table-of-straw", "Table of straw.")
    engine = rule.engines[0]
    route = Route(engine, None, TARGET_OF[engine], Version.parse("17.5"))
    assert not list(rule.find(read_text(str(rule.bad[0]), engine), route))


@pytest.mark.parametrize(
    ("code", "slug", "says"),
    [
        ("PG1", "table-of-straw", "is not PGnnn"),
        ("PG998", "Table of straw", "words-joined-by-hyphens"),
        ("PG301", "table-of-straw", "PG301 table-without-primary-key is there already"),
        ("PG998", "unlogged-table", "PG101 unlogged-table is there already"),
    ],
)
def test_what_is_taken_or_malformed_is_refused(tmp_path: Path, code: str, slug: str, says: str) -> None:
    with pytest.raises(BadRuleError, match=says):
        new(code, slug, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = new("PG998", "table-of-straw", tmp_path)
    path.write_text("# mine\n")
    with pytest.raises(FileExistsError):
        new("PG998", "table-of-straw", tmp_path)
    assert path.read_text() == "# mine\n"


def test_without_the_toolkit_a_wrong_code_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "PG301", "table-of-straw"]) == 2
    assert "is there already" in capsys.readouterr().err
