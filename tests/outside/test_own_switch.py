"""A switch by a team's own command: moved at most once, and whether it was is asked of the command itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from migrate.clock import SystemClock
from migrate.errors import HumanMustDecide, SaysNo, StateConflict
from migrate.model.cutover import Ownership
from migrate.model.database import Credentials
from migrate.outside.own_switch import OwnSwitch
from migrate.runner.masking import masked
from tests.processes import wait_until_gone

COMMAND = """#!/bin/sh
# The team's command: `state` is where the application is. Files tell it how to misbehave.
echo "$*" >> calls
if [ "$1" = owner ]; then
  [ -e mute ] && { echo "cannot tell"; exit 1; }
  cat state
  exit 0
fi
[ -e stubborn ] && { cat stubborn; exit 0; }
[ -e background ] && { sh -c 'until [ -e go ]; do sleep 0.05; done; echo target > state' >/dev/null 2>&1 </dev/null &
  echo $! > child; exit 0; }
[ -e hang-before ] && sleep 600
echo "$3" > state
[ -e mute-after ] && touch mute
[ -e hang-after ] && sleep 600
[ -e fail-after ] && exit 7
echo done
"""


class Skipping(SystemClock):
    """Waits take no time, but for what `meanwhile` does in them."""

    def __init__(self) -> None:
        self.skipped = 0.0
        self.meanwhile: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        self.skipped += seconds
        self.meanwhile()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    program = tmp_path / "switch.sh"
    program.write_text(COMMAND)
    program.chmod(0o755)
    (tmp_path / "state").write_text("source\n")
    return tmp_path


def switch(home: Path, *, seconds: float = 60.0, guard: Callable[[], None] = lambda: None) -> OwnSwitch:
    return OwnSwitch(
        command=("./switch.sh",),
        seconds=seconds,
        folder=home,
        lock=home / "state-of-migration" / "switch.lock",
        told=lambda: {"AURORA_MIGRATE_TARGET_HOST": "new"},
        login=lambda: Credentials("app", "p"),
        guard=guard,
        masked=masked,
        clock=Skipping(),
    )


def misbehave(home: Path, how: str, text: str = "") -> None:
    (home / how).write_text(text)


def moves(home: Path) -> list[str]:
    return [line for line in (home / "calls").read_text().splitlines() if line.startswith("switch")]


def test_there_and_back(home: Path) -> None:
    own = switch(home)
    own.prepare("new", 5432, "shop", None)
    assert own.owner() is Ownership.SOURCE
    own.switch(Ownership.TARGET)
    assert own.settled(Ownership.TARGET) is Ownership.TARGET
    own.switch(Ownership.SOURCE)
    assert own.owner() is Ownership.SOURCE
    assert moves(home) == ["switch source target", "switch target source"]


def test_what_is_there_already_is_not_moved_again(home: Path) -> None:
    misbehave(home, "state", "target\n")
    switch(home).switch(Ownership.TARGET)
    assert moves(home) == []


def test_an_exit_code_that_says_no_is_not_believed(home: Path) -> None:
    misbehave(home, "fail-after")
    switch(home).switch(Ownership.TARGET)
    assert moves(home) == ["switch source target"]


def test_an_exit_code_that_says_yes_is_not_believed(home: Path) -> None:
    misbehave(home, "stubborn", "nothing to do\n")
    with pytest.raises(SaysNo) as refused:
        switch(home).switch(Ownership.TARGET)
    assert (refused.value.code, refused.value.retryable) == ("CUT-088", True)
    assert "nothing to do" in refused.value.message
    assert moves(home) == ["switch source target"]


@pytest.mark.parametrize(("how", "moved"), [("hang-after", True), ("hang-before", False)])
def test_one_that_hangs_is_ended_and_then_asked(home: Path, how: str, moved: bool) -> None:
    misbehave(home, how)
    own = switch(home, seconds=5)
    if moved:
        own.switch(Ownership.TARGET)
    else:
        with pytest.raises(SaysNo, match="was killed"):
            own.switch(Ownership.TARGET)
    assert own.owner() is (Ownership.TARGET if moved else Ownership.SOURCE)
    assert moves(home) == ["switch source target"]


def test_a_mute_one_is_asked_again_until_it_tells(home: Path) -> None:
    misbehave(home, "mute-after")
    own = switch(home)
    assert isinstance(own.clock, Skipping)
    own.clock.meanwhile = (home / "mute").unlink
    own.switch(Ownership.TARGET)
    assert moves(home) == ["switch source target"]


def test_when_it_cannot_tell_a_person_decides(home: Path) -> None:
    misbehave(home, "mute-after")
    own = switch(home)
    with pytest.raises(HumanMustDecide) as asked:
        own.switch(Ownership.TARGET)
    assert asked.value.code == "CUT-092"
    assert "./switch.sh owner" in asked.value.message
    assert "cutover declare --owner source" in asked.value.hint
    with pytest.raises(HumanMustDecide):
        own.settled(Ownership.TARGET)
    assert moves(home) == ["switch source target"]


def test_one_that_is_mute_beforehand_is_never_told_to_move(home: Path) -> None:
    misbehave(home, "mute")
    with pytest.raises(HumanMustDecide):
        switch(home).switch(Ownership.TARGET)
    with pytest.raises(SaysNo, match="must print source or target"):
        switch(home).prepare("new", 5432, "shop", None)
    assert moves(home) == []


@pytest.mark.parametrize("said", ["Target", "the target", "source and target", ""])
def test_only_the_two_words_are_an_answer(home: Path, said: str) -> None:
    misbehave(home, "state", said)
    assert switch(home).owner() is Ownership.AMBIGUOUS


def test_who_was_replaced_moves_nothing(home: Path) -> None:
    def replaced() -> None:
        raise StateConflict("another process holds the lease", code="STA-021")

    with pytest.raises(StateConflict):
        switch(home, guard=replaced).switch(Ownership.TARGET)
    assert moves(home) == []


def test_what_it_says_is_masked_and_readable_whatever_the_bytes(home: Path) -> None:
    (home / "stubborn").write_bytes(b"\xff\xfe \x1b[31m password=CANARY-7f3 \n")
    with pytest.raises(SaysNo) as refused:
        switch(home).switch(Ownership.TARGET)
    assert "CANARY" not in refused.value.message
    assert "password=***" in refused.value.message
    assert refused.value.message.isprintable()


def test_a_call_that_still_runs_is_neither_trusted_nor_overtaken(home: Path) -> None:
    """As one that outlived the toolkit, which was killed: it will move the application behind everybody's back."""
    misbehave(home, "background")
    own = switch(home)
    with pytest.raises(HumanMustDecide) as asked:
        own.switch(Ownership.TARGET)
    assert asked.value.code == "CUT-089"
    assert str(own.lock) in asked.value.hint
    with pytest.raises(HumanMustDecide):
        own.settled(Ownership.TARGET)

    def let_it_end() -> None:
        (home / "go").touch()
        wait_until_gone(int((home / "child").read_text()))

    assert isinstance(own.clock, Skipping)
    own.clock.meanwhile = let_it_end
    assert own.settled(Ownership.TARGET) is Ownership.TARGET
    assert moves(home) == ["switch source target"]


def test_one_whose_caller_was_killed_is_waited_for(home: Path) -> None:
    """The toolkit is killed from outside while its call hangs: the call goes on, and a later one sees that."""
    misbehave(home, "background")
    program = (
        "import sys; from pathlib import Path; from tests.outside.test_own_switch import switch;"
        " from migrate.model.cutover import Ownership; own = switch(Path(sys.argv[1]));"
        " own._move(Ownership.SOURCE, Ownership.TARGET); print('called', flush=True); input()"
    )
    caller = subprocess.Popen(
        [sys.executable, "-c", program, str(home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert caller.stdout is not None
    assert caller.stdout.readline() == "called\n"
    caller.kill()
    caller.communicate()
    with pytest.raises(HumanMustDecide, match="still runs"):
        switch(home).settled(Ownership.TARGET)
    (home / "go").touch()
    wait_until_gone(int((home / "child").read_text()))
    assert switch(home).settled(Ownership.TARGET) is Ownership.TARGET


@pytest.mark.parametrize("owner", [Ownership.SOURCE, Ownership.TARGET])
def test_what_a_person_declares_is_what_it_says_from_then_on(home: Path, owner: Ownership) -> None:
    misbehave(home, "state", "nobody knows\n")
    own = switch(home)
    own.declare(owner)
    assert own.owner() is owner
    own.declare(owner)
    assert len(moves(home)) == 1


def test_a_declaration_that_the_command_does_not_take_up_is_refused(home: Path) -> None:
    misbehave(home, "mute")
    with pytest.raises(SaysNo) as refused:
        switch(home).declare(Ownership.TARGET)
    assert refused.value.code == "CUT-087"
