"""SIGKILL from outside after every journal entry; then resume or unwind ends where it must."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from migrate.clock import SystemClock
from migrate.errors import SaysNo
from migrate.events import silent
from migrate.runner.execute import execute
from migrate.runner.unwind import unwind
from migrate.state.lease import hold
from migrate.state.store import Store

BACK_AND_FORTH = "povp"
"""planned, then intent and done of each step, then outcome."""
ONE_WAY = "pvsp"
ENTRIES = 2 + 2 * 4


def _entries(path: Path) -> int:
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as connection:
            return int(connection.execute("SELECT count(*) FROM aurora_migrate_journal").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def _kill_after(entries: int, toy: ModuleType, verb: str, home: Path, kinds: str) -> None:
    """Run the toy's `verb` and kill it a moment after the n-th entry; it does not end by itself."""
    command = [sys.executable, toy.__file__, verb, f"sqlite:///{home}/state.db", str(home / "world.json"), kinds]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        while _entries(home / "state.db") < entries and process.poll() is None:
            time.sleep(0.001)
        time.sleep(random.Random(entries).uniform(0, 0.015))
        assert process.poll() is None, process.communicate()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert _entries(home / "state.db") >= entries


def _here(reader: Any, toy: ModuleType, home: Path, kinds: str) -> None:
    store = Store.open(f"sqlite:///{home}/state.db")
    with hold(store, "toy") as lease:
        journal = store.journal("toy", lease)
        reader(toy.plan(kinds), toy.World(home / "world.json"), journal, emit=silent, clock=SystemClock())
        journal.verify()
    store.close()


def _world(toy: ModuleType, home: Path, kinds: str) -> Any:
    world = toy.World(home / "world.json")
    for name, value in toy.beginning(kinds).items():
        world.put(name, value)
    return world


@pytest.mark.parametrize("entries", range(1, ENTRIES + 1))
def test_killed_then_resumed(entries: int, toy: ModuleType, tmp_path: Path) -> None:
    world = _world(toy, tmp_path, ONE_WAY)
    _kill_after(entries, toy, "execute", tmp_path, ONE_WAY)
    _here(execute, toy, tmp_path, ONE_WAY)
    assert world.values() == toy.end(ONE_WAY)
    assert [name for name in ("p0", "s2", "p3") if world.acts("observe").count(name) > 2] == []
    assert world.acts("apply").count("s2") == 1


@pytest.mark.parametrize("entries", range(1, ENTRIES))
def test_killed_then_unwound(entries: int, toy: ModuleType, tmp_path: Path) -> None:
    world = _world(toy, tmp_path, BACK_AND_FORTH)
    _kill_after(entries, toy, "execute", tmp_path, BACK_AND_FORTH)
    _here(unwind, toy, tmp_path, BACK_AND_FORTH)
    assert world.values() == toy.beginning(BACK_AND_FORTH)


@pytest.mark.parametrize("entries", range(1, ENTRIES - 1))
def test_killed_then_killed_unwinding_then_unwound(entries: int, toy: ModuleType, tmp_path: Path) -> None:
    world = _world(toy, tmp_path, BACK_AND_FORTH)
    _here(execute, toy, tmp_path, BACK_AND_FORTH)
    assert world.values() == toy.end(BACK_AND_FORTH)
    _kill_after(ENTRIES + entries, toy, "unwind", tmp_path, BACK_AND_FORTH)
    _here(unwind, toy, tmp_path, BACK_AND_FORTH)
    assert world.values() == toy.beginning(BACK_AND_FORTH)
    assert world.acts("undo")[:1] == ["p3"]


@pytest.mark.parametrize("entries", range(3, ENTRIES))
def test_after_the_switch_only_forward(entries: int, toy: ModuleType, tmp_path: Path) -> None:
    world = _world(toy, tmp_path, ONE_WAY)
    _kill_after(entries, toy, "execute", tmp_path, ONE_WAY)
    if world.values().get("s2") == "new s2":
        with pytest.raises(SaysNo, match="cannot be undone"):
            _here(unwind, toy, tmp_path, ONE_WAY)
        assert not world.acts("undo")
        _here(execute, toy, tmp_path, ONE_WAY)
        assert world.values() == toy.end(ONE_WAY)
    else:
        _here(unwind, toy, tmp_path, ONE_WAY)
        assert world.values() == toy.beginning(ONE_WAY)
