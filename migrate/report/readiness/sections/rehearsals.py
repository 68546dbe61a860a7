"""The last rehearsals: verdict, freeze, rollback, and the trend of the freeze."""

from __future__ import annotations

from migrate.model.readiness import ReadinessReport
from migrate.model.rehearsal import LIVE
from migrate.model.vouched import Vouched, VouchedRehearsal
from migrate.report.readiness.blocks import Block, Cell, Chart, Column, Dot, Listing, Paragraph, Section, Table, Tone
from migrate.report.readiness.words import NONE, count, moment, span

COLUMNS = (
    Column("when", narrow=True),
    Column("what", bare=True),
    Column("verdict", narrow=True),
    Column("rows", number=True, narrow=True, spare=True),
    Column("freeze", number=True, narrow=True),
    Column("write gap", number=True, narrow=True, spare=True),
    Column("lost", number=True, narrow=True),
    Column("doubled", number=True, narrow=True),
    Column("rollback", narrow=True),
    Column("report", narrow=True),
)
MOST = 12
LETTERS = 160
"""Of the reason why one failed."""
SANDBOX = "Real servers, real rows, an application that keeps writing; AWS answered by a local sandbox."
OWN = (
    "With the profile `live`: on databases of somebody's own, through the AWS API, which was answered by whom the row"
    " names."
)
SECONDS = "Seconds are of the machine and timing profile named."
DIGESTS = (
    "`digest holds`: the file is, byte by byte, the one whose digest was journaled. `broken`: somebody changed it, or"
    " its journal; it counts for nothing. `cannot be told`: no journal at hand names a digest of it."
)
VOUCHED = {Vouched.HOLDS: Tone.GOOD, Vouched.BROKEN: Tone.BAD, Vouched.UNKNOWN: Tone.UNSURE}


def section(report: ReadinessReport) -> Section:
    found = report.rehearsals
    if not found:
        nothing = Paragraph("No report of a rehearsal is kept.", Tone.UNSURE)
        return Section("rehearsals", "Rehearsals", "", (nothing,))
    blocks: list[Block] = []
    frozen = [one for one in found if one.counts and one.freeze_seconds is not None]
    alike = [one for one in frozen if one.terms == frozen[-1].terms][-MOST:]
    if len(alike) > 1:
        blocks.append(_chart(alike, report))
    blocks.append(
        Table("The last rehearsals, newest first", COLUMNS, tuple(_row(one) for one in found[: -MOST - 1 : -1]))
    )
    blocks += _broken(found)
    back = [one for one in found if one.rollback and one.counts]
    told = f"A rollback was last exercised on {moment(back[-1].started_at)}." if back else "No rollback was exercised."
    more = f" {len(found) - MOST} earlier rehearsals are not shown." if len(found) > MOST else ""
    blocks += [Paragraph(told + more, Tone.QUIET), Paragraph(DIGESTS, Tone.QUIET)]
    return Section("rehearsals", "Rehearsals", _lead(found), tuple(blocks))


def _lead(found: tuple[VouchedRehearsal, ...]) -> str:
    """Where they ran: a rehearsal on somebody's own databases was no sandbox's, and the other way round."""
    sandbox = [SANDBOX] if any(one.profile != LIVE for one in found) else []
    own = [OWN] if any(one.profile == LIVE for one in found) else []
    return " ".join([*sandbox, *own, SECONDS])


def _broken(found: tuple[VouchedRehearsal, ...]) -> list[Block]:
    lines = tuple(Cell(f"{one.file}: {one.vouched_because}", Tone.BAD) for one in found if not one.counts)
    return [Listing(lines)] if lines else []


def _row(one: VouchedRehearsal) -> tuple[Cell, ...]:
    faults = f", {len(one.faults)} faults" if one.faults else ""
    aws = f", AWS answered by {one.endpoint or 'nobody named'}" if one.profile == LIVE else ""
    failed = "" if one.passed else f". {one.reason[:LETTERS]}"
    return (
        Cell(moment(one.started_at)),
        Cell(one.sample, note=f"scale {one.scale:g}, {one.profile}, {one.machine}{faults}{aws}{failed}"),
        Cell("passed", Tone.GOOD) if one.passed else Cell("failed", Tone.BAD),
        Cell(count(one.rows)),
        Cell(span(one.freeze_seconds)),
        Cell(span(one.write_gap_seconds)),
        _none_wanted(one.lost),
        _none_wanted(one.duplicated),
        Cell("exercised", Tone.GOOD) if one.rollback else Cell("not exercised", Tone.UNSURE),
        Cell(one.vouched.value, VOUCHED[one.vouched]),
    )


def _none_wanted(number: int | None) -> Cell:
    if number is None:
        return Cell(NONE, Tone.UNSURE)
    return Cell(f"{number:,}", Tone.BAD if number else Tone.GOOD)


def _chart(alike: list[VouchedRehearsal], report: ReadinessReport) -> Chart:
    freeze = next((one.limit for one in report.predictions if one.name == "freeze" and one.limit), None)
    dots = tuple(
        Dot(f"{one.started_at:%m-%d %H:%M}", one.freeze_seconds or 0.0, span(one.freeze_seconds), failed=not one.passed)
        for one in alike
    )
    told = ", ".join(_in_words(one) for one in alike)
    limit = freeze.seconds if freeze else None
    title = f"Longest freeze of each rehearsal: {alike[-1].sample}"
    return Chart(title, f"Longest freeze: {told}", dots, limit, f"budget {span(limit)}" if limit else "")


def _in_words(one: VouchedRehearsal) -> str:
    return f"{one.started_at:%Y-%m-%d} {span(one.freeze_seconds)}{'' if one.passed else ' (failed)'}"
