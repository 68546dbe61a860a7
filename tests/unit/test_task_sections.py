"""[[tasks]] and [replication.task_settings] of migration.toml: what is taken, and what is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.errors import UsageError
from migrate.model.tuning import LOB_MAX_KB, TableTuning
from migrate.operations.selection import tuning
from migrate.settings import Settings, load
from tests.stages_replicate.planned import named

HEAD = """
[migration]
name = "m"
[source]
engine = "postgres"
host = "h"
port = 5432
database = "d"
user = "u"
[target]
engine = "aurora-postgresql"
version = "17.5"
stack = "s"
database = "d"
[aws]
region = "eu-central-1"
[application]
secret = "app"
"""


def read(folder: Path, more: str) -> Settings:
    file = folder / "migration.toml"
    file.write_text(HEAD + more)
    return load(file)


def test_left_out_there_is_one_task_of_every_table(tmp_path: Path) -> None:
    (task,) = read(tmp_path, "").tasks
    assert (task.name, task.include, task.lob_max_kb) == ("main", ("*.*",), LOB_MAX_KB)


def test_what_a_task_is_asked_comes_from_its_section(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """
[replication.task_settings.ChangeProcessingTuning]
CommitTimeout = 5
[[tasks]]
name = "big"
lob_max_kb = 63
[[tasks.tables]]
table = "app.events"
split_by = ["id"]
boundaries = [["10"], ["20"]]
""",
    )
    asked = tuning(settings, settings.tasks[0])
    assert asked.lob_max_kb == 63
    assert asked.overrides == {"ChangeProcessingTuning.CommitTimeout": 5}
    assert asked.tables == (TableTuning(table=named("events"), columns=("id",), boundaries=(("10",), ("20",))),)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("tasks = []", "at least one [[tasks]]"),
        ('[[tasks]]\nname = "a"\n[[tasks]]\nname = "a"', "two [[tasks]] are called a"),
        ('[[tasks]]\nname = "a-b"', "tasks.0.name"),
        ('[[tasks]]\nname = "a"\nlob_max_kb = 200000', "tasks.0.lob_max_kb"),
        ('[[tasks]]\nname = "a"\n[[tasks.tables]]\ntable = "events"', "tasks.0.tables.0.table"),
        ('[[tasks]]\nname = "a"\n[[tasks.tables]]\ntable = "a.b"\nsplit_by = ["id"]', "split_by and boundaries"),
        (
            '[[tasks]]\nname = "a"\n[[tasks.tables]]\ntable = "a.b"\nlob = "unlimited"\nlob_max_kb = 1',
            'lob = "unlimited" has no lob_max_kb',
        ),
        ("[replication.task_settings.TargetMetadata]\nLobMaxsize = 3", "nearest is TargetMetadata.LobMaxSize"),
        ("[replication.task_settings]\nErrorBehavior = 3", "ErrorBehavior is a section"),
        ("[replication.task_settings.TargetMetadata]\nBatchApplyEnabled = true", "commit order"),
    ],
)
def test_what_is_refused(tmp_path: Path, more: str, says: str) -> None:
    text = HEAD.replace("\n[migration]", f"{more}\n[migration]", 1) if more.startswith("tasks =") else HEAD + more
    file = tmp_path / "migration.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        load(file)
    assert says in refused.value.message
