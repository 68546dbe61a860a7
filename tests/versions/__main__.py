"""Read the schemas of every version live: `python -m tests.versions [--only "postgres 1[0-2]"]`.

Fetches the programs of each version, runs the tests that load a schema, read it live, dump it and compare that with
what its file tells, and notes the outcome in tests/versions/results.jsonl, from which docs/servers.md is made. Exit
code 1 when a test failed or a version could not be had.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from checks.route import Engine
from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.mysql_binaries import Flavor, of_prefix
from tests.versions import results
from tests.versions.fetch import provide
from tests.versions.roster import CHOSEN, RELEASES, TESTS, Release

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="", help="releases in whose name (`mariadb 10.5`) this is found")
    chosen = options.parse_args()
    failed = 0
    for release in RELEASES:
        if not re.search(chosen.only, f"{release.engine.value} {release.name}"):
            continue
        try:
            row = play(release, provide(release))
        except SandboxError as problem:
            say(f"{release.title}: {problem}")
            failed += 1
            continue
        results.add(row)
        failed += len(row["failed"]) + (row["passed"] == 0)
        told = f"{row['passed']} passed, {len(row['failed'])} failed, {len(row['skipped'])} not for it"
        say(f"{release.title} ({row['version']}): {told}, {row['seconds']:.0f} s")
        for name in row["failed"]:
            say(f"    {name}")
    return int(failed > 0)


def play(release: Release, environment: dict[str, str]) -> results.Row:
    """Run the tests with the programs of this release. With CI=true no test is skipped because a program is missing."""
    began = time.monotonic()
    only = CHOSEN[release.engine]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        words = ["-q", "-n", "0", f"--junitxml={report}", *(["-k", only] if only else [])]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *words, *TESTS[release.engine]],
            cwd=ROOT,
            env={**os.environ, **environment, "CI": "true"},
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            raise SandboxError(f"pytest did not run: {done.stdout[-500:]}{done.stderr[-500:]}")
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    return {
        "engine": release.engine.value,
        "name": release.name,
        "version": version(release, environment),
        "source": release.source.value,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "tests": list(TESTS[release.engine]),
        "passed": len(cases) - len(bad) - len(skipped),
        "failed": [f"{case.get('classname')}::{case.get('name')}" for case in bad],
        "skipped": sorted({_reason(case) for case in skipped}),
        "seconds": round(time.monotonic() - began, 1),
    }


def version(release: Release, environment: dict[str, str]) -> str:
    """As the server's program says it."""
    if release.engine is not Engine.POSTGRES:
        flavor = Flavor(release.engine.value)
        return of_prefix(flavor, Path(environment[flavor.choice])).version
    program = Path(environment["AURORA_MIGRATE_PG_BIN"]) / "postgres"
    told = subprocess.run([program, "-V"], capture_output=True, text=True, check=True).stdout
    return told.split()[-1]


def _reason(case: ElementTree.Element) -> str:
    skipped = case.find("skipped")
    return "" if skipped is None else str(skipped.get("message"))


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
