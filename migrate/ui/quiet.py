"""Progress as log lines, for pipes and files: one line per finished step and per note, no bars."""

from __future__ import annotations

import sys

from migrate.events import Event, GateAnswered, Noted, StageFinished, StageStarted, StepFinished
from migrate.ui.listener import lossy


class Lines:
    """Call it with events. Writes to stderr."""

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted(stage):
                line = f"{stage}: started"
            case StageFinished(stage, outcome, seconds):
                line = f"{stage}: {outcome} in {seconds:.1f} s"
            case StepFinished(stage, step, _, seconds, already, undoing):
                verb = "undone" if undoing else "already done" if already else "done"
                line = f"{stage}: {step} {verb} in {seconds:.2f} s"
            case GateAnswered(result):
                line = f"gate {result.gate}: {result.answer.value}: {result.reason}"
            case Noted(text, warning):
                line = f"{'warning: ' if warning else ''}{text}"
            case _:
                return
        with lossy(sys.stderr):
            sys.stderr.write(line + "\n")


class Warnings(Lines):
    """Only what a person should act on; results and errors come all the same."""

    def __call__(self, event: Event) -> None:
        if isinstance(event, Noted) and event.warning:
            super().__call__(event)
