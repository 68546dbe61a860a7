"""What a runbook's page says of each step, for the night on which people do it by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrate.errors import UsageError
from migrate.model.expectation import Expectation
from migrate.model.plan import Reversal
from migrate.operations.by_hand import SWITCHES, by_hand, texts
from migrate.operations.runbooks import NAMES, runbook
from migrate.report.runbook import abort, markdown
from migrate.runner.load import load
from migrate.settings import Settings
from migrate.stages.cutover import finalize
from migrate.stages.cutover.plan import STEPS

ENGINES = ("", "_postgres", "_mysql")
ROOT = Path(__file__).resolve().parents[2]
OWNERS = {"database", "aws", "application", "lead"}


def settings(engine: str, target: str) -> Settings:
    return Settings.model_validate(
        {
            "migration": {"name": "shop-eu"},
            "source": {"engine": engine, "host": "db1", "port": 3306, "database": "shop", "user": "mig"},
            "target": {
                "engine": target,
                "version": "16.4" if target == "aurora-postgresql" else "8.0.mysql_aurora.3.08.0",
                "stack": "shop-eu",
                "instance_class": "db.r6g.large",
                "database": "shop",
            },
            "aws": {"region": "eu-central-1"},
            "application": {"secret": "shop/application"},
            "tasks": [{"name": "main", "include": ["shop.*"]}],
            "cutover": {"owners": {"database": "Ann"}},
        }
    )


def test_every_step_of_the_toolkit_has_a_text_and_no_text_is_left_over() -> None:
    assert set(texts()) == set(STEPS) | set(finalize.STEPS)


@pytest.mark.parametrize("name", sorted(texts()))
def test_a_text_says_whose_it_is_what_is_typed_and_how_to_tell(name: str) -> None:
    text = texts()[name]
    assert text["who"] in OWNERS
    assert text["works"]
    assert {"hand", "hand_postgres", "hand_mysql"} & set(text)
    assert set(text) <= {"who", "works", *(f"{verb}{engine}" for verb in ("hand", "undo") for engine in ENGINES)}
    assert "`" not in "".join(text.values()), "it stands in a code span"


def test_what_unwinding_takes_back_can_be_taken_back_by_hand_and_nothing_else() -> None:
    told = {name for name, text in texts().items() if any(key.startswith("undo") for key in text)}
    assert told == {name for name, step in STEPS.items() if step.reversal is Reversal.FULL}


def test_the_abort_s_page_goes_back_from_the_switch_to_the_beginning() -> None:
    found = runbook(None, "cutover")
    page = abort(found, by_hand(found), SWITCHES)
    assert SWITCHES == ("switch/secret",)
    taken = re.findall(r"^\d+\. `([^`]+)`", page, re.MULTILINE)
    assert taken == [
        "open/triggers",
        "close/feed-account",
        "freeze/fence",
        "prepare/freeze-slot",
        "prepare/probe-way-back",
        "prepare/back-slot",
        "prepare/admit-way-back",
        "prepare/feed",
    ]
    before, _, after = page.partition("from the top")
    assert "- `switch/secret`: " in before
    assert "after/" not in after


def test_the_abort_s_page_takes_a_team_s_own_steps_back_where_they_say_how(tmp_path: Path) -> None:
    text = (ROOT / "runbooks/cutover.toml").read_text(encoding="utf-8")
    text = text.replace('steps = ["freeze/fence"', 'steps = ["own/pause", "own/tell", "freeze/fence"')
    (tmp_path / "cutover.toml").write_text(
        f"""{text}
[[step]]
name = "own/pause"
title = "pause the workers"
command = ["./pause.sh"]
undo = {{ command = ["./go-on.sh"] }}

[[step]]
name = "own/tell"
title = "tell the desk"
command = ["./tell.sh"]
"""
    )
    found = load(tmp_path / "cutover.toml")
    page = abort(found, by_hand(found), SWITCHES)
    fence, own = (
        page.index(text) for text in ("`freeze/fence`", "`own/pause` (pause the workers): command ./go-on.sh")
    )
    assert fence < own < page.index("`prepare/freeze-slot`")
    assert "own/tell" not in page


@pytest.mark.parametrize("name", NAMES)
def test_a_page_fills_every_name_in(name: str) -> None:
    found = runbook(None, name)
    page = markdown(found, by_hand(found))
    assert "{" not in page
    for step in found.steps:
        assert f"- `{step}`: " in page


def test_a_rollback_s_page_goes_the_other_way() -> None:
    found = by_hand(runbook(None, "rollback"))
    assert found["freeze/fence"].title == "fence applications off the target"
    assert "marker_reverse_<task>" in found["drain/marker"].hands[0][1]


def test_times_are_told_with_where_they_are_from() -> None:
    found = runbook(None, "cutover")
    took = Expectation(basis="cutover-1 of a rehearsal", steps={"drain/marker:main": 0.25}, freeze_seconds=1.0)
    page = markdown(found, by_hand(found, None, took), took.basis)
    assert "Times are those of cutover-1 of a rehearsal." in page
    assert "(*database*, about 0.2 s)" in page


@pytest.mark.parametrize(
    ("engine", "target", "typed"),
    [
        (
            "mysql",
            "aurora-mysql",
            "ALTER USER 'aurora_migrate_feed'@'…' ACCOUNT LOCK;   -- target; then KILL its sessions",
        ),
        (
            "postgres",
            "aurora-postgresql",
            "ALTER ROLE aurora_migrate_feed NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'aurora_migrate_feed';   -- target",
        ),
    ],
)
def test_a_team_s_page_has_its_own_names_and_its_engine_alone(engine: str, target: str, typed: str) -> None:
    found = by_hand(runbook(None, "cutover"), settings(engine, target))
    assert found["close/feed-account"].owner == "database: Ann"
    assert [hand for _, hand in found["close/feed-account"].hands] == [typed]
    assert found["prepare/secret"].owner == "aws"
    assert "--secret-id shop/application" in found["prepare/secret"].hands[0][1]
    assert found["drain/marker"].title.endswith("(main)")


def test_a_runbook_by_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as told:
        runbook(None, "cutovr")
    assert str(told.value.hint) == "Did you mean cutover?"
    with pytest.raises(UsageError, match="there is no runbook abrt") as told:
        runbook(None, "abrt")
    assert str(told.value.hint) == "Did you mean abort?"
    with pytest.raises(UsageError, match="there are cutover, rollback, finalize, abort"):
        runbook(None, "../secrets")
