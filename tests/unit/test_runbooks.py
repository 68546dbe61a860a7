"""The shipped runbooks load, name what exists, and keep the order that safety rests on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrate.errors import UsageError
from migrate.gates.registry import gates
from migrate.model.cutover import Limits
from migrate.model.database import Side
from migrate.model.handover import Feed, HandoverRequest, Recorded, Systems
from migrate.model.plan import Reversal
from migrate.model.replication import EndpointSpec
from migrate.model.runbook import Runbook
from migrate.runner.load import load, parse
from migrate.shipped import shipped
from migrate.stages.cutover import finalize
from migrate.stages.cutover.plan import ORDER, STEPS, plan

ENDPOINT = EndpointSpec(
    identifier="e", role="source", engine="postgres", secret_id="s", database="d", tls="verify-full"
)
FEED = Feed(
    name="main", tables=(), task="m-main-forward-0", slot=None, slot_recorded=None, marker="forward_main",
    back_task="m-main-reverse-1", back_slot="am_m_main_reverse_1", back_marker="reverse_main", back_source=ENDPOINT,
    back_target=ENDPOINT, probe_slot="p", probe_task="m-main-reverse-1-probe", probe_source=ENDPOINT,
)  # fmt: skip
REQUEST = HandoverRequest(
    migration="m", run="cutover-1", number=1, leaving=Side.SOURCE, feeds=(FEED,), source_friends=("a",),
    systems=Systems(source="h:1/d", stack="s", secret="a"),
    target_friends=("a",), feed_user="feed", closed_by=Recorded("replicate-1", "target/close"),
    rested_by=Recorded("replicate-1", "target/rest-triggers"), schemas=("app",), witness_slot="w", freeze_slot="f",
    control_schema="awsdms_control", sequence_headroom=1000, limits=Limits(), target_host="h", target_port=5432,
    target_database="d", target_ca_file=None,
)  # fmt: skip


def runbook(name: str) -> Runbook:
    return load(shipped("runbooks") / f"{name}.toml")


def without(book: Runbook, step: str) -> Runbook:
    sections = tuple(replace(s, steps=tuple(name for name in s.steps if name != step)) for s in book.sections)
    return replace(book, sections=sections)


@pytest.mark.parametrize("name", ["cutover", "rollback", "finalize"])
def test_a_shipped_runbook_names_only_gates_that_exist(name: str) -> None:
    asked = {slug for _, slugs in runbook(name).gates for slug in slugs}
    assert asked
    assert asked <= set(gates())


def test_the_cutover_lists_the_seven_steps_in_order() -> None:
    ids = [step.id for step in plan(runbook("cutover"), REQUEST).steps]
    seven = [
        "freeze/fence",
        "drain/marker:main",
        "close/feed-account",
        "prove/equal",
        "verify/sequences",
        "switch/secret",
        "open/fence",
    ]
    assert [step for step in ids if step in seven] == seven


def test_a_rollback_is_the_same_protocol_with_the_sides_exchanged() -> None:
    back = plan(runbook("rollback"), replace(REQUEST, run="rollback-2", number=2, leaving=Side.TARGET))
    titles = {step.id: step.title for step in back.steps}
    assert titles["freeze/fence"] == "fence applications off the target"
    assert titles["switch/secret"] == "switch the application's secret to the source"


@pytest.mark.parametrize("step", sorted({step for pair in ORDER for step in pair}))
@pytest.mark.parametrize("name", ["cutover", "rollback"])
def test_a_runbook_without_a_step_that_safety_rests_on_is_refused(name: str, step: str) -> None:
    with pytest.raises(UsageError, match="not safe"):
        plan(without(runbook(name), step), REQUEST)


def test_a_runbook_in_another_order_is_refused() -> None:
    book = runbook("cutover")
    backwards = replace(book, sections=tuple(reversed(book.sections)))
    with pytest.raises(UsageError, match="must come before"):
        plan(backwards, REQUEST)


def test_a_handover_that_was_begun_in_another_order_can_be_brought_to_its_end() -> None:
    book = runbook("cutover")
    backwards = replace(book, sections=tuple(reversed(book.sections)))
    assert len(plan(backwards, REQUEST, begun={}).steps) == len(plan(book, REQUEST).steps)


def test_the_digest_changes_with_what_is_asked_and_with_the_gates() -> None:
    book = runbook("cutover")
    digests = {
        plan(book, REQUEST).digest,
        plan(book, replace(REQUEST, run="cutover-2")).digest,
        plan(book, replace(REQUEST, sequence_headroom=1)).digest,
        plan(changed("cutover", prose="in other words"), REQUEST).digest,
    }
    assert len(digests) == 4
    assert plan(book, REQUEST).digest in digests


def test_every_step_belongs_to_a_runbook() -> None:
    used = set(runbook("cutover").steps) | set(runbook("rollback").steps)
    assert set(STEPS) == used
    assert set(finalize.STEPS) == set(runbook("finalize").steps)


FINALIZE = finalize.FinalizeRequest(
    migration="m", run="finalize-1", tasks=(), endpoints=(), source_slots=(), target_slots=(), dms_users=(),
    dms_secrets=(),
)  # fmt: skip


def test_finalize_begins_with_its_gates() -> None:
    assert finalize.plan(runbook("finalize"), FINALIZE).steps[0].id == "gates/finalize"
    with pytest.raises(UsageError, match="its first step is retire/tasks, not gates/finalize"):
        finalize.plan(without(runbook("finalize"), "gates/finalize"), FINALIZE)
    with pytest.raises(UsageError, match="its first step is none"):
        finalize.plan(replace(runbook("finalize"), sections=()), FINALIZE)


def finalizing(*slugs: str, moment: str = "finalize", **parts: Any) -> Runbook:
    own = {"name": "own/backup-checked", "prose": "Somebody restored a backup.", "confirm": True}
    return parse({**runbook("finalize").document, "gate": [own], "gates": {moment: list(slugs)}, **parts})


@pytest.mark.parametrize(
    ("book", "code", "said"),
    [
        (finalizing("approved", "own/backup-cheked"), "CFG-030", "Did you mean own/backup-checked"),
        (finalizing("aproved"), "CFG-030", "Did you mean approved"),
        (finalizing("approved", "lag-by-marker"), "CFG-030", "Known gates: no-open-blocker,"),
        (finalizing("own/backup-checked"), "CFG-035", "Put the gates back"),
        (finalizing("approved", moment="preflight"), "CFG-039", "never be asked. Its moments: finalize."),
        (
            finalizing("approved", section=[{"name": "s", "prose": "p", "steps": ["gates/finalize", "retire/task"]}]),
            "CFG-031",
            "Did you mean retire/tasks",
        ),
    ],
)
def test_a_finalize_that_would_not_ask_what_it_says_is_refused(book: Runbook, code: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        finalize.plan(book, FINALIZE)
    assert caught.value.code == code
    assert said in caught.value.hint


def test_the_digest_of_a_finalize_changes_with_its_runbook_and_with_how_many_must_approve() -> None:
    asking = finalizing("approved", "own/backup-checked")
    two = replace(FINALIZE, limits=Limits(approvals=2))
    plans = [
        finalize.plan(runbook("finalize"), FINALIZE), finalize.plan(asking, FINALIZE), finalize.plan(asking, two),
    ]  # fmt: skip
    assert len({plan.digest for plan in plans}) == 3


def test_a_gate_at_a_moment_that_never_comes_is_refused() -> None:
    gates = {moment.value: slugs for moment, slugs in runbook("cutover").gates}
    book = changed("cutover", gates={**gates, "finalize": ["approved"]})
    with pytest.raises(UsageError, match="has gates at finalize, which never comes in it"):
        plan(book, REQUEST)
    plan(book, REQUEST, begun={})


def changed(name: str, **parts: Any) -> Runbook:
    """A team's copy of a runbook with more in it."""
    document = {**runbook(name).document, **parts}
    document["section"] = [*document["section"], {"name": "own", "prose": "ours", "steps": parts.pop("steps", [])}]
    return parse({key: value for key, value in document.items() if key != "steps"})


OWN_STEP = {"name": "own/tell", "title": "tell them", "command": ["./tell"], "undo": {"command": ["./untell"]}}


def test_a_team_adds_a_step_with_its_undo() -> None:
    steps = plan(changed("cutover", step=[OWN_STEP], steps=["own/tell"]), REQUEST).steps
    assert (steps[-1].id, steps[-1].reversal) == ("own/tell", Reversal.FULL)
    assert "command ./tell" in steps[-1].title
    once = {key: value for key, value in OWN_STEP.items() if key != "undo"}
    assert plan(changed("cutover", step=[once], steps=["own/tell"]), REQUEST).steps[-1].reversal is Reversal.NONE


def test_what_a_step_does_is_part_of_what_is_approved() -> None:
    other = {**OWN_STEP, "command": ["./tell", "--everybody"]}
    books = [changed("cutover", step=[step], steps=["own/tell"]) for step in (OWN_STEP, other)]
    assert len({plan(book, REQUEST).digest for book in books}) == 2


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"steps": ["own/tel"], "step": [OWN_STEP]}, "Did you mean own/tell"),
        ({"steps": ["freeze/fense"]}, "Did you mean freeze/fence"),
        ({"gates": {"preflight": ["no-open-bloker"]}}, "Did you mean no-open-blocker"),
    ],
)
def test_a_name_that_is_mistyped_is_answered_with_the_nearest(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan(changed("cutover", **parts), REQUEST)
    assert said in caught.value.hint


@pytest.mark.parametrize(("name", "gate"), [("cutover", "approved"), ("rollback", "lag-by-marker")])
def test_a_gate_that_safety_rests_on_cannot_be_left_out(name: str, gate: str) -> None:
    asked = {moment.value: [s for s in slugs if s != gate] for moment, slugs in runbook(name).gates}
    request = REQUEST if name == "cutover" else replace(REQUEST, leaving=Side.TARGET)
    with pytest.raises(UsageError, match=gate):
        plan(changed(name, gates=asked), request)
    asked = {moment.value: [s for s in slugs if s != "change-window-open"] for moment, slugs in runbook(name).gates}
    plan(changed(name, gates=asked), request)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[[gate]]\nname = "own/x"\nprose = "p"', "needs one of sql, url, command or confirm"),
        ('[[gate]]\nname = "own/x"\nprose = "p"\nsql = "SELECT 1"', "sql and side belong together"),
        ('[[gate]]\nname = "x"\nprose = "p"\nconfirm = true', "should match pattern"),
        ('[[step]]\nname = "own/x"\ntitle = "t"', "needs one of sql, url or command"),
        ('[[step]]\nname = "own/x"\ntitle = "t"\nurl = "ftp://x"', "should match pattern"),
        ('[[step]]\nname = "own/x"\ntitle = "t"\nurl = "http://x"\ncommand = ["y"]', "only one of"),
        ('[[section]]\nname = "again"\nprose = "p"\nsteps = ["freeze/fence"]', "freeze/fence stands in it twice"),
    ],
)
def test_what_cannot_be_done_is_said_when_the_runbook_is_read(tmp_path: Path, written: str, said: str) -> None:
    shipped_text = (shipped("runbooks") / "cutover.toml").read_text()
    (tmp_path / "cutover.toml").write_text(f"{shipped_text}\n{written}\n")
    with pytest.raises(UsageError, match=said):
        load(tmp_path / "cutover.toml")


def test_a_file_that_is_no_runbook_is_a_usage_error(tmp_path: Path) -> None:
    for text in ("not toml [", 'name = "x"', 'name="x"\ntitle="t"\nprose="p"\nsurprise=1\nsection=[]'):
        (tmp_path / "r.toml").write_text(text)
        with pytest.raises(UsageError, match="not a runbook"):
            load(tmp_path / "r.toml")
