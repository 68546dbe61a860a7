"""What happened, as lines: from the journal, and what runs said beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.model.control_room import LogLine, Tone
from migrate.model.journal import Entry, Kind
from migrate.model.sighting import Sighting, SightingKind

LINES = 200
LENGTH = 300
_QUIET_EVIDENCE = ("schema-shape",)
_ANSWERS = {"open": Tone.GOOD, "closed": Tone.BAD}


def log(entries: Sequence[Entry], sightings: Sequence[Sighting]) -> tuple[LogLine, ...]:
    """The last LINES, oldest first."""
    titles: dict[tuple[str, str], str] = {}
    for entry in entries:
        if entry.kind is Kind.PLANNED:
            ids, told = entry.body.get("steps"), entry.body.get("titles")
            if isinstance(ids, list) and isinstance(told, list):
                titles |= {(entry.run, str(one)): str(title) for one, title in zip(ids, told, strict=False)}
    told_lines = [line for entry in entries[-2 * LINES :] for line in _entry(entry, titles)]
    notes = [_note(one) for one in sightings if one.kind is SightingKind.NOTE]
    return tuple(sorted([*told_lines, *notes], key=lambda line: line.at)[-LINES:])


def _note(one: Sighting) -> LogLine:
    tone = Tone.WARNING if one.body.get("warning") is True else Tone.PLAIN
    return LogLine(at=one.at, tone=tone, text=str(one.body.get("text", ""))[:LENGTH])


def _entry(entry: Entry, titles: dict[tuple[str, str], str]) -> Iterator[LogLine]:
    body, step = entry.body, titles.get((entry.run, entry.step), entry.step)
    match entry.kind:
        case Kind.PLANNED:
            yield _line(entry, Tone.PLAIN, f"{entry.run} has begun")
        case Kind.DONE:
            yield _line(entry, Tone.GOOD, f"{entry.run}: {step}{' (was so already)' if body.get('already') else ''}")
        case Kind.FAILED:
            yield _line(entry, Tone.BAD, f"{entry.run}: {step}: {body.get('code')} {body.get('message')}")
        case Kind.UNDO:
            yield _line(entry, Tone.WARNING, f"{entry.run}: undoing: {step}")
        case Kind.UNDONE:
            yield _line(entry, Tone.WARNING, f"{entry.run}: undone: {step}")
        case Kind.GATE:
            tone = _ANSWERS.get(str(body.get("answer")), Tone.WARNING)
            yield _line(entry, tone, f"gate {body.get('gate')} is {body.get('answer')}: {body.get('reason')}")
        case Kind.OUTCOME:
            done = body.get("outcome") == "done"
            yield _line(entry, Tone.GOOD if done else Tone.WARNING, f"{entry.run}: {body.get('outcome')}")
        case Kind.EVIDENCE if body.get("name") not in _QUIET_EVIDENCE:
            yield _line(entry, Tone.PLAIN, _evidence(entry))
        case _:
            pass


def _evidence(entry: Entry) -> str:
    facts, name = entry.body.get("facts"), entry.body.get("name")
    told = facts if isinstance(facts, dict) else {}
    if name in ("approval", "confirmation", "revocation"):
        return f"{name} by {told.get('by')} for {entry.run}"
    words = [f"{key} {told[key]}" for key in ("verdict", "blockers", "tables", "rows", "differences") if key in told]
    return f"on record: {name}{': ' if words else ''}{', '.join(words)}"


def _line(entry: Entry, tone: Tone, text: str) -> LogLine:
    return LogLine(at=entry.at, tone=tone, text=text[:LENGTH])
