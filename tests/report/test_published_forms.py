"""The forms that are published for `--format json`: valid, told of on their page, and kept to."""

from __future__ import annotations

import copy
from pathlib import Path

import jsonschema
import pytest

from migrate.errors import SaysNo
from migrate.report import error
from migrate.report.documents import schema
from migrate.report.heading import headed
from tests.conforming import KNOWN, conforming

PAGE = Path("docs/reference/documents.md")
LEFT = {
    "migration": "shop",
    "leftovers": [
        {"kind": "secret", "where": "aws", "name": "shop/dms", "cost": "", "bytes": None, "removable": True, "kept": ""}
    ],
    "unseen": [],
}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_form_is_valid_begins_as_all_do_and_is_on_the_page(name: str) -> None:
    form = schema(name)
    jsonschema.Draft202012Validator.check_schema(form)
    assert set(headed(name, {})) <= set(form["required"])
    assert form["properties"]["report"] == {"const": name}
    assert f"\n## {name}\n" in PAGE.read_text(encoding="utf-8")


def test_what_a_command_prints_is_held_to_its_form() -> None:
    fits = headed("leftovers", LEFT)
    assert conforming(fits) is fits
    fewer = {key: fits[key] for key in fits if key != "unseen"}
    more, deeper = {**fits, "more": 1}, copy.deepcopy(fits)
    deeper["leftovers"][0]["more"] = 1
    for spoilt in (fewer, more, deeper):
        with pytest.raises(jsonschema.ValidationError):
            conforming(spoilt)
    inside = copy.deepcopy(fits)
    inside["leftovers"][0]["removable"] = "yes"
    with pytest.raises(jsonschema.ValidationError):
        conforming(inside)


def test_an_error_is_a_document_like_the_others() -> None:
    problem = SaysNo("no", code="CUT-020", hint="wait")
    problem.add_note("while it was asked")
    told = conforming(error.document(problem))
    assert (told["code"], told["exit"], told["notes"]) == ("CUT-020", 3, ["while it was asked"])
    assert told["explain"] == "aurora-migrate explain CUT-020"
    with pytest.raises(jsonschema.ValidationError):
        conforming({"report": "error", "code": "CUT-020"})


def test_a_list_and_what_says_no_name_have_no_published_form() -> None:
    for other in ([], {"code": "CFG-090"}):
        assert conforming(other) is other
