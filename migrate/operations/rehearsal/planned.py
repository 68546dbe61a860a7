"""Which faults a rehearsal shall meet, and when: names on the command line, or `[[faults]]` of a file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from migrate.errors import UsageError
from migrate.events import Event, Progressed, StepStarted

PARAMETERS = ("seconds", "side", "server", "table", "rate")


class When(StrEnum):
    """The moment at which a fault is set; FOLLOWING is between the load and the validation."""

    FULL_LOAD = "full-load"
    FOLLOWING = "following"
    VALIDATE = "validate"
    CUTOVER = "cutover"


USUAL = {
    "source-restart": When.FULL_LOAD,
    "target-restart": When.VALIDATE,
    "throttling": When.CUTOVER,
    "slow-apply": When.CUTOVER,
    "metrics-silent": When.CUTOVER,
}
"""When a fault is met that names no moment; the others while the task follows."""


@dataclass(frozen=True)
class PlannedFault:
    """One fault to meet. `parameters` are the sandbox's: seconds, side, server, table, rate."""

    fault: str
    when: When
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read(asked: str) -> tuple[PlannedFault, ...]:
    """`asked` is a TOML file, or `NAME[@WHEN]` separated by commas. Raises UsageError."""
    if asked.endswith(".toml") or Path(asked).is_file():
        return _from_file(Path(asked))
    words = [word.strip().partition("@") for word in asked.split(",") if word.strip()]
    return tuple(PlannedFault(name, _when(name, when or None, "--faults")) for name, _, when in words)


def _from_file(file: Path) -> tuple[PlannedFault, ...]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise _refused(f"{file} cannot be read: {problem}") from None
    sections = document.pop("faults", None)
    if document or not isinstance(sections, list) or not sections:
        raise _refused(f"{file} must hold sections [[faults]] and nothing else")
    return tuple(_section(one, f"{file}, fault {number}") for number, one in enumerate(sections, 1))


def _section(one: Mapping[str, Any], place: str) -> PlannedFault:
    if not isinstance(one, dict) or not isinstance(one.get("fault"), str):
        raise _refused(f'{place}: it needs fault = "…"')
    unknown = sorted(set(one) - {"fault", "when", *PARAMETERS})
    if unknown:
        raise _refused(f"{place}: unknown {', '.join(unknown)}; known are fault, when, {', '.join(PARAMETERS)}")
    parameters = {name: one[name] for name in PARAMETERS if name in one}
    return PlannedFault(one["fault"], _when(one["fault"], one.get("when"), place), parameters)


def _when(fault: str, said: object, place: str) -> When:
    if said is None:
        return USUAL.get(fault, When.FOLLOWING)
    try:
        return When(str(said))
    except ValueError:
        raise _refused(f"{place}: there is no moment {said}; it is one of {', '.join(When)}") from None


def _refused(message: str) -> UsageError:
    return UsageError(message, code="CFG-062", hint="See docs/faults.md, and: aurora-migrate sandbox fault list")


def moment(event: Event) -> When | None:
    """The moment that an event shows to have come: tables are being loaded, compared, or the freeze begins."""
    match event:
        case Progressed(work=work) if work.startswith("full load"):
            return When.FULL_LOAD
        case Progressed(work="compare tables"):
            return When.VALIDATE
        case StepStarted(step=step, undoing=False) if step.startswith("freeze/"):
            return When.CUTOVER
        case _:
            return None
