"""`watch` as people call it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from migrate.model.journal import Kind
from tests.control_room.story import CONFIG, Story


def started(config: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "migrate", "watch", "-c", str(config), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})


def test_once_as_text_and_as_json_beside_a_run_that_holds_the_lease(story: Story, config: Path) -> None:
    with story.held():
        story.set_up()
        text, _ = started(config, "--once").communicate()
        said, _ = started(config, "--once", "--format", "json").communicate()
    assert "tables 3" in text
    assert "replicate-1: load every table (main)" in text
    document = json.loads(said)
    assert (document["report"], document["holder"]["label"]) == ("control-room", "ann@desk pid 7")


def test_in_a_pipe_what_is_new_comes_as_lines_until_it_is_stopped(story: Story, config: Path) -> None:
    with story.held():
        story.set_up()
        watching = started(config, "--interval", "0.2")
        assert watching.stdout is not None
        for line in watching.stdout:
            if "replicate-1: done" in line:
                break
        story.plan("cutover-1", "cutover", {}, ["a/b"], ["do it"])
        assert "cutover-1 has begun" in watching.stdout.readline()
        story.write(Kind.INTENT, "cutover-1", "a/b")
        story.write(Kind.DONE, "cutover-1", "a/b")
        assert "cutover-1: do it" in watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        rest, problem = watching.communicate()
    assert (watching.returncode, rest, problem) == (0, "", "")


def test_before_anything_was_run_it_says_so_and_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "migration.toml"
    path.write_text(CONFIG)
    said, problem = started(path, "--once").communicate()
    assert "next: aurora-migrate assess" in said
    assert problem == ""
    assert [one.name for one in tmp_path.iterdir()] == ["migration.toml"]
