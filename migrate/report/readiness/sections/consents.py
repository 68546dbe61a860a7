"""Who approved what, and who answers for what was waived."""

from __future__ import annotations

from migrate.model.readiness import Consent, ReadinessReport
from migrate.report.readiness.blocks import Block, Cell, Column, Paragraph, Section, Table, Tone
from migrate.report.readiness.words import NONE, left, moment

APPROVALS = (
    Column("for", narrow=True),
    Column("by"),
    Column("role"),
    Column("given", narrow=True),
    Column("plan", narrow=True, spare=True),
    Column("stands"),
)
WAIVERS = (Column("rule", narrow=True), Column("signed by, why and until when"), Column("objects"))
MOST = 20


def section(report: ReadinessReport) -> Section:
    blocks: list[Block] = []
    if report.consents:
        rows = tuple(_consent(one, report) for one in report.consents[:MOST])
        blocks.append(Table("Approvals and confirmations, newest first", APPROVALS, rows))
    else:
        blocks.append(Paragraph("Nobody has approved anything yet.", Tone.QUIET))
    if report.waived:
        rows = tuple(
            (
                Cell(one.code, code=True),
                Cell(one.by, Tone.BAD, note=f"expired: {one.until} is over, assess again")
                if one.expired
                else Cell(one.by),
                Cell(", ".join(one.objects[:5]) + (f" and {one.count - 5} more" if one.count > 5 else "")),
            )
            for one in report.waived
        )
        blocks.append(Table("Waived findings, and who answers for them", WAIVERS, rows))
    else:
        blocks.append(Paragraph("No finding is waived.", Tone.QUIET))
    return Section("consents", "Approvals and waivers", "", tuple(blocks))


def _consent(one: Consent, report: ReadinessReport) -> tuple[Cell, ...]:
    stands = Cell(f"yes, {left(one.counts_until, report.at)}", Tone.GOOD) if one.stands else Cell(one.why, Tone.QUIET)
    return (
        Cell(one.what),
        Cell(one.by),
        Cell(one.role or NONE),
        Cell(moment(one.given_at)),
        Cell(one.digest, code=True),
        stands,
    )
