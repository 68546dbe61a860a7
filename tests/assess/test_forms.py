"""One assessment in six forms: each tells the same findings, and none lets a name or text break out of its form."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from migrate.report.documents import schema as shipped_schema
from tests.assess.conftest import Assess

FORMS = ("text", "json", "html", "markdown", "sarif", "junit")
CODES = {"PG305", "PG301", "PG101"}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_names_every_finding_and_says_no(assess: Assess, form: str) -> None:
    ran = assess("--format", form)
    assert ran.code == 3
    assert {code for code in CODES if code in ran.out} == CODES
    assert "REPLICA IDENTITY NOTHING" in " ".join(ran.out.split())


@pytest.mark.parametrize("form", FORMS)
def test_a_report_in_a_file_leaves_stdout_empty(assess: Assess, tmp_path: Path, form: str) -> None:
    file = tmp_path / "report"
    ran = assess("--format", form, "--output", str(file))
    assert (ran.code, ran.out) == (3, "")
    assert "PG305" in file.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_named(assess: Assess, tmp_path: Path) -> None:
    ran = assess("--output", str(tmp_path / "nowhere" / "report"))
    assert ran.code == 2
    assert "CFG-072" in ran.err


def test_the_document_fits_the_shipped_schema(assess: Assess) -> None:
    document = assess("--format", "json").json
    jsonschema.validate(document, shipped_schema("assessment"))
    assert document["predictions"]["full_load"] == {"seconds": None, "basis": "not measured"}


# --- text -------------------------------------------------------------------------------------------------------------


def test_text_fits_eighty_columns_and_begins_with_the_worst(assess: Assess) -> None:
    lines = assess().out.splitlines()
    assert max(map(len, lines)) <= 80
    heads = [line.split()[:2] for line in lines if re.match("(BLOCKER|WARNING|NOTICE) ", line)]
    assert heads[0] == ["BLOCKER", "PG305"]
    ranks = [["BLOCKER", "WARNING", "NOTICE"].index(severity) for severity, _ in heads]
    assert ranks == sorted(ranks)
    assert "replicate  blocked" in "\n".join(lines)


def test_remedies_are_shown_when_asked_for(assess: Assess) -> None:
    sql = 'ALTER TABLE "public"."keyless" REPLICA IDENTITY DEFAULT;'
    assert sql not in assess().out
    assert sql in assess("--fix").out


def test_text_says_how_many_it_leaves_out(assess: Assess, tmp_path: Path) -> None:
    many = tmp_path / "many.sql"
    many.write_text("".join(f"CREATE TABLE t{n} (a int);\n" for n in range(40)))
    told = assess("--select", "PG301", schema=many).out
    assert "… and 28 more of this rule" in told
    assert told.count("has no primary key") == 12


# --- HTML -------------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Tags with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_asks_nobody_for_anything(assess: Assess) -> None:
    text = assess("--format", "html").out
    page = Page(text)
    assert not page.open, "every tag is closed"
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "a", "form"}
    assert not [attributes for _, attributes in page.tags if {"src", "href", "onclick"} & attributes.keys()]
    assert "url(" not in text
    assert "@import" not in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_the_page_begins_with_the_verdict_then_the_blockers(assess: Assess) -> None:
    text = assess("--format", "html").out
    order = [text.index(part) for part in ('class="stages"', 'id="blockers"', 'id="warnings"', 'id="objects"')]
    assert order == sorted(order)


def test_what_the_schema_says_stays_text(assess: Assess, tmp_path: Path) -> None:
    evil = tmp_path / "evil.sql"
    evil.write_text('CREATE TABLE "<img src=x onerror=alert(1)>" (a int);\n')
    assert "<img" not in assess("--format", "html", schema=evil).out
    assert r"\<img" in assess("--format", "markdown", schema=evil).out


# --- Markdown ---------------------------------------------------------------------------------------------------------


def test_a_bar_in_a_name_splits_no_table(assess: Assess) -> None:
    rows = [line for line in assess("--format", "markdown").out.splitlines() if line.startswith("|")]
    for row in rows:
        if "odd" in row:
            assert r"odd\|name" in row
            assert len(re.findall(r"(?<!\\)\|", row)) == 7


# --- SARIF ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sarif(assess: Assess) -> Any:
    return assess("--format", "sarif").json


def test_sarif_is_one_run_of_version_2_1_0(sarif: Any) -> None:
    assert sarif["version"] == "2.1.0"
    assert sarif["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = sarif["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "aurora-migrate"
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", driver["semanticVersion"])
    assert run["invocations"][0]["executionSuccessful"] is True


def test_sarif_describes_each_rule_once(sarif: Any) -> None:
    rules = sarif["runs"][0]["tool"]["driver"]["rules"]
    identifiers = [rule["id"] for rule in rules]
    assert len(set(identifiers)) == len(identifiers) > 50
    for rule in rules:
        assert rule["name"].isalnum()
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert "## What to do" in rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert rule.get("helpUri", "https://").startswith("https://")


def test_sarif_results_point_to_rule_file_and_line(sarif: Any, dump: Path) -> None:
    (run,) = sarif["runs"]
    levels = {}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["partialFingerprints"]
        levels[result["ruleId"]] = result["level"]
    assert levels.items() >= {"PG305": "error", "PG301": "warning"}.items()
    (keyless,) = [r for r in run["results"] if r["ruleId"] == "PG305"]
    (location,) = keyless["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == dump.as_uri()
    assert location["physicalLocation"]["region"]["startLine"] == 2
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "public.keyless"


# --- JUnit ------------------------------------------------------------------------------------------------------------


def test_junit_fails_blockers_alone_and_counts_right(assess: Assess) -> None:
    root = ElementTree.fromstring(assess("--format", "junit").out)
    cases = list(root.iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None]
    assert [case.get("classname") for case in failed] == ["assess.PG305.replica-identity-nothing"]
    failure = failed[0].find("failure")
    assert failure is not None
    assert "REPLICA IDENTITY DEFAULT" in (failure.text or "")
    for element in (root, root[0]):
        assert int(element.get("tests", "0")) == len(cases)
        assert int(element.get("failures", "0")) == 1
        assert int(element.get("skipped", "0")) == sum(case.find("skipped") is not None for case in cases)


def test_junit_is_xml_whatever_a_name_holds(assess: Assess, tmp_path: Path) -> None:
    odd = tmp_path / "odd.sql"
    odd.write_text('CREATE TABLE "a\x01<b>&\x0b" (a int);\n')
    root = ElementTree.fromstring(assess("--format", "junit", schema=odd).out)
    assert any("a\ufffd<b>&" in case.get("name", "") for case in root.iter("testcase"))


# --- method -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json", "html", "markdown"])
def test_the_method_is_told_with_its_reasons(assess: Assess, form: str) -> None:
    told = " ".join(assess("--format", form).out.split())
    assert "AWS DMS, full load and CDC" in told
    assert "a way back is wanted" in told


def test_what_only_people_know_decides_on_the_method(assess: Assess, dump: Path) -> None:
    dump.write_text("-- Dumped from database version 16.3\n" + dump.read_text())

    def taken(*words: str) -> str:
        return str(assess("--format", "json", *words).json["fit"]["recommended"])

    assert taken() == "dms"
    assert taken("--way-back", "--hosting", "rds") == "dms"
    assert taken("--no-way-back", "--hosting", "elsewhere") == "native"
    fits = assess("--format", "json", "--no-way-back", "--downtime", "90").json["fit"]
    assert fits["assumed"] == []
    assert {one["key"]: one["verdict"] for one in fits["methods"]}["dump-restore"] == "uncertain", "a dump has no size"
