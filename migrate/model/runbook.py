"""A runbook: which steps and gates, in which order, with the prose an operator reads. It holds no logic."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrate.model.act import OwnGate, OwnStep
from migrate.model.gate import Moment
from migrate.model.json import Facts


@dataclass(frozen=True)
class Section:
    name: str
    prose: str
    steps: tuple[str, ...]
    """Step names; a step that exists per task or per side is expanded by the stage."""


@dataclass(frozen=True)
class Runbook:
    name: str
    title: str
    prose: str
    sections: tuple[Section, ...]
    gates: tuple[tuple[Moment, tuple[str, ...]], ...]
    """Gate slugs by moment."""
    own_gates: tuple[OwnGate, ...] = ()
    own_steps: tuple[OwnStep, ...] = ()
    document: Facts = field(default_factory=dict)
    """As it was read: what a run that has begun is gone on with, whatever becomes of the file."""

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(step for section in self.sections for step in section.steps)

    def gates_at(self, moment: Moment) -> tuple[str, ...]:
        return next((slugs for at, slugs in self.gates if at is moment), ())
