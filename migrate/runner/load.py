"""Reads a runbook (TOML: order, gates and prose) into its record."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from migrate.errors import UsageError
from migrate.model.act import Act, OwnGate, OwnStep
from migrate.model.gate import Moment
from migrate.model.json import Facts
from migrate.model.runbook import Runbook, Section

OWN = r"^own/[a-z][a-z0-9-]{0,40}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Section(_Strict):
    name: str
    prose: str
    steps: tuple[str, ...]


class _Act(_Strict):
    sql: str = ""
    side: Literal["", "source", "target"] = ""
    url: str = Field(default="", pattern=r"^(https?://.+)?$")
    method: Literal["GET", "POST", "PUT", "DELETE", "HEAD"] = "GET"
    expect: int = Field(default=200, ge=100, le=599)
    command: tuple[str, ...] = ()
    seconds: float = Field(default=30.0, gt=0, le=3600)

    def act(self) -> Act | None:
        ways = [bool(self.sql), bool(self.url), bool(self.command)]
        if sum(ways) > 1:
            raise ValueError("only one of sql, url and command can be done at a time")
        if bool(self.sql) != bool(self.side):
            raise ValueError("sql and side belong together")
        if not any(ways):
            return None
        fields = ("sql", "side", "url", "method", "expect", "command", "seconds")
        return Act(**{name: getattr(self, name) for name in fields})


class _Gate(_Act):
    name: str = Field(pattern=OWN)
    prose: str
    confirm: bool = False

    @model_validator(mode="after")
    def _asks_something(self) -> _Gate:
        if self.confirm == (self.act() is not None):
            raise ValueError(f"{self.name} needs one of sql, url, command or confirm")
        return self


class _Step(_Act):
    name: str = Field(pattern=OWN)
    title: str
    undo: _Act | None = None

    @model_validator(mode="after")
    def _does_something(self) -> _Step:
        if self.act() is None or (self.undo is not None and self.undo.act() is None):
            raise ValueError(f"{self.name} needs one of sql, url or command")
        return self

    def step(self) -> OwnStep:
        act = self.act()
        assert act is not None
        return OwnStep(name=self.name, title=_line(self.title), act=act, undo=self.undo.act() if self.undo else None)


class _Document(_Strict):
    name: str
    title: str
    prose: str
    gates: dict[Moment, tuple[str, ...]] = {}
    section: tuple[_Section, ...]
    gate: tuple[_Gate, ...] = ()
    step: tuple[_Step, ...] = ()

    @model_validator(mode="after")
    def _each_step_once(self) -> _Document:
        steps = [step for section in self.section for step in section.steps]
        if twice := next((step for step in steps if steps.count(step) > 1), None):
            raise ValueError(f"the step {twice} stands in it twice")
        return self


def load(path: Path) -> Runbook:
    """Raises UsageError when the file is missing or is not a runbook."""
    try:
        return parse(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as problem:
        told = "; ".join(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg'].removeprefix('Value error, ')}"
            for one in problem.errors(include_url=False, include_input=False, include_context=False)
        )
    except OSError as problem:
        told = problem.strerror or str(problem)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        told = str(problem).splitlines()[0]
    raise UsageError(f"{path} is not a runbook: {told}", code="CFG-033", hint="See runbooks/cutover.toml.")


def _line(text: str) -> str:
    """It stands in the middle of messages."""
    return " ".join(text.split())


def parse(document: Facts) -> Runbook:
    """The record of a runbook as TOML, or the journal, holds it. Raises pydantic.ValidationError."""
    read = _Document.model_validate(document)
    return Runbook(
        name=read.name,
        title=read.title,
        prose=read.prose.strip(),
        sections=tuple(Section(s.name, s.prose, s.steps) for s in read.section),
        gates=tuple(read.gates.items()),
        own_gates=tuple(OwnGate(name=gate.name, prose=_line(gate.prose), act=gate.act()) for gate in read.gate),
        own_steps=tuple(step.step() for step in read.step),
        document=json.loads(json.dumps(document)),
    )
