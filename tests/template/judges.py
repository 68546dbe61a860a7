"""Programs of others that judge the templates, each in an environment of its own: they pin old versions of boto3 and
much else, which must not meet the project's.

The environments lie in a cache outside the repository and are made when first asked for, or by `make judges`.
AURORA_MIGRATE_JUDGES names another place for them.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
INSTALL_SECONDS = 600
RUN_SECONDS = 300


class JudgeUnavailable(Exception):
    """The environment could not be made; the text says why."""


@dataclass(frozen=True)
class Judge:
    name: str
    command: tuple[str, ...]

    @property
    def constraints(self) -> Path:
        return HERE / f"constraints-{self.name}.txt"

    @property
    def home(self) -> Path:
        """Another place for every change of the constraints."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        root = Path(os.environ.get("AURORA_MIGRATE_JUDGES") or cache / "aurora-migrate" / "judges")
        digest = hashlib.sha256(self.constraints.read_bytes()).hexdigest()[:12]
        return root / f"{self.name}-{digest}-py{sys.version_info.major}{sys.version_info.minor}"

    def ready(self) -> Path:
        """Its Python, with the judge installed. Raises JudgeUnavailable. Safe to call from several processes."""
        python, done = self.home / "bin" / "python", self.home / "complete"
        self.home.parent.mkdir(parents=True, exist_ok=True)
        with Path(f"{self.home}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                self._install(python)
                done.touch()
        return python

    def _install(self, python: Path) -> None:
        venv.create(self.home, clear=True, with_pip=True)
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            subprocess.run(
                [*command, "--constraint", self.constraints, self.name],
                check=True,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
            )
        except subprocess.CalledProcessError as problem:
            last = (problem.stderr.strip() or "no reason given").splitlines()[-1]
            raise JudgeUnavailable(f"{self.name} cannot be installed: {last}") from None
        except subprocess.TimeoutExpired:
            raise JudgeUnavailable(f"{self.name} was not installed within {INSTALL_SECONDS} s") from None

    def ask(self, *arguments: str | Path) -> Any:
        """What the judge answers, as JSON. Its exit code only says whether it found something."""
        python = self.ready()
        answer = subprocess.run(
            [python, "-I", *self.command, *arguments], capture_output=True, text=True, timeout=RUN_SECONDS, check=False
        )
        try:
            return json.loads(answer.stdout)
        except json.JSONDecodeError:
            raise AssertionError(f"{self.name} said: {answer.stdout[-500:]}{answer.stderr[-2000:]}") from None


CFN_LINT = Judge("cfn-lint", ("-c", "from cfnlint.runner import main; main()", "--format", "json"))
CHECKOV = Judge("checkov", ("-m", "checkov.main", "--framework", "cloudformation", "--skip-download", "-o", "json"))

if __name__ == "__main__":
    for judge in (CFN_LINT, CHECKOV):
        judge.ready()
