"""Draws the pictures of the README from a rehearsal that is really run: `python docs/pictures.py`, or `make pictures`.

The terminal becomes an SVG without any font from elsewhere, the report's page a PNG, taken by Chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
INTO = ROOT / "docs/pictures"
COLUMNS = 100
WORDS = ("rehearse", "postgres/ledger", "--scale", "0.2")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SHOWN = (1180, 1330)
"""Width and height of what is seen of the report's page."""


def main() -> int:
    """Exit code of the rehearsal; 2 where there is no Chromium."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        sys.stderr.write(f"none of {', '.join(BROWSERS)} is on PATH\n")
        return 2
    INTO.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="aurora-migrate-pictures-") as folder:
        work = Path(folder)
        ran = subprocess.run(
            [sys.executable, "-m", "migrate", *WORDS, "--work", "rehearsal"],
            cwd=work,
            env={**os.environ, "PYTHONPATH": str(ROOT), "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if ran.returncode == 0:
            (INTO / "terminal.svg").write_text(terminal(ran.stdout), encoding="utf-8")
            photograph(browser, work / "rehearsal/rehearsal.html", INTO / "report.png")
    return ran.returncode


def terminal(said: str) -> str:
    """What a terminal showed, as SVG. Rich names a font on a server; what is there will do."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text.assemble(("$ ", "bold green"), f"aurora-migrate {' '.join(WORDS)}"))
        console.print(Text.from_ansi(said))
        drawn = console.export_svg(title="aurora-migrate rehearse", theme=DIMMED_MONOKAI)
    return re.sub(r"@font-face \{.*?\}\s*|<!-- .*? -->\s*", "", drawn, flags=re.DOTALL)


def photograph(browser: str, page: Path, into: Path) -> None:
    options = ["--headless=new", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={page.parent / 'browser'}"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []
    size = f"--window-size={SHOWN[0]},{SHOWN[1]}"
    command = [browser, *options, size, f"--screenshot={into}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
