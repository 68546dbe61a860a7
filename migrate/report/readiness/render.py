"""One readiness report, one form: what `--format` names."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import assert_never

from migrate.model.readiness import ReadinessReport
from migrate.report.documents import document
from migrate.report.readiness import html, markdown, text


class Form(StrEnum):
    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def render(report: ReadinessReport, form: Form) -> str:
    """The report as text in this form."""
    match form:
        case Form.HTML:
            return html.render(report)
        case Form.TEXT:
            return "\n".join(text.render(report))
        case Form.MARKDOWN:
            return markdown.render(report)
        case Form.JSON:
            return json.dumps(document(report, at=report.at), indent=2, ensure_ascii=False)
        case _:
            assert_never(form)
