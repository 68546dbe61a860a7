"""Which faults a rehearsal meets, when, and how it goes on: without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.errors import SaysNo, UsageError
from migrate.events import Event, Noted, Progressed, StepStarted
from migrate.model.rehearsal import FaultOutcome
from migrate.operations.rehearsal import injector as injecting
from migrate.operations.rehearsal.injector import Injector
from migrate.operations.rehearsal.planned import PlannedFault, When, moment, read
from migrate.sandbox.errors import SandboxError

FREEZE = StepStarted("cutover", "freeze/fence", "keep applications out")


def test_names_have_their_usual_moment_unless_one_is_said() -> None:
    assert read("source-restart, disk-full,throttling@validate") == (
        PlannedFault("source-restart", When.FULL_LOAD),
        PlannedFault("disk-full", When.FOLLOWING),
        PlannedFault("throttling", When.VALIDATE),
    )
    assert read("") == ()


def test_a_file_says_more(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(
        '[[faults]]\nfault = "apply-error"\nwhen = "cutover"\ntable = "shop.orders"\n'
        '[[faults]]\nfault = "connection-drop"\nseconds = 3\nside = "target"\n'
    )
    assert read(str(file)) == (
        PlannedFault("apply-error", When.CUTOVER, {"table": "shop.orders"}),
        PlannedFault("connection-drop", When.FOLLOWING, {"seconds": 3, "side": "target"}),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must hold sections"),
        ("faults = 1", "must hold sections"),
        ('[[faults]]\nfault = "disk-full"\n[other]', "and nothing else"),
        ('[[faults]]\nwhen = "cutover"', "fault 1: it needs fault"),
        ('[[faults]]\nfault = "disk-full"\nwhen = "soon"', "no moment soon; it is one of full-load, following"),
        ('[[faults]]\nfault = "disk-full"\ntabel = "a.b"', "unknown tabel"),
        ("[[faults", "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "faults.toml").write_text(text)
    with pytest.raises(UsageError, match=why):
        read(str(tmp_path / "faults.toml"))


def test_the_events_of_the_stages_show_the_moments() -> None:
    assert moment(Progressed("full load (main)", 0, 9, "tables")) is When.FULL_LOAD
    assert moment(Progressed("compare tables", 0, 9, "tables")) is When.VALIDATE
    assert moment(FREEZE) is When.CUTOVER
    assert moment(StepStarted("cutover", "freeze/fence", "keep applications out", undoing=True)) is None
    assert moment(StepStarted("cutover", "prepare/freeze-slot", "make a slot")) is None


class Board:
    """Stands for the sandbox's control API."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.refuses = False

    def faults(self, _url: str) -> dict[str, Any]:
        return {
            "set": self.lines,
            "known": [{"fault": "disk-full", "takes": ["seconds"]}, {"fault": "apply-error", "takes": ["table"]}],
        }

    def set_fault(self, _url: str, name: str, **parameters: Any) -> dict[str, Any]:
        if self.refuses:
            raise SandboxError("there is no table")
        self.lines.append({"id": len(self.lines) + 1, "state": "active", "did": f"did {name} {parameters}"})
        return self.lines[-1]

    def clear_faults(self, _url: str, which: str) -> list[dict[str, Any]]:
        line = self.lines[int(which) - 1]
        line["state"] = "cleared"
        return [{**line, "problem": ""}]


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    found = Board()
    monkeypatch.setattr(injecting, "client", found)
    return found


def injector(*planned: PlannedFault, said: list[Event] | None = None) -> Injector:
    return Injector("http://nowhere", planned, (said if said is not None else []).append, lambda: 7.0)


def test_a_misspelt_fault_ends_a_rehearsal_before_it_begins(board: Board) -> None:
    with pytest.raises(UsageError, match="no fault disc-full") as refused:
        injector(PlannedFault("disc-full", When.CUTOVER)).check()
    assert refused.value.hint == "did you mean disk-full?"
    with pytest.raises(UsageError, match="disk-full takes no rate"):
        injector(PlannedFault("disk-full", When.CUTOVER, {"rate": 1})).check()


def test_a_fault_is_set_once_and_before_its_moment_is_shown(board: Board) -> None:
    said: list[Event] = []
    faults = injector(PlannedFault("disk-full", When.CUTOVER), said=said)
    faults.emit(Progressed("compare tables", 0, 1, "tables"))
    assert not board.lines
    faults.emit(FREEZE)
    faults.emit(FREEZE)
    assert len(board.lines) == 1
    assert [type(one) for one in said] == [Progressed, Noted, StepStarted, StepStarted]
    faults.observe("cutover-1: done")
    faults.close()
    (met,) = faults.report()
    assert (met.at, met.outcome, met.when) == (7.0, FaultOutcome.RIDDEN_OUT, "cutover")
    assert met.observed == ("did disk-full {}", "cutover-1: done", "cleared")
    assert board.lines[0]["state"] == "cleared"


def test_a_refusal_is_told_and_so_is_the_end(board: Board) -> None:
    faults = injector(PlannedFault("disk-full", When.VALIDATE))
    faults.come(When.VALIDATE)
    faults.refused("validate", SaysNo("no match", code="REH-005"))
    assert faults.report()[0].outcome == FaultOutcome.GONE_ON
    faults.gave_up()
    faults.close()
    faults.observe("of another stage")
    (met,) = faults.report()
    assert met.outcome == FaultOutcome.ENDED
    assert met.observed == ("did disk-full {}", "validate ended with REH-005: no match", "cleared")


def test_a_table_is_found_where_none_is_named(board: Board) -> None:
    faults = injector(PlannedFault("apply-error", When.FOLLOWING))
    faults.find_table = lambda: "shop.orders"
    faults.come(When.FOLLOWING)
    assert board.lines[0]["did"] == "did apply-error {'table': 'shop.orders'}"


def test_a_fault_that_could_not_be_set_or_never_came_was_not_met(board: Board) -> None:
    board.refuses = True
    faults = injector(PlannedFault("apply-error", When.FOLLOWING), PlannedFault("disk-full", When.CUTOVER))
    faults.come(When.FOLLOWING)
    assert not faults.met
    refused, never = faults.report()
    assert refused.outcome == never.outcome == FaultOutcome.NOT_MET
    assert refused.observed == ("it could not be set: there is no table",)
    assert never.at is None
