"""One assessment, one form: what `--format` names."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from migrate.model.assessment import AssessmentReport
from migrate.report.assessment import html, junit, markdown, sarif, text
from migrate.report.documents import document


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"
    HTML = "html"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"


def render(report: AssessmentReport, form: Form, *, fix: bool = False, at: datetime | None = None) -> str:
    """The report as text in this form. `fix` puts remedies into the text form; the others always have them."""
    match form:
        case Form.TEXT:
            return "\n".join(text.render(report, fix=fix))
        case Form.JSON:
            return json.dumps(document(report, at=at), indent=2, ensure_ascii=False)
        case Form.HTML:
            return html.render(report, at=at)
        case Form.MARKDOWN:
            return markdown.render(report)
        case Form.SARIF:
            return json.dumps(sarif.body(report), indent=2, ensure_ascii=False)
        case Form.JUNIT:
            return junit.render(report)
        case _:
            assert_never(form)
