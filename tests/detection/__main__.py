"""Measure which damage is found, and by whom, on every route: `python -m tests.detection [--seeds N] [--page FILE]`.

`--reladiff` names the program to compare with; without it that column stays empty. Exit code 1 when the toolkit misses
a damage, or raises a false alarm.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from migrate.model.validation import Verdict
from tests.detection import others
from tests.detection.damage import BLOCK_ROWS
from tests.detection.kinds import Route
from tests.detection.page import CHECKSUM, COUNTS, RELADIFF, SAMPLE, TOOL, Row, Section, page
from tests.detection.reladiff import compare, reladiff
from tests.detection.scoring import Score
from tests.detection.trial import Trial, trial

LIVE = Path(__file__).parent / "live.jsonl"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=200, help="damaged rows of each kind")
    options.add_argument("--route", action="append", choices=[route.name.lower() for route in Route])
    options.add_argument("--reladiff", type=Path, help="the program; default: not compared with")
    options.add_argument("--page", type=Path, help="where to write the page")
    chosen = options.parse_args()
    routes = [Route[name.upper()] for name in chosen.route or [route.name for route in Route]]
    sections = []
    for route in routes:
        with tempfile.TemporaryDirectory() as home:
            Path(home).chmod(0o755)
            with trial(route, Path(home), chosen.seeds) as made:
                sections.append(section(made, chosen.reladiff))
        say(f"{route}: {sections[-1].seconds:.0f} s")
    imperfect = [
        f"{part.route}, {row.name}: {row.scores[TOOL]}"
        for part in sections
        for row in (*part.damaged, *part.harmless)
        if not row.scores[TOOL].perfect
    ]
    for line in imperfect:
        say(line[:1000])
    version = reladiff_version(chosen.reladiff)
    today = datetime.now(UTC).date().isoformat()
    text = page(sections, live_runs(), seeds=chosen.seeds, block=BLOCK_ROWS, date=today, reladiff=version)
    if chosen.page:
        chosen.page.write_text(text.rstrip() + "\n", encoding="utf-8")
    return int(bool(imperfect))


def live_runs() -> list[dict[str, Any]]:
    """What `tests.detection.live --results` left, the newest run of each engine."""
    if not LIVE.exists():
        return []
    runs = [json.loads(line) for line in LIVE.read_text(encoding="utf-8").splitlines() if line.strip()]
    return list({run["engine"]: run for run in runs}.values())


def say(line: str) -> None:
    sys.stderr.write(line + "\n")


def reladiff_version(program: Path | None) -> str:
    if program is None:
        return "without reladiff"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return f"reladiff {said.stdout.strip().removeprefix('v')}"


def section(made: Trial, program: Path | None) -> Section:
    """Everybody's scores on one route."""
    began = time.monotonic()
    ours = made.scores()
    seconds = time.monotonic() - began
    damaged = []
    for kind in made.kinds:
        done = made.damages[kind.name]
        scores = {
            TOOL: ours[kind.name],
            COUNTS: others.counts(made.stage, done),
            SAMPLE: others.sample(done, made.after),
            CHECKSUM: others.checksum(made.stage, done),
        }
        if program is not None:
            scores[RELADIFF] = reladiff(program, made.stage, done)
        damaged.append(Row(kind.name, kind.equal, scores))
    return Section(made.stage.route, made.stage.versions(), seconds, damaged, harmless(made, program))


def harmless(made: Trial, program: Path | None) -> list[Row]:
    """False alarms where no row was changed. What changes the whole database comes last, and is judged under it."""
    early = [kind for kind in made.harmless if not kind.alone]
    late = [kind for kind in made.harmless if kind.alone]
    judged = {kind.name: _others(made, kind.name, program) for kind in early}
    made.settle_in()
    judged |= {kind.name: _others(made, kind.name, program) for kind in late}
    rows = []
    for name, result in made.quiet().items():
        calm = result.verdict is Verdict.MATCH
        refused = "" if calm or result.differences else result.reason
        mine = Score(false_alarms=len(result.differences), refused=refused)
        rows.append(Row(name, "", {TOOL: mine, **judged[name]}))
    return rows


def _others(made: Trial, name: str, program: Path | None) -> dict[str, Score]:
    kind = next(kind for kind in made.harmless if kind.name == name)
    three = others.harmless(made.stage, kind)
    scores = {COUNTS: three["counts"], SAMPLE: three["sample"], CHECKSUM: three["checksum"]}
    if program is not None:
        answer = compare(program, made.stage, kind.table)
        scores[RELADIFF] = Score(refused=answer) if isinstance(answer, str) else Score(false_alarms=len(answer))
    return scores


if __name__ == "__main__":
    sys.exit(main())
