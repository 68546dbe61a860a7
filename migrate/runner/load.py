"""Reads a runbook (TOML: order, gates and prose) into its record."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from migrate.errors import UsageError
from migrate.model.gate import Moment
from migrate.model.runbook import Runbook, Section


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    prose: str
    steps: tuple[str, ...]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    title: str
    prose: str
    gates: dict[Moment, tuple[str, ...]] = {}
    section: tuple[_Section, ...]


def load(path: Path) -> Runbook:
    """Raises UsageError when the file is missing or is not a runbook."""
    try:
        document = _Document.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as problem:
        first = str(problem).splitlines()[0]
        raise UsageError(
            f"{path} is not a runbook: {first}", code="CFG-033", hint="See runbooks/cutover.toml."
        ) from None
    return Runbook(
        name=document.name,
        title=document.title,
        prose=document.prose.strip(),
        sections=tuple(Section(s.name, s.prose, s.steps) for s in document.section),
        gates=tuple(document.gates.items()),
    )
