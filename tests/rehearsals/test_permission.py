"""Own databases are rehearsed on only where their settings say so, and never where anything is called production."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from migrate.cli.app import main
from migrate.errors import MigrateError, UsageError
from migrate.model.journal import Kind
from migrate.operations.rehearsal.permission import refuse_begun, refuse_production
from migrate.settings import load
from migrate.state.lease import hold
from migrate.state.store import Store

SETTINGS = """
[migration]
name = "orders"
[source]
engine = "postgres"
host = "db.staging.example.com"
port = 5432
database = "products"
user = "mig_admin"
[target]
engine = "aurora-postgresql"
version = "17.5"
stack = "aurora-orders-staging-cluster"
database = "products"
tags = { Environment = "Staging" }
[aws]
region = "eu-central-1"
[application]
secret = "orders/app"
[rehearsal]
environment = "staging"
"""


def written(folder: Path, before: str = "", after: str = "") -> Path:
    assert before in SETTINGS
    path = folder / "migration.toml"
    path.write_text(SETTINGS.replace(before, after) if before else SETTINGS)
    return path


def test_a_staging_environment_is_rehearsed_on(tmp_path: Path) -> None:
    refuse_production(load(written(tmp_path)))


@pytest.mark.parametrize(
    ("before", "after", "code", "said"),
    [
        ('[rehearsal]\nenvironment = "staging"\n', "", "REH-030", "do not say"),
        ('environment = "staging"', 'environment = "production"', "REH-031", "environment is 'production'"),
        ('environment = "staging"', 'environment = "eu-PROD-2"', "REH-031", "eu-PROD-2"),
        ("db.staging.example.com", "db.prod.example.com", "REH-031", "[source] host"),
        ("orders-staging-cluster", "orders-production-cluster", "REH-031", "[target] stack"),
        ('Environment = "Staging"', 'Environment = "live"', "REH-031", "tags Environment"),
        ('"orders/app"', '"prd/orders/app"', "REH-031", "[application] secret"),
        ('Environment = "Staging"', 'Environment = "test"', "REH-032", "'test'"),
        ("[rehearsal]", "[cutover]\napprovals = 2\n[rehearsal]", "REH-033", "2 people"),
    ],
)
def test_anything_else_is_not(tmp_path: Path, before: str, after: str, code: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        refuse_production(load(written(tmp_path, before, after)))
    assert refused.value.code == code
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "CFG-097"),
        (("-c", "migration.toml", "--scale", "2"), "CFG-096"),
        (("-c", "migration.toml", "--faults", "target-restart"), "CFG-096"),
        (("-c", "migration.toml", "--profile", "aws-like"), "CFG-096"),
        (("-c", "migration.toml", "--rate", "5"), "CFG-098"),
        (("-c", "nowhere.toml"), "CFG-001"),
    ],
)
def test_what_makes_no_sense_there_is_refused_before_anything_is_asked(
    words: tuple[str, ...],
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    written(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["aurora-migrate", "rehearse", "run", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert code in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["migration.toml"]


def test_production_is_refused_before_a_folder_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, '[rehearsal]\nenvironment = "staging"\n', "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["aurora-migrate", "rehearse", "-c", "migration.toml"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "REH-030" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["migration.toml"]


def test_it_begins_on_the_source_with_nothing_under_way(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/state.db")
    with hold(store, "orders") as lease:
        journal = store.journal("orders", lease)
        refuse_begun(journal)
        journal.append(Kind.PLANNED, run="replicate-1", body={"stage": "replicate", "request": {}})
        refuse_begun(journal)
        journal.append(Kind.PLANNED, run="cutover-1", body={"stage": "cutover", "request": {}})
        with pytest.raises(MigrateError, match="cutover-1 was begun") as under_way:
            refuse_begun(journal)
        journal.append(Kind.DONE, run="cutover-1", step="switch/secret", body={})
        journal.append(Kind.OUTCOME, run="cutover-1", body={"outcome": "done"})
        with pytest.raises(MigrateError, match="runs on the target") as over_there:
            refuse_begun(journal)
    store.close()
    assert (under_way.value.code, over_there.value.code) == ("REH-034", "REH-035")
