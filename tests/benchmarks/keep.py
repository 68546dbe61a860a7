"""Keep what a benchmark printed, with when and where: `… | python -m tests.benchmarks.keep NAME`. It is printed on."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name")
    chosen = options.parse_args()
    measured = json.load(sys.stdin)
    kept = {"date": datetime.now(UTC).date().isoformat(), "machine": machine(), "measured": measured}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{chosen.name}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    sys.stdout.write(json.dumps(measured, indent=2, ensure_ascii=False) + "\n")


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
