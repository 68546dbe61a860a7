"""Every error code with its message and hint, read from the source."""

from __future__ import annotations

from generator.markdown import NOTE, code, table
from migrate.operations.codes import every


def page() -> str:
    rows = [(code(t.code), t.message, t.hint, t.exit) for t in every()]
    return "\n".join(
        [
            "# Errors",
            "",
            NOTE,
            "",
            "Every code that stands in the source, with its message and hint; `…` is filled in when it happens.",
            "Other `AWS-…` codes carry the code that AWS itself answered with. Where no exit stands, it depends",
            "on where it happens.",
            "",
            table(("code", "what happened", "what to do", "exit"), rows),
        ]
    )
