"""Writes the generated pages: `python docs/generate.py`, or `--into FOLDER` to write them beside a copy of the tree.

What a page says stands in the code it describes: change that, then run `make docs`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from generator import commands, coverage, documents, errors, exits, fidelity, gates, settings, steps, task_settings

from checks.explain import document, overview

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "docs/fidelity.md": fidelity.page,
    "docs/reference/exit-codes.md": exits.page,
    "docs/reference/migration-toml.md": settings.page,
    "docs/reference/task-settings.md": task_settings.page,
    "docs/reference/commands.md": commands.page,
    "docs/reference/documents.md": documents.page,
    "docs/reference/gates.md": gates.page,
    "docs/reference/steps.md": steps.page,
    "docs/reference/errors.md": errors.page,
    "docs/reference/rules.md": document,
    "docs/reference/CATALOGUE.md": overview,
    "docs/reference/coverage.md": coverage.page,
}
RUNBOOKS = "runbooks/rendered"


def main() -> int:
    """Exit code 0; an exception when something has no description yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT, help="folder that stands for the top of the tree")
    into = parser.parse_args().into.resolve()
    for name, page in PAGES.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page().rstrip() + "\n", encoding="utf-8")
    render = [sys.executable, "-m", "migrate", "runbook", "render", "--folder", str(into / RUNBOOKS)]
    return subprocess.run(render, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
