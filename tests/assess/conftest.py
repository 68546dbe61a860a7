"""The command line in this process, on schema files: no server is needed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from migrate.cli.app import main
from tests.conforming import conforming

SCHEMA = """
CREATE TABLE public.keyless (a int, note text DEFAULT '<script>alert(1)</script>');
CREATE TABLE public.orders (id int PRIMARY KEY, total numeric);
CREATE UNLOGGED TABLE public."odd|name" (id int PRIMARY KEY);
ALTER TABLE public.keyless REPLICA IDENTITY NOTHING;
"""
TARGET = "aurora-postgresql:17.5"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return conforming(json.loads(self.out))


Assess = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def command(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["aurora-migrate", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Ran(int(ended.value.code or 0), told.out, told.err)

    return command


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "schema.sql"
    path.write_text(SCHEMA)
    return path


@pytest.fixture
def assess(run: Callable[..., Ran], dump: Path) -> Assess:
    def command(*words: str, schema: Path = dump, engine: str = "postgres", target: str = TARGET) -> Ran:
        return run("assess", "--schema", str(schema), "--engine", engine, "--target", target, *words)

    return command
