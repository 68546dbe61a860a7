"""One command of `provision` after the other, in a folder of its own, against an endpoint; in this very process."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from migrate.cli.app import main
from tests.conforming import conforming

SETTINGS: dict[str, Any] = {
    "migration": {"name": "ledger"},
    "source": {"engine": "postgres", "host": "h", "port": 5432, "database": "appdb", "user": "u"},
    "target": {"engine": "aurora-postgresql", "version": "17.5", "stack": "ledger", "database": "appdb", "naming": ""},
    "aws": {"region": "eu-central-1"},
    "application": {"secret": "app"},
}


@dataclass(frozen=True)
class Desk:
    """`target` of a command replaces keys of [target]; one that is None is left out."""

    home: Path
    endpoint: str
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    source: str = "postgres"

    def answers(self, command: str, *, code: int = 0, **target: Any) -> dict[str, Any]:
        """The document that `command` prints, and its exit code is `code`."""
        given = {key: value for key, value in {**SETTINGS["target"], **target}.items() if value is not None}
        source = {**SETTINGS["source"], "engine": self.source}
        settings = {
            **SETTINGS,
            "source": source,
            "target": given,
            "aws": {**SETTINGS["aws"], "endpoint_url": self.endpoint},
        }
        (self.home / "migration.toml").write_text(_toml(settings))
        self.monkeypatch.chdir(self.home)
        self.monkeypatch.setattr(sys, "argv", ["aurora-migrate", "provision", *command.split(), "--format", "json"])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self.capsys.readouterr()
        assert (ended.value.code or 0) == code, f"{command}: {ended.value.code}\n{printed.out}\n{printed.err}"
        document: dict[str, Any] = conforming(json.loads(printed.out))
        return document

    def told(self, command: str, code: int, **target: Any) -> dict[str, Any]:
        """The error that `command` ends with."""
        error = self.answers(command, code=code, **target)
        assert error["report"] == "error", error
        assert error["exit"] == code
        return error


def _toml(settings: dict[str, dict[str, Any]]) -> str:
    parts = [[f"[{name}]", *(f"{key} = {_value(of)}" for key, of in part.items())] for name, part in settings.items()]
    return "\n".join(line for part in parts for line in part)


def _value(of: Any) -> str:
    """JSON's texts, numbers and lists are TOML's too."""
    if isinstance(of, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {_value(one)}' for key, one in of.items())} }}"
    return json.dumps(of)
