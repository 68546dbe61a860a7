"""A run's journal: what it writes about itself, and whether an earlier beginning of it asked for the same."""

from __future__ import annotations

import json
from typing import Any

from migrate.errors import Interrupted, MigrateError, StateConflict
from migrate.model.journal import Kind
from migrate.model.json import Facts, Json
from migrate.model.plan import Plan, Step
from migrate.ports.journal import Journal
from migrate.runner.masking import masked
from migrate.runner.standing import Footprint, footprints
from migrate.signals import shielded

_BEGINNINGS = (Kind.PLANNED, Kind.INTENT, Kind.UNDO, Kind.UNDONE)
"""Kinds of entries after which an earlier outcome does not hold any more."""


class Record:
    """Writes the entries of one run. Nothing is cached: what stands is always read."""

    def __init__(self, plan: Plan[Any], journal: Journal) -> None:
        self._plan = plan
        self._journal = journal

    def footprints(self) -> dict[str, Footprint]:
        """What the run's steps left behind so far."""
        return footprints(self._journal.entries(run=self._plan.run))

    def outcome(self) -> str | None:
        """How the run ended; None while it has not, or has begun again since."""
        entries = self._journal.entries(run=self._plan.run)
        told = [entry for entry in entries if entry.kind in _BEGINNINGS or entry.kind is Kind.OUTCOME]
        return str(told[-1].body.get("outcome")) if told and told[-1].kind is Kind.OUTCOME else None

    def open(self) -> bool:
        """Whether the run has begun, if only by its request, and has not ended."""
        planned = self._journal.entries(run=self._plan.run, kind=Kind.PLANNED)
        return bool(planned) and self.outcome() is None

    def begin(self) -> None:
        """Write `planned` if the run is new, or compare with what it was begun with.

        Raises StateConflict when the request or the steps differ. A run of which nothing stands may ask anew.
        """
        planned = self._journal.entries(run=self._plan.run, kind=Kind.PLANNED)
        if planned and planned[-1].body.get("digest") == self._plan.digest:
            return
        if planned and (self.footprints() or self.outcome() == "done"):
            raise self._changed(planned[-1].body)
        self._write_planned()

    def begin_anew(self) -> None:
        """Write `planned` once more where the steps are others than the run was begun with: for one that only goes
        forward, by steps that may be done twice. Raises StateConflict when the request differs."""
        begun = self._journal.entries(run=self._plan.run, kind=Kind.PLANNED)[-1].body
        if begun.get("digest") == self._plan.digest:
            return
        if _differences(begun.get("request"), _plain(self._plan.request)):
            raise self._changed(begun)
        self._write_planned()

    def _write_planned(self) -> None:
        body: Facts = {
            "stage": self._plan.stage,
            "digest": self._plan.digest,
            "request": _plain(self._plan.request),
            "steps": [step.id for step in self._plan.steps],
            "titles": [step.title for step in self._plan.steps],
        }
        self.write(Kind.PLANNED, None, body)

    def require_begun(self) -> None:
        """Raises StateConflict when this run was begun with another request; a run that never began is fine."""
        planned = self._journal.entries(run=self._plan.run, kind=Kind.PLANNED)
        if planned and planned[-1].body.get("digest") != self._plan.digest:
            raise self._changed(planned[-1].body)

    def write(self, kind: Kind, step: Step[Any] | None, body: Facts | None = None) -> None:
        """Append an entry; a signal waits until it is written."""
        with shielded():
            self._journal.append(kind, run=self._plan.run, step=step.id if step else "", body=body)

    def failed(self, step: Step[Any], error: BaseException) -> None:
        """Append `failed`, and name the step on the error. A journal that refuses does not hide the error."""
        error.add_note(f"in step {step.id} of {self._plan.run}")
        code = error.code if isinstance(error, MigrateError) else type(error).__name__
        try:
            self.write(Kind.FAILED, step, {"code": code, "message": masked(str(error))})
        except Interrupted:
            raise
        except MigrateError as refusal:
            error.add_note(f"and the journal could not take it down: {refusal}")

    def _changed(self, begun: Facts) -> StateConflict:
        differing = _differences(begun.get("request"), _plain(self._plan.request))
        if not differing:
            then = begun.get("steps")
            differing = _differences({"steps": then}, {"steps": [step.id for step in self._plan.steps]})
        told = "; ".join(differing) or "the steps' data (another version of the program?)"
        return StateConflict(
            f"run {self._plan.run} was begun with another request"
            f" (digest {str(begun.get('digest'))[:12]} then, {self._plan.digest[:12]} now): {masked(told)}",
            code="RUN-001",
            hint="Change these back to go on with the run, or roll it back and begin a new one.",
        )


def _plain(request: Facts) -> Json:
    """The request as the journal will give it back, so that then and now compare alike."""
    plain: Json = json.loads(json.dumps(request, default=repr))
    return plain


def _differences(then: Any, now: Any, path: str = "") -> list[str]:
    if isinstance(then, dict) and isinstance(now, dict):
        found = []
        for key in sorted(then.keys() | now.keys()):
            found += _differences(then.get(key), now.get(key), f"{path}.{key}" if path else str(key))
        return found
    return [] if then == now else [f"{path}: {_short(then)} then, {_short(now)} now"]


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 80 else f"{text[:77]}..."
