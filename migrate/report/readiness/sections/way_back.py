"""The point of no return and the reverse window."""

from __future__ import annotations

from migrate.model.readiness import ReadinessReport, Return
from migrate.report.readiness.blocks import Cell, Facts, Section, Tone
from migrate.report.readiness.words import left, moment, span

TONES = {
    Return.NOT_SWITCHED: Tone.PLAIN,
    Return.OPEN: Tone.GOOD,
    Return.UNPROVEN: Tone.BAD,
    Return.PAST_DEADLINE: Tone.UNSURE,
    Return.GIVEN_UP: Tone.PLAIN,
    Return.UNKNOWN: Tone.BAD,
}
LEAD = (
    "The point of no return is `cutover finalize`. Until it begins, `rollback` takes the application back with all that"
    " it has written; past the window's end `cutover extend` has to prove the way back anew first. Once finalize has"
    " begun, nothing takes it back."
)


def section(report: ReadinessReport) -> Section:
    back = report.way_back
    pairs = [("way back", Cell(back.state.value, TONES[back.state]))]
    if back.switched_at:
        pairs.append(("switched", Cell(f"{moment(back.switched_at)} by {back.switched_by}")))
    probed = Cell(moment(back.probed_at)) if back.probed_at else Cell("never", Tone.UNSURE)
    pairs.append(("proven by a marker", probed))
    if back.deadline and back.state in (Return.OPEN, Return.PAST_DEADLINE):
        pairs.append(("window ends", Cell(f"{moment(back.deadline)} ({left(back.deadline, report.at)})")))
    else:
        pairs.append(("window after a switch", Cell(span(back.window_hours * 3600))))
    if back.given_up_at:
        pairs.append(("given up", Cell(moment(back.given_up_at))))
    if back.source_gone_by:
        told = f"left as it was: gone for good, on the word of {back.source_gone_by}"
        pairs.append(("the source", Cell(told, Tone.UNSURE)))
    done = ", ".join(f"{run} ({moment(at)})" for run, at in back.rolled_back)
    pairs.append(("rolled back here", Cell(done or "never", Tone.PLAIN if done else Tone.QUIET)))
    return Section("way-back", "Way back and point of no return", LEAD, (Facts(tuple(pairs)),))
