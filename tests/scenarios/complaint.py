"""What a command that refuses tells: one line for what happened, one for what to do, and the same as a document."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from typing import Any

from tests.scenarios.theatre import LONG, Ran, Staged

HEAD = re.compile(r"^([A-Z]{3}-[\w-]+) (\S.*)$")
ARROW = "  → "


@dataclass(frozen=True)
class Complaint:
    exit: int
    code: str
    message: str
    hint: str
    notes: tuple[str, ...]


def told_people(staged: Staged, ran: Ran) -> Complaint:
    """Of a command that ran without --format json. stdout is for results: there is none."""
    _clean(staged, ran)
    assert ran.out == ""
    lines = ran.err.splitlines()
    heads = [number for number, line in enumerate(lines) if HEAD.match(line)]
    assert len(heads) == 1, ran.err
    head = HEAD.match(lines[heads[0]])
    assert head is not None
    *notes, hint, more = lines[heads[0] + 1 :]
    assert more == f"  ? aurora-migrate explain {head[1]}"
    assert hint.startswith(ARROW), ran.err
    assert all(note.startswith("  ") for note in notes), ran.err
    return Complaint(ran.code, head[1], head[2], hint.removeprefix(ARROW), tuple(note.strip() for note in notes))


def told_programs(staged: Staged, ran: Ran) -> Complaint:
    """Of a command that ran with --format json: one document on stdout, and no second telling on stderr."""
    _clean(staged, ran)
    document: dict[str, Any] = json.loads(ran.out)
    assert document["report"] == "error"
    assert document["exit"] == ran.code
    assert not [line for line in ran.err.splitlines() if HEAD.match(line)], ran.err
    assert "\n" not in document["message"]
    assert document["hint"]
    return Complaint(ran.code, document["code"], document["message"], document["hint"], tuple(document["notes"]))


def refused(staged: Staged, *arguments: str) -> Complaint:
    """Run it for people and for programs, both at once: for commands that are refused before they take the lease."""
    sides = [staged.start(*arguments), staged.start(*arguments, "--format", "json")]
    plain, document = [ended(side) for side in sides]
    people, programs = told_people(staged, plain), told_programs(staged, document)
    assert people == programs
    return people


def ended(process: subprocess.Popen[str]) -> Ran:
    """Wait for the end of what `Staged.start` began."""
    out, err = process.communicate(timeout=LONG)
    return Ran(process.returncode, out, err)


def _clean(staged: Staged, ran: Ran) -> None:
    told = ran.out + ran.err
    assert "Traceback" not in told, told
    assert "internal error" not in told, told
    for secret in (staged.source.master_password, *staged.source.role_passwords.values()):
        assert secret not in told
