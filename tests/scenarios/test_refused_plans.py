"""Plans that would move too little, or fail in the middle: refused by `replicate plan`, and by `start` before anything
is made, in words that say what to write instead."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.scenarios.complaint import told_people
from tests.scenarios.doors import mysql_connection
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


# --- one table otherwise than the rest, and tables apart ------------------------------------------------------------


ODD = {
    "ledger": (
        "CREATE TABLE ledger.odd (n integer NOT NULL UNIQUE, maybe integer, size float8 NOT NULL, body text NOT NULL)",
        "INSERT INTO ledger.odd VALUES (1, 1, 1, repeat('a', 3000))",
        "UPDATE ledger.odd SET n = 2",
    ),
    "shop": (
        "CREATE TABLE shop.odd (n integer NOT NULL, maybe integer, size double NOT NULL, body longtext NOT NULL)",
        "CREATE TABLE shop.parted (id integer PRIMARY KEY) PARTITION BY RANGE (id)"
        " (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN MAXVALUE)",
        "INSERT INTO shop.odd VALUES (1, 1, 1, repeat('a', 3000))",
        "UPDATE shop.odd SET n = 2",
    ),
}
"""Tables that nobody should have; each task here names what it takes, and the second takes what is apart."""
APART = {
    "ledger": {
        "foreign-key-across-tasks": ("ledger.entries", "ledger.entries (task apart) refers by "),
        "partitions-across-tasks": ("ledger.statements_2026_first", "partitions of ledger.statements are in the tasks"),
    },
    "shop": {"foreign-key-across-tasks": ("shop.order_items", "shop.order_items (task apart) refers by ")},
}
SPLIT = "split_by = [{}]\nboundaries = [{}]"
ELEVEN = ", ".join(['"n"'] * 11)
OTHERWISE = {
    "full-lob-not-null": ("odd", 'lob = "unlimited"', "body may not be NULL"),
    "full-lob-without-key": ("odd", 'lob = "unlimited"', "odd has no primary key"),
    "split-by-no-column": ("odd", SPLIT.format('"nothing"', '["1"]'), "odd has no column nothing"),
    "split-by-too-many": ("odd", SPLIT.format(ELEVEN, f"[{ELEVEN}]"), "11 columns"),
    "split-uneven": ("odd", SPLIT.format('"n"', '["1", "2"]'), "a value for each of the 1 columns"),
    "split-by-inexact": ("odd", SPLIT.format('"size"', '["1"]'), "odd is split by size"),
    "split-by-nullable": ("odd", SPLIT.format('"maybe"', '["1"]'), "maybe, which may be NULL"),
}
BY_PARTITIONS = {
    "ledger": {"split-by-partitions": ("odd", 'partitions = ["*"]', "in ranges only")},
    "shop": {
        "split-by-no-partition": ("odd", 'partitions = ["*"]', "odd is not partitioned"),
        "split-leaves-partitions": ("parted", 'partitions = ["low"]', "high would not be loaded"),
    },
}


@pytest.fixture(scope="module")
def odd(assessed: Staged) -> Iterator[Staged]:
    run_on_source(assessed, *ODD[assessed.sample.database])
    yield assessed
    names = ("odd", "parted") if assessed.sample.database == "shop" else ("odd",)
    run_on_source(assessed, *(f"DROP TABLE {assessed.sample.database}.{name}" for name in names))


def run_on_source(staged: Staged, *statements: str) -> None:
    if staged.sample.database == "shop":
        with mysql_connection(staged.login("source")) as source, source.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    else:
        with psycopg.connect(**staged.login("source"), autocommit=True) as source:
            for statement in statements:
                source.execute(statement)


def refusals(staged: Staged, text: str) -> dict[str, str]:
    """What `replicate plan` says by code, all of one code together; it must end with 3."""
    with edited(staged, *tasks(staged, text)):
        ran = staged.run("replicate", "plan", "--format", "json")
    assert ran.code == 3, ran.out + ran.err
    found: dict[str, str] = {}
    for one in ran.json["refusals"]:
        assert one["remedy"], one
        found[one["code"]] = f"{found.get(one['code'], '')} {one['text']}".strip()
    return found


def test_one_table_is_not_loaded_in_a_way_that_dms_refuses_or_that_leaves_rows_behind(odd: Staged) -> None:
    schema = odd.sample.database
    for code, (table, how, told) in (OTHERWISE | BY_PARTITIONS[schema]).items():
        text = f'{TASK}include = ["{schema}.*"]\n\n[[tasks.tables]]\ntable = "{schema}.{table}"\n{how}\n'
        assert told in refusals(odd, text).get(code, ""), code


def test_a_value_that_would_be_cut_is_refused(odd: Staged) -> None:
    schema = odd.sample.database
    limited = f'\n[[tasks.tables]]\ntable = "{schema}.odd"\nlob = "limited"\nlob_max_kb = 1\n'
    assert "odd.body" in refusals(odd, f'{TASK}include = ["{schema}.*"]\n{limited}')["lob-too-long"]


@pytest.mark.parametrize(
    ("small", "warned"),
    [
        ('instance_class = "dms.t3.medium"\nallocated_storage_gb = 5', {"instance-too-small", "storage-too-small"}),
        ('compute = "serverless"\nmaximum_capacity = 1', {"too-few-units"}),
    ],
)
def test_what_dms_would_be_too_small_for_is_a_warning(assessed: Staged, small: str, warned: set[str]) -> None:
    hungry = "[replication.task_settings.ChangeProcessingTuning]\nMemoryLimitTotal = 20480\n"
    with edited(assessed, "[limits]\n", f"[replication]\n{small}\n\n{hungry}\n[limits]\n"):
        ran = assessed.run("replicate", "plan", "--format", "json")
    assert warned <= {one["code"] for one in ran.json["warnings"]}


def test_updates_of_rows_that_nothing_tells_apart_are_refused(odd: Staged) -> None:
    """On PostgreSQL a unique key does not: the log holds the primary key of an old row, and nothing else."""
    told = refusals(odd, f'{TASK}include = ["{odd.sample.database}.*"]\n')["keyless-with-updates"]
    assert told.startswith(f"{odd.sample.database}.odd has no ")
    assert "1 of its rows were updated or deleted" in told


def test_what_belongs_together_is_not_put_into_two_tasks(odd: Staged) -> None:
    schema = odd.sample.database
    for code, (table, told) in APART[schema].items():
        text = f'{TASK}include = ["{schema}.*"]\nexclude = ["{table}"]\n\n[[tasks]]\nname = "apart"\n'
        assert told in refusals(odd, f'{text}include = ["{table}"]\n').get(code, ""), code


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
        told = " ".join(planned.out.split())
        assert f"role-not-there: the target has no role {THERE} ([roles] has {HERE} be it)" in told
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
