"""An earlier report beside this one: only what is new since is news."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence

from checks.errors import BadBaselineError
from checks.finding import Finding

Key = tuple[str, str, str]
"""Code, kind and name of the object: a message may hold a size, which changes by itself."""


def read(text: str, file: str) -> Counter[Key]:
    """The findings of an earlier JSON report. Raises BadBaselineError where the text is no such report."""
    try:
        document = json.loads(text)
        if document["report"] != "assessment":
            raise ValueError(f"it is a report of {document['report']}")
        return Counter(
            _key(f["code"], f["object"]["kind"], f["object"]["name"], f["message"]) for f in document["findings"]
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise BadBaselineError(
            f"{file} is no JSON report of an assessment: {type(problem).__name__}",
            code="bad-baseline",
            hint="Make one with: assess --format json --output FILE",
        ) from None


def compare(findings: Sequence[Finding], earlier: Counter[Key]) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings, those that were there marked as known; and code with object of what is there no more.

    Where an object has more findings of one rule than before, as many are known as there were.
    """
    left = Counter(earlier)
    marked = []
    for finding in findings:
        key = _key(finding.code, finding.object.kind, finding.object.name, finding.message)
        known = left[key] > 0
        left[key] -= known
        marked.append(dataclasses.replace(finding, known=known))
    resolved = [f"{code} {kind} {name}".strip() for (code, kind, name), count in left.items() for _ in range(count)]
    return tuple(marked), tuple(sorted(resolved))


def _key(code: str, kind: str, name: str, message: str) -> Key:
    """A statement is named by its line, which moves with every edit of the file: its text says which it is."""
    return (code, kind, message if kind == "statement" else name)
