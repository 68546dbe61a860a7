"""Two tasks of one migration, from the load to the cutover and back: markers, slots and ways back of each its own."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from checks.route import Engine
from tests.scenarios.doors import mysql_connection
from tests.scenarios.settings import edited
from tests.scenarios.theatre import Staged, stage

SECOND = {
    "postgres/ledger": ("documents", "document_revisions", "event_log"),
    "mysql/shop": ("event_log", "legacy_sessions", "Gift Cards"),
}
"""Tables of the second task, which no foreign key joins to the others."""
IN_PARTS = {
    "postgres/ledger": {"ledger.accounts": 'split_by = ["id"]\nboundaries = [["3"], ["20"]]'},
    "mysql/shop": {
        "shop.orders": 'split_by = ["id"]\nboundaries = [["3"], ["20"]]',
        "shop.parted": 'partitions = ["*"]',
    },
}
"""Tables of the first task that are loaded in parts, and how."""
PARTED = (
    "CREATE TABLE shop.parted (id integer PRIMARY KEY, said varchar(20)) PARTITION BY RANGE (id)"
    " (PARTITION low VALUES LESS THAN (10), PARTITION middle VALUES LESS THAN (500), PARTITION high VALUES LESS THAN"
    " MAXVALUE)",
    "INSERT INTO shop.parted WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 900)"
    " SELECT id, concat('row ', id) FROM n",
)
"""On MySQL alone DMS loads by partitions; the shop has none of its own."""


def in_two_tasks(
    staged: Staged, second: tuple[str, ...], name: str = "rest", in_parts: Mapping[str, str] | None = None
) -> None:
    """Put two [[tasks]] in the place of the one that `init` wrote, with some tables of the first loaded `in_parts`."""
    file, schema = staged.home / "migration.toml", staged.sample.database
    before, _, after = file.read_text().partition("[[tasks]]")
    _, _, rest = after.partition("\n\n")
    parts = "".join(f'[[tasks.tables]]\ntable = "{table}"\n{how}\n\n' for table, how in (in_parts or {}).items())
    tables = json.dumps([f"{schema}.{table}" for table in second])
    file.write_text(
        f'{before}[[tasks]]\nname = "main"\ninclude = ["{schema}.*"]\nexclude = {tables}\n\n{parts}'
        f'[[tasks]]\nname = "{name}"\ninclude = {tables}\nfull_load_subtasks = 2\n\n{rest}'
    )


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"several-{name}")) for name in SECOND],
)
def staged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    folder: Path = tmp_path_factory.mktemp("several")
    for found in stage(folder, sample=request.param, scale=0.02):
        if found.sample.engine is Engine.MYSQL:
            with mysql_connection(found.login("source")) as source, source.cursor() as cursor:
                for statement in PARTED:
                    cursor.execute(statement)
        in_two_tasks(found, SECOND[request.param], in_parts=IN_PARTS[request.param])
        yield found


def sent(staged: Staged) -> dict[str, dict[str, Any]]:
    """The tasks that DMS has, by identifier."""
    tasks = staged.boto("dms").describe_replication_tasks()["ReplicationTasks"]
    return {task["ReplicationTaskIdentifier"]: task for task in tasks}


def statuses(staged: Staged) -> dict[str, str]:
    return {name: task["Status"] for name, task in sent(staged).items()}


def loaded(staged: Staged) -> dict[str, set[str]]:
    """Tables of each task, as DMS counts them."""
    pages = {
        name: staged.boto("dms").describe_table_statistics(ReplicationTaskArn=task["ReplicationTaskArn"])
        for name, task in sent(staged).items()
    }
    return {
        name: {f"{row['SchemaName']}.{row['TableName']}" for row in page["TableStatistics"]}
        for name, page in pages.items()
    }


def loaded_in_parts(staged: Staged) -> None:
    """DMS was told to, and of every part each row came once."""
    in_parts = IN_PARTS[f"{staged.sample.engine.value}/{staged.sample.name}"]
    task = sent(staged)[f"{staged.sample.name}-main-forward-0"]
    rules = [rule for rule in json.loads(task["TableMappings"])["rules"] if "parallel-load" in rule]
    told = {".".join(rule["object-locator"].values()): rule["parallel-load"]["type"] for rule in rules}
    assert told == {table: "ranges" if "split_by" in how else "partitions-auto" for table, how in in_parts.items()}
    page = staged.boto("dms").describe_table_statistics(ReplicationTaskArn=task["ReplicationTaskArn"])
    rows = {f"{row['SchemaName']}.{row['TableName']}": row["FullLoadRows"] for row in page["TableStatistics"]}
    for table in in_parts:
        assert counted(staged, "source", table) == counted(staged, "target", table) == rows[table] > 20


def counted(staged: Staged, side: str, table: str) -> int:
    question = f"SELECT count(*) FROM {table}"
    if staged.sample.engine is Engine.POSTGRES:
        with psycopg.connect(**staged.login(side)) as database:
            return int(database.execute(question).fetchall()[0][0])
    with mysql_connection(staged.login(side)) as server, server.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchall()[0][0])


def planned_digests(staged: Staged) -> list[str]:
    """Of the plans that the journal holds, read from the file itself."""
    file = staged.home / ".aurora-migrate/state.db"
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as journal:
        rows = journal.execute("SELECT body FROM aurora_migrate_journal ORDER BY seq").fetchall()
    bodies = [json.loads(body) for (body,) in rows]
    return [body["facts"]["digest"] for body in bodies if body.get("name") == "replication-plan"]


def as_planned(staged: Staged) -> None:
    """DMS has what the plan shows and writes, and the journal knows which plan it was."""
    folder = staged.home / "documents"
    plan = staged.must("replicate", "plan", "--format", "json", "--write", str(folder)).json
    assert (plan["report"], plan["refusals"], [task["name"] for task in plan["tasks"]]) == (
        "replication-plan",
        [],
        ["main", "rest"],
    )
    assert {step["state"] for step in plan["steps"]} == {"done"}
    assert all(task["load"]["basis"].count("measured in replicate-1") for task in plan["tasks"])
    for task in plan["tasks"]:
        there = sent(staged)[task["identifier"]]
        settings = json.loads(there["ReplicationTaskSettings"])
        assert json.loads(there["TableMappings"]) == task["mappings"]
        assert all(settings[part] == {**settings[part], **keys} for part, keys in task["settings"].items())
        for kind in ("mappings", "settings"):
            assert json.loads((folder / f"{task['name']}.{kind}.json").read_text()) == task[kind]
    assert plan["tasks"][1]["settings"]["FullLoadSettings"]["MaxFullLoadSubTasks"] == 2
    assert planned_digests(staged) == [plan["digest"]]


@pytest.mark.server
@pytest.mark.slow
def test_a_plan_is_shown_before_anything_is_made(staged: Staged) -> None:
    """Measured on the real source: lengths of LOBs, keyless tables; what is proposed can be pasted."""
    ran = staged.must("replicate", "plan", "--format", "json")
    plan, schema = ran.json, staged.sample.database
    assert (plan["refusals"], plan["steps"]) == ([], [])
    assert "the steps cannot be told yet" in ran.err
    tables = {table["table"]: table for task in plan["tasks"] for table in task["tables"]}
    assert tables[f"{schema}.event_log"]["keyless"]
    large = tables[f"{schema}.documents" if staged.sample.engine is Engine.POSTGRES else f"{schema}.products"]
    assert large["lobs"]
    assert all(lob["exact"] and 0 < lob["p99"] <= lob["longest"] for lob in large["lobs"] if lob["values"])
    text = staged.must("replicate", "plan", "--no-lobs").out
    assert "task rest" in text
    assert "settings of task rest alone" in text
    with edited(staged, (staged.home / "migration.toml").read_text(), pasted(staged)):
        again = staged.must("replicate", "plan", "--format", "json").json
        assert not again["proposal"]["differs"]
        assert again["refusals"] == []


def pasted(staged: Staged) -> str:
    """migration.toml with what is proposed in the place of its [[tasks]]."""
    text = (staged.home / "migration.toml").read_text()
    begin, end = text.index("[[tasks]]"), text.index("[application]")
    return text[:begin] + staged.must("replicate", "plan", "--propose").out + "\n" + text[end:]


@pytest.mark.server
@pytest.mark.slow
def test_what_cannot_go_well_is_refused_before_anything_is_made(staged: Staged) -> None:
    ways = {
        "table-in-two-tasks": ("exclude = [", "exclude = []\n# ["),
        "together-across-tasks": ('name = "rest"', 'name = "rest"\ntogether = [["*.*"]]'),
    }
    for code, change in ways.items():
        with edited(staged, *change):
            ran = staged.run("replicate", "plan", "--no-lobs")
        assert ran.code == 3, ran.err
        assert f"refused {code}" in ran.out


@pytest.mark.server
@pytest.mark.slow
def test_two_tasks_there_and_back_again(staged: Staged) -> None:
    name = staged.sample.name
    staged.must("assess")
    staged.must("provision", "apply")
    staged.kill_after(staged.start("replicate", "start"), "dms/start-load:main")
    staged.must("replicate", "start")
    staged.must("validate")
    as_planned(staged)
    loaded_in_parts(staged)
    assert statuses(staged) == {f"{name}-main-forward-0": "running", f"{name}-rest-forward-0": "running"}
    tables = loaded(staged)
    schema = staged.sample.database
    second = {f"{schema}.{table}" for table in SECOND[f"{staged.sample.engine.value}/{name}"]}
    assert second <= tables[f"{name}-rest-forward-0"]
    assert not set.intersection(*tables.values()), "a table, or a marker, is mapped by both tasks"

    with staged.application(rate=60.0) as application:
        application.write(80)
        staged.must("replicate", "stop")
        application.write(40)
        staged.must("replicate", "resume")
        staged.must("cutover", "approve", "--by", "scenario")
        with staged.doors() as watched:
            staged.must("cutover", "run")
            application.write(60)
            assert statuses(staged) == {f"{name}-main-reverse-1": "running", f"{name}-rest-reverse-1": "running"}
            if staged.sample.engine is Engine.POSTGRES:
                assert not staged.slots("source", "forward"), "a feed that has ended still holds the source's log"
                assert len(staged.slots("target", "reverse")) == 2
            staged.must("rollback")
        application.write(60)
    assert (watched.problem, watched.both_open) == ("", 0), "both sides were open to the application at one moment"
    verdict = staged.judge("source")
    assert verdict["verdict"] == "kept", verdict
    assert statuses(staged) == {f"{name}-main-forward-2": "running", f"{name}-rest-forward-2": "running"}
    staged.must("validate")
