"""Sets a rehearsal's faults when their moment comes, and keeps what was seen of each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

from migrate.errors import MigrateError, UsageError
from migrate.events import Emit, Event, Noted
from migrate.model.rehearsal import Fault, FaultOutcome, Mark, MarkKind
from migrate.operations.faults import told
from migrate.operations.rehearsal.planned import PlannedFault, When, moment
from migrate.sandbox import client
from migrate.sandbox.errors import SandboxError

TOLD = 300
"""Letters of a refusal that the report tells; the whole stands in its reason or in the validation's report."""

FindTable = Callable[[], str | None]


@dataclass
class Met:
    """One planned fault and what came of it so far."""

    planned: PlannedFault
    at: float | None = None
    number: str = ""
    observed: list[str] = field(default_factory=list)
    outcome: FaultOutcome = FaultOutcome.NOT_MET


class Injector:
    """Stands between the stages' events and whoever shows them; `now` is seconds since the rehearsal began."""

    def __init__(self, control_url: str, planned: Sequence[PlannedFault], emit: Emit, now: Callable[[], float]) -> None:
        self._control_url, self._emit, self._now = control_url, emit, now
        self._met = [Met(one) for one in planned]
        self._open: list[Met] = []
        """Set, and not yet told how the stage ended that met them."""
        self.find_table: FindTable = lambda: None

    def check(self) -> None:
        """Raises UsageError for a fault the sandbox does not have, with the nearest name, or a parameter it lacks."""
        known = {one["fault"]: one for one in client.faults(self._control_url)["known"]} if self._met else {}
        for planned in (met.planned for met in self._met):
            kind = known.get(planned.fault)
            if kind is None:
                near = difflib.get_close_matches(planned.fault, known, n=1, cutoff=0.5)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                raise told(SandboxError(f"there is no fault {planned.fault}", hint=hint))
            strange = sorted(set(planned.parameters) - set(kind["takes"]))
            if strange:
                raise UsageError(
                    f"{planned.fault} takes no {', '.join(strange)}",
                    code="SBX-004",
                    hint=f"it takes {', '.join(kind['takes']) or 'nothing'}",
                )

    def emit(self, event: Event) -> None:
        """Pass an event on; if it shows a moment to have come, its faults are set first."""
        come = moment(event)
        if come is not None:
            self.come(come)
        self._emit(event)

    def plans(self, when: When) -> bool:
        """Whether a fault is still to be set at this moment."""
        return any(met.planned.when is when and met.at is None for met in self._met)

    def come(self, when: When) -> list[dict[str, Any]]:
        """Set what is planned for this moment and was not set yet; the sandbox's words on each."""
        due = [met for met in self._met if met.planned.when is when and met.at is None]
        return [line for met in due if (line := self._set(met)) is not None]

    def _set(self, met: Met) -> dict[str, Any] | None:
        met.at = round(self._now(), 3)
        parameters = dict(met.planned.parameters)
        if met.planned.fault == "apply-error" and "table" not in parameters:
            parameters["table"] = self.find_table()
        try:
            line = client.set_fault(self._control_url, met.planned.fault, **parameters)
        except SandboxError as problem:
            met.observed.append(f"it could not be set: {problem}")
            self._emit(Noted(f"fault {met.planned.fault}: could not be set: {problem}", warning=True))
            return None
        met.number = str(line["id"])
        met.outcome = FaultOutcome.RIDDEN_OUT
        met.observed.append(line["did"])
        self._open.append(met)
        self._emit(Noted(f"fault {met.planned.fault}: {line['did']}", warning=True))
        return line

    @property
    def met(self) -> bool:
        """Whether a fault was set whose stage has not ended well yet."""
        return bool(self._open)

    def observe(self, text: str) -> None:
        """Something that was seen while the open faults stood."""
        for met in self._open:
            met.observed.append(text)

    def refused(self, stage: str, problem: MigrateError) -> None:
        """A stage said no, or failed, under the open faults."""
        self.observe(f"{stage} ended with {problem.code}: {shorten(problem.message, TOLD)}")
        for met in self._open:
            met.outcome = FaultOutcome.GONE_ON

    def gave_up(self) -> None:
        """The rehearsal ends because of the open faults."""
        for met in self._open:
            met.outcome = FaultOutcome.ENDED

    def close(self) -> None:
        """The stage that met the open faults has ended."""
        self.clear()
        self._open.clear()

    def clear(self) -> None:
        """End what the open faults still do to the sandbox. Raises SandboxError when it does not answer."""
        active = self._active()
        for met in self._met:
            if met.number in active:
                for line in self._end(met.number):
                    met.observed.append(f"cleared{': ' + line['problem'] if line['problem'] else ''}")

    def _active(self) -> set[str]:
        return {str(one["id"]) for one in client.faults(self._control_url)["set"] if one["state"] == "active"}

    def _end(self, number: str) -> list[dict[str, Any]]:
        """What was ended; nothing where the fault was over by itself meanwhile."""
        try:
            return client.clear_faults(self._control_url, number)
        except SandboxError:
            if number in self._active():
                raise
            return []

    def report(self) -> tuple[Fault, ...]:
        """One line per planned fault, as planned."""
        return tuple(
            Fault(
                name=met.planned.fault,
                at=met.at,
                outcome=met.outcome,
                when=met.planned.when.value,
                observed=tuple(met.observed),
            )
            for met in self._met
        )

    def marks(self) -> tuple[Mark, ...]:
        """For the chart over time."""
        return tuple(Mark(MarkKind.FAULT, met.planned.fault, met.at) for met in self._met if met.at is not None)
