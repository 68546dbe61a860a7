"""The whole page: first what is to be seen within five seconds, then the sections in the order of their questions."""

from __future__ import annotations

from collections.abc import Callable

from migrate import __version__
from migrate.model.gate import Moment
from migrate.model.readiness import Decision, ReadinessReport, Return, Standing
from migrate.report import owner
from migrate.report.readiness.blocks import Cell, Page, Section, Tone
from migrate.report.readiness.sections import (
    blockers,
    changes,
    consents,
    cost,
    drills,
    evidence,
    figures,
    gates,
    rehearsals,
    restores,
    risk,
    stages,
    unproven,
    way_back,
    work,
)
from migrate.report.readiness.words import left, moment, plural, span

SECTIONS: tuple[Callable[[ReadinessReport], Section | None], ...] = (
    changes.section,
    blockers.section,
    stages.section,
    unproven.section,
    gates.section,
    way_back.section,
    rehearsals.section,
    drills.section,
    restores.section,
    figures.section,
    risk.section,
    work.section,
    consents.section,
    cost.section,
    evidence.section,
)
VERDICTS = {
    Decision.GO: ("Go", Tone.GOOD),
    Decision.NO_GO: ("No-go", Tone.BAD),
    Decision.SWITCHED: ("Switched", Tone.UNSURE),
    Decision.FINISHED: ("Finished", Tone.GOOD),
    Decision.ABANDONED: ("Abandoned", Tone.QUIET),
}
REASONS_MAX = 6


def page(report: ReadinessReport) -> Page:
    verdict, tone = VERDICTS[report.decision]
    sections = tuple(made for make in SECTIONS if (made := make(report)) is not None)
    return Page(
        title=f"{verdict}: {report.migration}",
        verdict=verdict,
        tone=tone,
        headline=headline(report),
        subtitle=f"{report.migration} · {report.route} · {owner.told(report.owner)}",
        reasons=_reasons(report),
        tiles=_tiles(report),
        sections=sections,
        foot=f"Made {moment(report.at)} by aurora-migrate {__version__}. Next: {report.next_command}",
    )


def headline(report: ReadinessReport) -> str:
    """The decision in one sentence."""
    match report.decision:
        case Decision.GO:
            return "Nothing on record is against a cutover."
        case Decision.NO_GO:
            return f"{plural(len(report.reasons), 'thing stands', 'things stand')} in the way of a cutover."
        case Decision.SWITCHED:
            return _switched(report)
        case Decision.FINISHED:
            return "The migration has ended: the application runs on Aurora, and the way back was given up."
        case Decision.ABANDONED:
            return "The migration was given up."


def _switched(report: ReadinessReport) -> str:
    back = report.way_back
    match back.state:
        case Return.OPEN:
            return f"The application runs on Aurora and can come back: {left(back.deadline, report.at)}."
        case Return.PAST_DEADLINE:
            return "The application runs on Aurora; the agreed time to come back is over."
        case Return.GIVEN_UP:
            return "The application runs on Aurora; giving up the way back has begun."
        case _:
            return "The application runs on Aurora, but the way back is not proven."


def _reasons(report: ReadinessReport) -> tuple[Cell, ...]:
    if report.decision is Decision.GO:
        return tuple(Cell(f"unproven: {line}", Tone.UNSURE) for line in report.unproven[:3])
    shown = [Cell(reason, Tone.BAD) for reason in report.reasons[:REASONS_MAX]]
    if len(report.reasons) > REASONS_MAX:
        shown.append(Cell(f"and {len(report.reasons) - REASONS_MAX} more, below", Tone.QUIET))
    return tuple(shown)


def _tiles(report: ReadinessReport) -> tuple[tuple[str, Cell], ...]:
    return (*_gates(report), *_freeze(report), *_rehearsed(report), *_work(report), *_unproven(report))


def _gates(report: ReadinessReport) -> tuple[tuple[str, Cell], ...]:
    before = [one for one in report.gates if one.moment is Moment.PREFLIGHT]
    open_, against = sum(one.standing is Standing.OPEN for one in before), sum(one.against for one in before)
    told = f"{against} against" if against else "none against"
    return (("gates open", Cell(f"{open_} of {len(before)}", Tone.BAD if against else Tone.PLAIN, note=told)),)


def _freeze(report: ReadinessReport) -> tuple[tuple[str, Cell], ...]:
    freeze = next(one for one in report.predictions if one.name == "freeze")
    found = freeze.measured or freeze.predicted
    told = f"of {span(freeze.limit.seconds)} allowed" if freeze.limit else ""
    name = "freeze, measured" if freeze.measured else "freeze, expected"
    return ((name, Cell(span(found.seconds), note=told) if found else Cell("unknown", Tone.UNSURE, note=told)),)


def _rehearsed(report: ReadinessReport) -> tuple[tuple[str, Cell], ...]:
    found = report.rehearsals
    if not found:
        return (("rehearsals passed", Cell("none", Tone.UNSURE, note="no report is kept")),)
    passed, tone = sum(one.stands for one in found), Tone.PLAIN if found[-1].stands else Tone.BAD
    return (
        ("rehearsals passed", Cell(f"{passed} of {len(found)}", tone, note=f"last {moment(found[-1].started_at)}")),
    )


def _work(report: ReadinessReport) -> tuple[tuple[str, Cell], ...]:
    if report.decision in (Decision.FINISHED, Decision.ABANDONED):
        return ()
    if not report.work:
        return (("work left", Cell("unknown", Tone.UNSURE, note="no findings on record")),)
    return (("work left", Cell(f"{sum(one.hours for one in report.work):.3g} h", note="as the assessment reckons")),)


def _unproven(report: ReadinessReport) -> tuple[tuple[str, Cell], ...]:
    number = len(report.unproven)
    return (("unproven", Cell(str(number), Tone.UNSURE if number else Tone.GOOD, note="told below")),)
