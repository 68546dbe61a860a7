"""The control room as lines of styled pieces, for a terminal of any height; a pipe takes the pieces without styles.

What is most urgent stands first. Where room is short, what is finished is left out first, and the log is cut to its
end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.model.control_room import ControlRoom, LogLine, RunView, Standing, StepView, TableView, Tone
from migrate.model.cutover import UNKNOWN
from migrate.report.control_room.words import (
    ANSWERS,
    SIGNS,
    TONES,
    ago,
    clock,
    duration,
    freeze_words,
    frozen_seconds,
    headline,
    table_tone,
    table_words,
)
from migrate.report.owner import SWITCHING

Piece = tuple[str, str]
"""Style and text. Styles: `bold`, `dim`, `good`, `bad`, `warning`, `now`, or empty."""
Line = Sequence[Piece]

BAR = 30
TABLES, LOG = 40, 40
"""Lines of these in a picture that may be as high as it likes."""


def lines(room: ControlRoom, *, height: int | None = None, problem: str = "") -> list[Line]:
    """All of it, or what fits into `height` lines. `problem` is why the state could not be read just now."""
    head = [*blind(problem), *_head(room), *_freeze(room), *_way_back(room), *_ledger(room)]
    head += [*_lags(room), *_works(room)]
    gates = list(_gates(room))
    if height is None:
        return [*head, *_steps(room.run, None), *gates, *_tables(room, TABLES), *_log(room, LOG)]
    left = max(height - len(head) - len(gates), 9)
    few = min(_wanted_tables(room), max(left // 4, 3))
    log = max(left // 4, 3)
    steps = max(left - few - log - 3, 3)
    return [*head, *_steps(room.run, steps), *gates, *_tables(room, few), *_log(room, log)][:height]


def blind(problem: str) -> list[Line]:
    """That nothing is seen just now, where that is so."""
    return [[("bad", f"✗ {problem}")]] if problem else []


def _head(room: ControlRoom) -> Iterator[Line]:
    holder = "dim" if room.holder is None else "" if room.holder.alive else "bad"
    yield [
        ("bold", room.migration),
        *_owner(room.owner),
        (holder, f"  {headline(room)}"),
        ("dim", f"  {room.at:%H:%M:%S} UTC"),
    ]
    yield _stages(room)
    yield [("dim", "next: "), ("", room.next_command)]


def _owner(owner: str) -> Line:
    return [("bad", f" {SWITCHING}")] if owner == UNKNOWN else [("", " runs on the "), ("bold", owner)]


def _stages(room: ControlRoom) -> Line:
    pieces: list[Piece] = []
    for stage in room.stages:
        pieces.append((TONES[stage.standing], f"{SIGNS[stage.standing]} {stage.name}"))
        remark = duration(stage.seconds) if stage.seconds is not None and stage.standing is Standing.DONE else ""
        if stage.standing.bad or stage.standing is Standing.UNDONE:
            remark = stage.standing.value
        pieces.append(("dim", f" {remark}  " if remark else "  "))
    return pieces


def _freeze(room: ControlRoom) -> Iterator[Line]:
    freeze = room.freeze
    if freeze is None:
        return
    seconds, (words, tone) = frozen_seconds(freeze, room.at), freeze_words(freeze)
    budget = freeze.budget_seconds
    over = budget is not None and freeze.switched is None and seconds > budget
    filled = min(BAR, round(BAR * seconds / budget)) if budget else 0
    limit = f" of {budget:g} s" if budget else ""
    bar = f" {'█' * filled}{'░' * (BAR - filled)}" if budget else ""
    yield [
        ("bold", "freeze "),
        ("bad" if over else tone, f"{seconds:.1f} s{limit}{bar}"),
        ("", f" {words}"),
        ("dim", f"  {freeze.run}"),
    ]


def _way_back(room: ControlRoom) -> Iterator[Line]:
    way = room.way_back
    if way is None:
        return
    if not way.proven or way.until is None:
        yield [("bold", "way back "), ("bad", "switched, way back not yet proven")]
        return
    left = (way.until - room.at).total_seconds()
    told = f"open for {clock(left)}, until {way.until:%Y-%m-%d %H:%M} UTC" if left > 0 else "the window has ended"
    line = [("bold", "way back "), ("good" if left > 3600 else "warning", told)]
    if way.freeze_seconds is not None:
        line.append(("dim", f"  a rollback: frozen for {way.freeze_seconds:.2f} s ({way.basis})"))
    yield line


def _ledger(room: ControlRoom) -> Iterator[Line]:
    ledger = room.ledger
    if ledger is not None:
        yield [
            ("bold", "ledger "),
            ("", f"{ledger.acknowledged:,} acknowledged, {ledger.refused:,} refused, "),
            ("", f"{ledger.indeterminate:,} indeterminate; {ledger.rate:,.0f}/s"),
            ("dim", f"  {ago(ledger.at, room.at)}"),
        ]


def _lags(room: ControlRoom) -> Iterator[Line]:
    for lag in room.lags:
        late = not lag.arrived or (room.lag_limit is not None and lag.seconds > room.lag_limit)
        limit = f" (limit {room.lag_limit:g} s)" if room.lag_limit is not None else ""
        told = f"{lag.seconds:.2f} s{limit}" if lag.arrived else f"under way for {lag.seconds:.2f} s{limit}"
        yield [
            ("bold", "lag "),
            ("bad" if late else "good", told),
            ("", f" {lag.task}"),
            ("dim", f"  {ago(lag.at, room.at)}"),
        ]


def _works(room: ControlRoom) -> Iterator[Line]:
    for work in room.works:
        if work.total:
            filled = min(BAR, round(BAR * work.done / work.total))
            amount = f"{'█' * filled}{'░' * (BAR - filled)} {work.done:,.0f}/{work.total:,.0f} {work.unit}"
        else:
            amount = f"{work.done:,.0f} {work.unit}"
        yield [("now", "▶ "), ("", f"{work.name} "), ("now", amount)]


def _steps(run: RunView | None, room: int | None) -> Iterator[Line]:
    if run is None:
        return
    yield [("bold", run.run), ("", f" {run.outcome}"), ("dim", f"  {run.done} of {len(run.steps)} steps")]
    first, last = 0, len(run.steps)
    if room is not None and last > room:
        first = min(max(0, run.current - room // 2), last - room)
        last = first + room
    for step in run.steps[first:last]:
        yield _step(step)


def _step(step: StepView) -> Line:
    when = f"{step.began:%H:%M:%S}" if step.began else " " * 8
    took = "was so already" if step.already else duration(step.seconds) if step.seconds is not None else ""
    pieces: list[Piece] = [
        (TONES[step.standing], f"  {SIGNS[step.standing]} "),
        ("dim", f"{when} "),
        ("" if step.standing is not Standing.TO_DO else "dim", step.title),
        ("dim", f"  {'  '.join(one for one in (took, step.by) if one)}".rstrip()),
    ]
    if step.problem:
        pieces.append(("bad", f"  {step.problem}"))
    return pieces


def _gates(room: ControlRoom) -> Iterator[Line]:
    """Those that are open are counted; each that is not has its line, as has each that changed its mind."""
    if not room.gates:
        return
    counts = {answer: sum(gate.answer == answer for gate in room.gates) for answer in ANSWERS}
    told: list[Piece] = [("bold", "gates")]
    told += [(ANSWERS[answer][1], f" {count} {answer} ") for answer, count in counts.items() if count]
    yield told
    for gate in room.gates:
        sign, tone = ANSWERS.get(gate.answer, ANSWERS["unknown"])
        turned = bool(gate.before) and gate.before != gate.answer and gate.answer in ("open", "closed", "unknown")
        if gate.answer in ("closed", "unknown") or (turned and gate.answer == "open"):
            since = f" (was {gate.before}, since {gate.changed_at:%H:%M:%S})" if turned else ""
            yield [(tone, f"  {sign} {gate.gate}"), ("", f" {gate.reason}"), ("dim", since)]


def _wanted_tables(room: ControlRoom) -> int:
    return sum(row.rank[0] < 4 for row in room.tables.rows)


def _tables(room: ControlRoom, most: int) -> Iterator[Line]:
    tables = room.tables
    if not tables.total:
        return
    states = ", ".join(f"{count:,} {state.lower()}" for state, count in tables.states.items())
    told: list[Piece] = [("bold", f"tables {tables.total:,}: ")]
    told.append(("", "  ".join(one for one in (states, f"{tables.loaded_rows:,} rows loaded") if one)))
    if tables.validation:
        amount = f" {tables.compared:,} of {tables.total:,} compared" if tables.validation == "running" else ""
        told.append(("bold", "  validation "))
        told.append((_verdict_tone(tables.validation), f"{tables.validation}{amount}"))
    if tables.suspects:
        told.append(("warning", f"  {tables.suspects:,} rows to look at again"))
    yield told
    unfinished = [row for row in tables.rows if row.rank[0] < 4]
    shown = unfinished[:most]
    for row in shown:
        yield _table(row)
    if len(shown) < len(unfinished):
        yield [("dim", f"    and {len(unfinished) - len(shown):,} more that are not finished")]


def _verdict_tone(verdict: str) -> str:
    return {"match": "good", "running": "now", "differs": "bad"}.get(verdict, "warning")


def _table(row: TableView) -> Line:
    sign, style = {
        "bad": ("✗", "bad"),
        "now": ("▶", "now"),
        "todo": ("·", "dim"),
        "loaded": ("◐", ""),
        "good": ("✓", "good"),
    }[table_tone(row)]
    return [(style, f"  {sign} {row.table}"), ("", f"  {table_words(row)}")]


def _log(room: ControlRoom, most: int) -> Iterator[Line]:
    shown = room.log[-most:]
    if shown:
        yield [("bold", "log")]
    yield from (_logged(line) for line in shown)


def log_lines(room: ControlRoom) -> list[Line]:
    """The log alone."""
    return [_logged(line) for line in room.log]


def _logged(line: LogLine) -> Line:
    tone = "" if line.tone is Tone.PLAIN else line.tone.value
    return [("dim", f"  {line.at:%H:%M:%S} "), (tone, line.text)]
