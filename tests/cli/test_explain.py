"""Whatever code the program says, `explain` knows it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import migrate
from migrate.cli.explain import explain
from migrate.engines import failures as shared
from migrate.engines.mysql import failures as mysql
from migrate.engines.postgres import failures as postgres
from migrate.operations.codes import FAMILIES, every
from migrate.stages.replicate.watching.honesty.judge import LIES
from migrate.ui import results

PACKAGE = Path(migrate.__file__).parent
LITERAL = re.compile(r'code="([A-Z]{3}-[A-Z0-9-]+)"')


def said(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "migrate", "explain", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_code_that_stands_in_the_source_is_explained() -> None:
    known = {one.code for one in every()}
    raised = {
        code
        for path in PACKAGE.rglob("*.py")
        if "sandbox" not in path.relative_to(PACKAGE).parts[:1]
        for code in LITERAL.findall(path.read_text(encoding="utf-8"))
    }
    assert len(raised) > 150
    assert raised - known == set()
    assert {code.partition("-")[0] for code in known} <= set(FAMILIES)


@pytest.mark.parametrize("module", [shared, postgres, mysql], ids=["shared", "postgres", "mysql"])
def test_every_number_of_a_servers_refusal_is_explained_for_both_sides(module: object) -> None:
    numbers = {value for name, value in vars(module).items() if name.isupper() and isinstance(value, int)}
    known = {one.code for one in every()}
    assert len(numbers) > 15
    assert {f"{side}-{number}" for number in numbers for side in ("SRC", "TGT")} - known == set()


def test_an_error_a_rule_a_gate_and_what_aws_itself_says() -> None:
    assert "the user name or the password is wrong" in said("src-102").stdout
    assert "primary key" in said("PG301").stdout
    assert "What must be true" in said("lag-by-marker").stdout
    assert "AWS itself answered with ThrottlingException" in said("AWS-ThrottlingException").stdout
    document = json.loads(said("CFG-090", "--format", "json").stdout)
    assert document["said"][0]["exit"] == 2


def test_a_page_that_a_text_names_is_led_to_where_it_lies() -> None:
    shown = said("CFG-004").stdout
    led = [Path(line.strip()) for line in shown.partition("Read on:")[2].splitlines() if line.strip()]
    assert [path.name for path in led] == ["migration-toml.md", "errors.md", "exit-codes.md"]
    assert all(path.is_file() for path in led)
    gate = json.loads(said("owner-certain", "--format", "json").stdout)
    assert [Path(page).name for page in gate["pages"]] == ["switching.md"]
    assert "Read on" not in said("lag-by-marker").stdout


def test_a_slip_is_answered_with_what_was_meant_and_every_error_says_how_to_ask() -> None:
    wrong = said("CFG-0900")
    assert wrong.returncode == 2
    assert "Did you mean CFG-090?" in wrong.stderr
    assert wrong.stderr.splitlines()[-1] == "  ? aurora-migrate explain CFG-093"


def test_what_dms_does_not_say_is_explained_whatever_the_finding() -> None:
    for lie in LIES:
        for name in (lie.code, lie.code.lower(), lie.slug):
            with pytest.MonkeyPatch.context() as patch:
                shown: list[str] = []
                patch.setattr(results, "text", lambda text, shown=shown: shown.append(str(text)))
                explain(name)
            assert lie.why in shown[0]
            assert lie.remedy in shown[0]
            assert "dms.md" not in shown[0]
    assert "Did you mean DMS111?" in said("DMS1111").stderr
    assert json.loads(said("DMS161", "--format", "json").stdout)["code"] == "DMS161"
