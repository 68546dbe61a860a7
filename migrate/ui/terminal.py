"""Progress for a person at a terminal: finished steps as lines, running work as bars."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from migrate.events import (
    APPLICATION,
    Event,
    GateAnswered,
    Noted,
    Progressed,
    StageFinished,
    StageStarted,
    StepFinished,
    StepStarted,
)
from migrate.ui.listener import PlainConsole, lossy
from migrate.ui.pace import Pace, in_words


class Terminal:
    """Context manager; call it with events. Writes to stderr."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or PlainConsole(stderr=True, highlight=False)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[amount]}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[left]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
            # rich would carry to stderr what is printed meanwhile: right beside the bars, wrong for a file or a pipe.
            redirect_stdout=sys.stdout.isatty(),
        )
        self._bars: dict[str, TaskID] = {}
        self._pace = Pace()

    def __enter__(self) -> Terminal:
        with lossy(self._console.file):
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with lossy(self._console.file):
            self._progress.stop()

    def __call__(self, event: Event) -> None:
        with lossy(self._console.file):
            self._show(event)

    def _show(self, event: Event) -> None:
        match event:
            case StageStarted(stage):
                self._line(f"[bold]{escape(stage)}[/bold]")
            case StageFinished(stage, outcome, seconds):
                self._clear()
                colour = "green" if outcome == "done" else "yellow"
                self._line(f"  [{colour}]{escape(stage)}: {escape(outcome)}[/{colour}] [dim]{seconds:.1f} s[/dim]")
            case StepStarted(_, step, title, undoing):
                self._bar(step, f"{'undo: ' if undoing else ''}{title}", None, None, "")
            case StepFinished(_, _, title, seconds, already, undoing):
                self._clear(but=APPLICATION)
                mark = "↩" if undoing else "=" if already else "✓"
                self._line(f"  {mark} {escape(title)} [dim]{seconds:.2f} s[/dim]")
            case Progressed(work, done, total, unit):
                self._bar(work, work, done, total, unit)
            case GateAnswered(result):
                colour = "green" if result.open else "red"
                answer = f"[{colour}]{result.answer.value:7}[/{colour}]"
                self._line(f"    gate {answer} {escape(result.gate)} [dim]{escape(result.reason)}[/dim]")
            case Noted(text=text, warning=warning):
                self._line(f"  [yellow]! {escape(text)}[/yellow]" if warning else f"  [dim]{escape(text)}[/dim]")

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _bar(self, key: str, text: str, done: float | None, total: float | None, unit: str) -> None:
        if done is None:
            amount = ""
        else:
            amount = f"{done:,.0f}/{total:,.0f} {unit}" if total is not None else f"{done:,.0f} {unit}"
        left = in_words(self._pace.left(key, done, total)) if done is not None else ""
        if key not in self._bars:
            self._bars[key] = self._progress.add_task(escape(text), total=total, amount=amount, left=left)
        self._progress.update(self._bars[key], completed=done or 0, total=total, amount=amount, left=left)
        if total is not None and done is not None and done >= total:
            self._clear(key)

    def _clear(self, key: str = "", *, but: str = "") -> None:
        """One, or all `but` one: what a step or a stage worked on or waited for ends with it."""
        for known in [key] if key else [bar for bar in self._bars if bar != but]:
            self._pace.forget(known)
            bar = self._bars.pop(known, None)
            if bar is not None:
                self._progress.remove_task(bar)
