"""Plans that would move too little, or fail in the middle: refused by `replicate plan`, and by `start` before anything
is made, in words that say what to write instead."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.scenarios.complaint import told_people
from tests.scenarios.settings import edited
from tests.scenarios.theatre import Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow]

HERE, THERE = "ledger_owner", "Books, owner"
TASK = '[[tasks]]\nname = "main"\n'
OWN = '\n[[tasks.tables]]\ntable = "{}"\nlob = "limited"\n'


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("postgres/ledger", marks=pytest.mark.xdist_group("refused-plans-postgres")),
        pytest.param("mysql/shop", marks=pytest.mark.xdist_group("refused-plans-mysql")),
    ],
)
def assessed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    for staged in stage(tmp_path_factory.mktemp("refused"), sample=request.param, scale=0.01):
        staged.must("assess")
        yield staged


def tasks(staged: Staged, text: str) -> tuple[str, str]:
    """What is to be written in place of the tasks that `init` wrote."""
    lines = (staged.home / "migration.toml").read_text()
    begin = lines.index("[[tasks]]")
    end = lines.index("\n[", begin + 2) + 1
    return lines[begin:end], f"{text}\n"


WRONG = {
    "patterns that select nothing": (
        TASK + 'include = ["nowhere.*"]',
        ("task-without-tables: task main selects no table", "mend include and exclude (patterns are schema.name)"),
    ),
    "a wildcard of SQL for every schema": (
        TASK + 'include = ["%.%"]',
        (
            "task-without-tables: task main selects no table",
            "write * instead of %",
            "the schema % would take MySQL's system databases along",
        ),
    ),
    "a pattern where one table is named": (
        TASK + 'include = ["{schema}.*"]' + OWN.format("{schema}.*"),
        ("settings-of-no-table: [[tasks.tables]] {schema}.*: task main has no such table", "take no patterns"),
    ),
    "an underscore is no wildcard": (
        TASK + 'include = ["{schema}.*"]' + OWN.format("{schema}.event?log"),
        ("settings-of-no-table: [[tasks.tables]] {schema}.event?log", "as the source spells it"),
    ),
    "two rules on one table": (
        TASK + 'include = ["{schema}.*"]' + 2 * OWN.format("{schema}.event_log"),
        ("two-rules-on-one-table: task main has two [[tasks.tables]] for {schema}.event_log", "Merge them"),
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_mappings_that_dms_would_refuse_or_misread_are_told(assessed: Staged, wrong: str) -> None:
    text, told = WRONG[wrong]
    schema = assessed.sample.database
    old, new = tasks(assessed, text.replace("{schema}", schema))
    with edited(assessed, old, new):
        planned = assessed.run("replicate", "plan")
        plan = " ".join(planned.out.split())
        assert planned.code == 3, planned.err
        for part in told:
            assert part.replace("{schema}", schema) in plan
        complaint = told_people(assessed, assessed.run("replicate", "start"))
    assert (complaint.exit, complaint.code) == (3, "REP-020")
    assert told[0].partition(": ")[2].replace("{schema}", schema) in complaint.message
    assert not [run for run, _, _ in assessed.journal() if run.startswith("replicate-")], "something was begun"


def test_names_with_an_underscore_are_taken_literally(assessed: Staged) -> None:
    schema = assessed.sample.database
    old, new = tasks(assessed, TASK + f'include = ["{schema}.event_log"]' + OWN.format(f"{schema}.event_log"))
    with edited(assessed, old, new):
        planned = assessed.run("replicate", "plan", "--format", "json").json
    [task] = planned["tasks"]
    assert [one["table"] for one in task["tables"]] == [f"{schema}.event_log"]
    rules = [rule for rule in task["mappings"]["rules"] if rule["rule-type"] == "selection"]
    named = {rule["object-locator"]["table-name"]: rule["rule-action"] for rule in rules}
    assert named["event_log"] == "explicit", "a pattern would take event0log along"


# --- roles ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    for staged in stage(tmp_path_factory.mktemp("roles"), scale=0.01):
        staged.must("assess")
        staged.must("provision", "apply")
        yield staged


def owners(staged: Staged, side: str) -> set[str]:
    with psycopg.connect(**staged.login(side)) as database:
        rows = database.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner)::text FROM pg_class"
            " WHERE relnamespace = 'ledger'::regnamespace AND relkind = 'r'"
        )
        return {row[0] for row in rows}


def amiss(staged: Staged) -> list[str]:
    """Differences of the two schemas that need not be."""
    found = staged.run("replicate", "schema", "--format", "json").json["differences"]
    return [f"{each['object']}: {each['aspect']}" for each in found if not each["expected"]]


@pytest.mark.xdist_group("refused-plans-roles")
def test_a_role_is_called_otherwise_on_the_target_there_and_back(provisioned: Staged) -> None:
    """Refused while it is not there, with what to paste; then it owns, through a cutover and a rollback."""
    staged = provisioned
    with edited(staged, "[application]", f'[roles]\n{HERE} = "{THERE}"\n\n[application]'):
        planned = staged.run("replicate", "plan")
        assert planned.code == 3
        assert f"role-not-there: the target has no role {THERE} ([roles] has {HERE} be it)" in planned.out
        [paste] = [line.strip() for line in planned.out.splitlines() if "CREATE ROLE" in line]
        assert paste == f'CREATE ROLE "{THERE}" NOLOGIN;'
        complaint = told_people(staged, staged.run("replicate", "start"))
        assert (complaint.exit, complaint.code) == (3, "REP-020")
        assert paste in complaint.message
        assert staged.boto("dms").describe_replication_tasks()["ReplicationTasks"] == []

        with psycopg.connect(**staged.target(), autocommit=True) as target:
            target.execute(paste)
        assert staged.run("replicate", "plan").code == 0
        staged.must("replicate", "start")
        assert owners(staged, "target") == {THERE}
        with psycopg.connect(**staged.target()) as target:
            made = target.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [HERE]).fetchone()
        assert made == (0,)
        assert amiss(staged) == []
        staged.must("validate")
        staged.must("cutover", "approve", "--by", "somebody")
        staged.must("cutover", "run")
        assert amiss(staged) == []
        staged.must("rollback")
        assert amiss(staged) == []
        assert (owners(staged, "source"), owners(staged, "target")) == ({HERE}, {THERE})
    assert "table ledger.accounts: owner" in amiss(staged), "without the mapping they are not alike"
