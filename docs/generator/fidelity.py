"""What the sandbox imitates, and on what ground: from the marks in its docstrings and comments."""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import migrate.sandbox
from generator.markdown import NOTE, code, table
from migrate.sandbox.dms import worker

SANDBOX = Path(migrate.sandbox.__file__).resolve().parent
MARKS = re.compile(r"dms\.md|§|[Aa]ssum|unsourced|Source:|moto 5")
SECTION = re.compile(r"§(\d+)")
MYSQL_SECTION = re.compile(r"mysql-compatibility\.md §([\d.]+)")
"""The notes on MySQL itself number their sections anew."""
GROUNDS = {
    1: "API model of `dms`, version 2016-01-01, as shipped in botocore: protocol, shapes, paging, filters",
    2: "API model: operations and their documentation; DMS User Guide, the pages on each resource",
    3: "API model: ReplicationConfig and Replication; DMS User Guide, *Working with AWS DMS Serverless*",
    4: "API model: states and waiters; DMS User Guide, task status",
    5: "DMS User Guide, *Specifying task settings*, *Setting LOB support*; API model, sample responses",
    6: "DMS User Guide, *Using table mapping to specify task settings*",
    7: "API model: DescribeTableStatistics; DMS User Guide, *Monitoring*, *Control table task settings*",
    8: "API model: StopReason; AWS Knowledge Center, articles on failed and retrying tasks",
    9: "API model; DMS User Guide, *Creating tasks for ongoing replication* (CDC start points)",
    10: "API model: PostgreSQLSettings, MySQLSettings; DMS User Guide, PostgreSQL and MySQL as source and target",
    11: "DMS User Guide, *Using secrets to access endpoints*",
    12: "DMS User Guide, *Best practices*, limitations of PostgreSQL and MySQL as a source and as a target",
    13: "DMS User Guide, *AWS DMS data validation*; API model: ValidationState",
    14: "DMS User Guide, *Performing bidirectional replication*",
    15: "DMS User Guide, *Quotas*; API model: faults",
    16: "DMS User Guide, *Events and notifications*, *Monitoring*; API model: DescribeEvents",
    17: "API model: assessment runs; DMS User Guide, *Premigration assessments*",
    18: "DMS User Guide, *Troubleshooting*, limitations",
    19: "a list of what matters, drawn from the sections above",
    20: "a list of questions that these documents leave open",
}
ON_MYSQL = "DMS User Guide, MySQL as source and target; manuals of MySQL and MariaDB; queries tried on both"
AREAS = {
    "dms/worker": "DMS, the data plane: load, capture, apply",
    "dms": "DMS, the control plane: API, states, faults",
    "aws": "CloudFormation, RDS, Secrets Manager",
    "servers": "The servers",
    "": "The rest",
}

HEAD = f"""# What the sandbox imitates

{NOTE}

The sandbox answers AWS's APIs on one local port. This page lists what it claims about AWS and on what ground. It is
made from the marks in `migrate/sandbox`; a behaviour without a mark claims nothing about AWS.

## What was proven where

The protocol, the journal, the fence, the proofs and the way back are exercised under load on real servers: PostgreSQL
17 and, for the other family, MySQL 9.7 and MariaDB 10.11; on PostgreSQL and MySQL also under SIGKILL at every step.
AWS itself is not: nothing here was tried against an AWS account. The server behind an "Aurora cluster" is stock
PostgreSQL 17 or MySQL 9.7, not Aurora; other versions were not run. Requests and responses of DMS are checked against
botocore's service model. A restored cluster is a physical copy of the running server as it is, or as it was when a
snapshot was taken, made while that is written: that no acknowledged row is missing in it was proven, not how far AWS's
backups are behind, nor how long a restore takes there. Rehearse in a staging account before the night.

## The sources

*Reference notes* are this project's excerpts of AWS's documents; they are not shipped. Each section rests on:
"""
SOURCES = """The User Guide was read in its last public Markdown edition (June 2023) and in later web copies; the API
model is botocore's. An *assumption* stands where neither says how the service behaves. moto 5.2.5 is the base of the
plain services; where it differs from AWS in a way that matters here, it is corrected.

## The three lists of the data plane
"""
UNMARKED = """### Stand-ins without a mark

What these do beyond moto 5.2.5 rests on the API models and on AWS's published resource schemas; no line is cited.

"""


@dataclass(frozen=True)
class Mark:
    """One sentence of the sandbox that names its source or calls itself an assumption."""

    module: str
    subject: str
    text: str

    @property
    def sections(self) -> list[int]:
        """Those of the notes on DMS."""
        return sorted({int(number) for number in SECTION.findall(MYSQL_SECTION.sub("", self.text))})

    @property
    def source(self) -> str:
        grounds = ["reference notes " + ", ".join(f"§{number}" for number in self.sections)] if self.sections else []
        if on_mysql := MYSQL_SECTION.findall(self.text):
            grounds.append("notes on MySQL " + ", ".join(f"§{number}" for number in on_mysql))
        if "Source:" in self.text:
            grounds.append("as named")
        if "moto 5" in self.text:
            grounds.append("moto 5.2.5, read and run")
        if re.search(r"[Aa]ssum", self.text):
            grounds.append("**assumption**")
        if "unsourced" in self.text:
            grounds.append("**unsourced**")
        return ", ".join(grounds)

    @property
    def behaviour(self) -> str:
        """The sentence without a bracket that holds nothing but the source, which has a column of its own."""
        text = re.sub(r"\s*\((?:dms\.md )?§[\d.,§ ]*\)", "", self.text)
        text = re.sub(r"\s*\(assumption\)", "", text)
        text = re.sub(r"^dms\.md §[\d., §]*(?:items? [\d-]+)?[:.]\s*", "", text)
        return text.replace("dms.md ", "notes ").replace("mysql-compatibility.md ", "notes on MySQL ").strip()


def page() -> str:
    """Raises KeyError for a section of the notes whose ground is not said here."""
    found = list(marks())
    unknown = {number for mark in found for number in mark.sections} - set(GROUNDS)
    if unknown:
        raise KeyError(f"sections without a ground: {sorted(unknown)}")
    counted = sum("assumption" in mark.source for mark in found)
    grounds = [(f"reference notes §{number}", text) for number, text in GROUNDS.items()]
    grounds.append(("notes on MySQL", ON_MYSQL))
    parts: list[str] = []
    for area, title in AREAS.items():
        rows = [(code(m.module), m.subject, m.behaviour, m.source) for m in found if _area(m.module) == area]
        if rows:
            parts += [f"### {title}", "", table(("module", "of", "behaviour", "source"), rows)]
    return "\n".join(
        [
            HEAD,
            table(("source", "rests on"), grounds),
            SOURCES,
            _lists(),
            f"## Mark by mark\n\n{len(found)} marks, {counted} of them assumptions.\n",
            *parts,
            _unmarked({mark.module for mark in found}),
        ]
    )


def _unmarked(marked: set[str]) -> str:
    names = sorted(
        name
        for path in (SANDBOX / "aws").glob("*.py")
        if (name := path.relative_to(SANDBOX).as_posix()) not in marked and path.stem != "__init__"
    )
    rows = [(code(name), _summary(SANDBOX / name)) for name in names]
    return UNMARKED + table(("module", "what it is"), rows) if rows else ""


def _summary(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]


def _lists() -> str:
    """`Modelled`, `Assumed` and `Not modelled` of the worker's docstring."""
    lines: list[str] = []
    for line in inspect.cleandoc(worker.__doc__ or "").splitlines()[1:]:
        if line and not line.startswith(" "):
            lines += ["", f"### {line}", ""]
        elif line.startswith("    "):
            text = line.strip()
            if text[0].isupper() or text[0] == "`" or not lines[-1].startswith("- ") or lines[-1].endswith("."):
                lines.append(f"- {text}")
            else:
                lines[-1] += f" {text}"
    return "\n".join(lines).replace("dms.md §", "notes §").replace("(§", "(notes §").strip() + "\n"


def _area(module: str) -> str:
    return next(area for area in AREAS if module.startswith(f"{area}/") or not area)


def marks() -> Iterator[Mark]:
    """Every mark, module by module, in the order of the source."""
    for path in sorted(SANDBOX.rglob("*.py")):
        module = path.relative_to(SANDBOX).as_posix()
        if module == "dms/worker/__init__.py":
            continue
        text = path.read_text(encoding="utf-8")
        notes = sorted([*_docstrings(ast.parse(text), "the module"), *_comments(text)])
        for _, subject, note in notes:
            for sentence in _sentences(note):
                if MARKS.search(sentence):
                    yield Mark(module, subject, sentence)


def _docstrings(node: ast.Module | ast.ClassDef | ast.FunctionDef, subject: str) -> Iterator[tuple[int, str, str]]:
    """(line, subject, text) of docstrings, and of the strings below an assignment."""
    before: ast.stmt | None = None
    for number, child in enumerate(node.body):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant) and isinstance(child.value.value, str):
            named = subject if number == 0 else code(_assigned(before))
            yield child.lineno, named, inspect.cleandoc(child.value.value)
        elif isinstance(child, ast.ClassDef | ast.FunctionDef):
            inside = child.name if isinstance(node, ast.Module) else f"{subject.strip('`')}.{child.name}"
            yield from _docstrings(child, code(inside))
        before = child


def _assigned(statement: ast.stmt | None) -> str:
    match statement:
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target):
            return ast.unparse(target)
        case _:
            return ""


def _comments(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, subject, text) of comments; those on neighbouring lines are one."""
    block: list[str] = []
    last = -2
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        if line != last + 1 and block:
            yield last, "a line in it", " ".join(block)
            block = []
        block.append(token.string.lstrip("# "))
        last = line
    if block:
        yield last, "a line in it", " ".join(block)


def _sentences(text: str) -> list[str]:
    """Sentences of a note. One that begins with a source says what the next one is about, so it stays with it."""
    joined = " ".join(text.split())
    parts = re.split(r"(?<=[.!?])\s+(?=[A-Z`])", joined)
    return [part for part in parts if part]
