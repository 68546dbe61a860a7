"""Gates, from their docstrings and the runbooks that ask them."""

from __future__ import annotations

import inspect

from generator.markdown import NOTE, table
from migrate.gates.registry import gates
from migrate.operations.runbooks import NAMES
from migrate.runner.load import load
from migrate.shipped import shipped

HEAD = f"""# Gates

{NOTE}

A gate is a question that must be answered yes. It answers *open*, *closed* or *unknown*; only open lets the run go on.
Every gate of a moment is asked, whatever the others say, and every answer is journaled. Moments: `preflight` while
applications run, `frozen` under the freeze before the switch, `finalize` before anything is deleted.
"""


def page() -> str:
    """Raises ValueError for a gate without a docstring."""
    asked = {
        (slug, moment.value, name)
        for name in NAMES
        for moment, slugs in load(shipped("runbooks") / f"{name}.toml").gates
        for slug in slugs
    }
    rows = []
    parts = []
    for slug, gate in gates().items():
        text = inspect.getdoc(gate.ask)
        if not text:
            raise ValueError(f"gate {slug} says nothing about itself")
        moments = sorted(f"{name}: {moment}" for known, moment, name in asked if known == slug)
        rows.append((f"[{slug}](#{slug})", ", ".join(moments) or "in no shipped runbook"))
        parts += [f"## {slug}", "", _paragraphs(text), ""]
    return "\n".join(
        [
            HEAD,
            table(("gate", "asked by (runbook: moment)"), rows),
            *parts,
        ]
    )


def _paragraphs(text: str) -> str:
    """`What must be true:`, `Why:` and `If closed:` as paragraphs of their own."""
    for head in ("What must be true:", "Why:", "If closed:"):
        text = text.replace(head, f"\n\n**{head}**")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip())
