"""What is asked, what is accepted, and what was known before: each decides the exit code, and each is told."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.assess.conftest import SCHEMA, Assess

SETTINGS = """
[migration]
name = "orders"
[source]
engine = "postgres"
host = "db.example.com"
port = 5432
database = "orders"
user = "mig_admin"
[target]
engine = "aurora-postgresql"
version = "17.5"
stack = "orders"
database = "orders"
[aws]
region = "eu-central-1"
[application]
secret = "orders/app"
"""
WAIVER = """
[[waivers]]
code = "{code}"
object = "{object}"
owner = "Ada"
reason = "it is read only"
expires = {expires}
"""
NEVER, LONG_AGO = "2999-12-31", "2020-01-01"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "migration.toml"
    path.write_text(SETTINGS)
    return path


def waive(settings: Path, code: str = "PG305", object_: str = "*", expires: str = NEVER) -> str:
    with settings.open("a") as file:
        file.write(WAIVER.format(code=code, object=object_, expires=expires))
    return str(settings)


def codes(assess: Assess, *words: str) -> set[str]:
    return {finding["code"] for finding in assess("--format", "json", *words).json["findings"]}


# --- selection --------------------------------------------------------------------------------------------------------


def test_only_what_is_selected_is_asked(assess: Assess) -> None:
    ran = assess("--select", "pg10,MY", "--format", "json")
    assert ran.code == 0, "the blocker is PG305"
    assert {finding["code"] for finding in ran.json["findings"]} == {"PG101"}


def test_the_longer_prefix_wins(assess: Assess) -> None:
    assert codes(assess, "--ignore", "PG3", "--select", "PG10", "--select", "PG301") == {"PG101", "PG301"}


@pytest.mark.parametrize("words", [("--select", "PG77"), ("--ignore", "XX"), ("--select", "PG1,,PG2")])
def test_a_prefix_that_no_rule_has_is_a_mistake(assess: Assess, words: tuple[str, str]) -> None:
    ran = assess(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "CFG-070" in ran.err


def test_the_settings_select_and_the_command_line_overrules(assess: Assess, settings: Path) -> None:
    settings.write_text(SETTINGS + '[assess]\nignore = ["PG3"]\n')
    assert "PG305" not in codes(assess, "-c", str(settings))
    assert "PG305" in codes(assess, "-c", str(settings), "--select", "PG3")


def test_the_settings_rates_count(assess: Assess, settings: Path) -> None:
    settings.write_text(SETTINGS + "[assess.rates]\nPG305 = [17, 0]\n")
    effort = assess("-c", str(settings), "--format", "json").json["effort"]
    (row,) = [row for row in effort["rows"] if row["code"] == "PG305"]
    assert (row["hours"], row["basis"], row["stage"]) == (17, "your rate", "replicate")
    assert effort["hours"] == sum(row["hours"] for row in effort["rows"])


# --- waivers ----------------------------------------------------------------------------------------------------------


def test_a_waived_blocker_opens_the_way_and_is_told_in_every_form(assess: Assess, settings: Path) -> None:
    config = waive(settings)
    for form in ("text", "html", "markdown", "json", "sarif", "junit"):
        ran = assess("-c", config, "--format", form)
        assert ran.code == 0
        assert "Ada: it is read only" in " ".join(ran.out.split()), form
    (run,) = assess("-c", config, "--format", "sarif").json["runs"]
    (waived,) = [result for result in run["results"] if result["ruleId"] == "PG305"]
    assert waived["suppressions"][0]["justification"].startswith("Ada")
    junit = ElementTree.fromstring(assess("-c", config, "--format", "junit").out)
    assert junit.get("failures") == "0"


def test_a_waiver_that_ended_is_a_finding_and_covers_nothing(assess: Assess, settings: Path) -> None:
    ran = assess("-c", waive(settings, expires=LONG_AGO), "--format", "json")
    assert ran.code == 3
    assert "CK004" in {finding["code"] for finding in ran.json["findings"]}


@pytest.mark.parametrize(("code", "object_"), [("PG305", "public.no_such_table"), ("PG999", "*")])
def test_a_waiver_that_covers_nothing_is_a_finding(assess: Assess, settings: Path, code: str, object_: str) -> None:
    assert "CK003" in codes(assess, "-c", waive(settings, code, object_))


# --- baseline ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def baseline(assess: Assess, tmp_path: Path) -> str:
    path = tmp_path / "baseline.json"
    assert assess("--format", "json", "--output", str(path)).code == 3
    return str(path)


def test_what_is_known_fails_no_more(assess: Assess, baseline: str) -> None:
    ran = assess("--baseline", baseline, "--format", "json")
    assert ran.code == 0
    assert ran.json["summary"]["blocker"] == 1, "it is still a blocker"
    assert ran.json["readiness"]["replicate"]["readiness"] == "blocked"
    assert all(finding["known"] for finding in ran.json["findings"])
    junit = ElementTree.fromstring(assess("--baseline", baseline, "--format", "junit").out)
    assert junit.get("failures") == "0"


def test_what_is_new_fails_and_is_marked_and_what_is_gone_is_counted(assess: Assess, baseline: str, dump: Path) -> None:
    gone = 'CREATE UNLOGGED TABLE public."odd|name" (id int PRIMARY KEY);\n'
    new = "CREATE TABLE public.late (id int PRIMARY KEY);\nALTER TABLE public.late REPLICA IDENTITY NOTHING;\n"
    dump.write_text(SCHEMA.replace(gone, "") + new)
    ran = assess("--baseline", baseline, "--format", "json")
    assert ran.code == 3
    known = {(f["code"], f["object"]["name"]): f["known"] for f in ran.json["findings"]}
    assert (known["PG305", "public.keyless"], known["PG305", "public.late"]) == (True, False)
    assert "PG101 table public.odd|name" in ran.json["baseline"]["resolved"]
    text = assess("--baseline", baseline).out
    assert "(known to the baseline)" in " ".join(text.split())
    states = {
        r["baselineState"] for r in assess("--baseline", baseline, "--format", "sarif").json["runs"][0]["results"]
    }
    assert states == {"new", "unchanged"}


@pytest.mark.parametrize("content", [None, "no json", json.dumps({"report": "validation"})])
def test_a_baseline_that_is_none_is_a_mistake(assess: Assess, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "old.json"
    if content is not None:
        path.write_text(content)
    ran = assess("--baseline", str(path))
    assert ran.code == 2
    assert "CFG-071" in ran.err
    assert str(path) in "".join(ran.err.split())
