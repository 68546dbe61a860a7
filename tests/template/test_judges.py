"""Every kind of template is clean before judges who know nothing of this project."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from migrate.template import render
from tests.template.judges import CFN_LINT, CHECKOV, Judge, JudgeUnavailable
from tests.template.variants import POSTGRES, REGION, variants

pytestmark = pytest.mark.slow
VARIANTS = variants()


def present(judge: Judge) -> Judge:
    """A judge that cannot be had fails the continuous build; on a laptop without a network it is left out."""
    try:
        judge.ready()
    except JudgeUnavailable as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(f"{reason}; install it with: make judges")
    return judge


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("templates")
    for name, spec in VARIANTS.items():
        (folder / f"{name}.json").write_text(render(spec))
    return folder


def spoiled(folder: Path, resource: str, **properties: Any) -> Path:
    """A template with a fault in it."""
    template = json.loads(render(POSTGRES))
    template["Resources"][resource]["Properties"].update(properties)
    path = folder / "spoiled.json"
    path.write_text(json.dumps(template))
    return path


def test_the_matrix_is_wide_enough() -> None:
    assert len(VARIANTS) >= 40
    assert len({render(spec) for spec in VARIANTS.values()}) == len(VARIANTS), "each is another template"


def test_cfn_lint_has_neither_an_error_nor_a_warning(templates: Path) -> None:
    found = present(CFN_LINT).ask("--regions", REGION, "--", *sorted(templates.glob("*.json")))
    told = [f"{Path(one['Filename']).stem}: {one['Rule']['Id']} {one['Message']}" for one in found]
    assert told == []


def test_cfn_lint_would_find_a_mistake(tmp_path: Path) -> None:
    found = present(CFN_LINT).ask("--regions", REGION, "--", spoiled(tmp_path, "Cluster", StorageType="gp3"))
    assert "E3693" in {one["Rule"]["Id"] for one in found}


def test_checkov_fails_nothing(templates: Path) -> None:
    """No check is left out: --skip-check has no use here."""
    report = present(CHECKOV).ask("--directory", templates)
    told = [f"{Path(one['file_path']).stem}: {one['check_id']} {one['resource']}" for one in _failed(report)]
    assert told == []
    summary = report["summary"]
    assert summary["parsing_errors"] == 0
    assert summary["passed"] > 10 * len(VARIANTS), "it looked at all of them"


def test_checkov_would_find_a_mistake(tmp_path: Path) -> None:
    spoiled(tmp_path, "Key", EnableKeyRotation=False)
    assert {one["check_id"] for one in _failed(present(CHECKOV).ask("--directory", tmp_path))} == {"CKV_AWS_7"}


def _failed(report: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = report["results"]["failed_checks"]
    return found
