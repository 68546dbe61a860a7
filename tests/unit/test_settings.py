"""migration.toml: what is wrong is said in one line that names the key, and never shows a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.errors import Exit, UsageError
from migrate.operations import names
from migrate.references import resolve
from migrate.settings import load

GOOD = """
[migration]
name = "orders"
[source]
engine = "postgres"
host = "db.example.com"
port = 5432
database = "orders"
user = "mig_admin"
[target]
engine = "aurora-postgresql"
version = "17.5"
stack = "orders-aurora"
database = "orders"
[aws]
region = "eu-central-1"
[application]
secret = "orders/app"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "migration.toml"
    path.write_text(text)
    return path


def test_defaults_are_the_safe_ones(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD))
    assert settings.source.tls == "verify-full"
    assert settings.source.password == "env:AURORA_MIGRATE_SOURCE_PASSWORD"
    assert settings.target.deletion_protection
    assert settings.path("state.db") == tmp_path / "state.db"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('user = "mig_admin"', 'user = "mig_admin"\npasword = "env:X"', "source.pasword: unknown key"),
        ("port = 5432", 'port = "many"', "source.port"),
        ('engine = "postgres"', 'engine = "oracle"', "source.engine"),
        ('name = "orders"', 'name = "Orders!"', "migration.name"),
        ('engine = "aurora-postgresql"', 'engine = "aurora-mysql"', "postgres goes to aurora-postgresql"),
        ('region = "eu-central-1"', "", "aws.region"),
        ('secret = "orders/app"', 'secret = "orders/app"\n[surprise]\nx = 1', "surprise: unknown key"),
        (
            'secret = "orders/app"',
            'secret = "orders/app"\n[roles]\na = "c"\nb = "c"',
            "roles: two roles would be c on the target, and each have the other's rights",
        ),
    ],
)
def test_a_mistake_names_its_key(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(written(tmp_path, GOOD.replace(before, after, 1)))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit is Exit.USAGE
    assert caught.value.hint


def of(name: str, task: str) -> str:
    return GOOD.replace('"orders"', f'"{name}"', 1) + f'[[tasks]]\nname = "{task}"\n'


LONGEST = [("-".join("a" * 17), "fifteenxletters"), ("a-" * 18 + "b" * 11, "t")]


@pytest.mark.parametrize(("name", "task"), LONGEST)
def test_the_longest_names_leave_room_for_every_slot_that_postgresql_keeps(
    tmp_path: Path, name: str, task: str
) -> None:
    migration = load(written(tmp_path, of(name, task))).migration.name
    slots = [names.slot(migration, task, kind, "99") for kind in ("forward", "reverse", "probe")]
    slots += [names.slot(migration, "freeze", "99"), names.witness_slot(migration, 9999)]
    assert max(map(len, slots)) == 63


@pytest.mark.parametrize(("name", "task"), LONGEST)
def test_longer_ones_are_refused_before_a_cutover_would_fail_over_them(tmp_path: Path, name: str, task: str) -> None:
    longer = of(name.replace("-", "-a", 1), task)
    with pytest.raises(UsageError, match=f"the task's name {task} have 49 characters together") as caught:
        load(written(tmp_path, longer))
    assert caught.value.code == "CFG-004"
    on_mysql = longer.replace('"postgres"', '"mysql"').replace("aurora-postgresql", "aurora-mysql")
    assert load(written(tmp_path, on_mysql.replace("17.5", "3.08.0"))), "there the toolkit itself notes the places"


def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(written(tmp_path, GOOD.replace('user = "mig_admin"', 'user = "mig_admin"\npassword = "hunter2-canary"')))
    assert "source.password" in str(caught.value)
    assert "hunter2-canary" not in f"{caught.value!r} {caught.value} {caught.value.hint}"


@pytest.mark.parametrize(("text", "said"), [("[migration", "not TOML"), ("\x00\xff", "TOML")])
def test_a_file_that_is_no_toml(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load(written(tmp_path, text))


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path / "migration.toml")
    assert "aurora-migrate init" in caught.value.hint


def test_references_resolve_and_a_missing_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_PASSWORD", "from the environment")
    (tmp_path / "pw").write_text("from a file\n")
    assert resolve("env:SOME_PASSWORD", tmp_path, lambda _: {}) == "from the environment"
    assert resolve("file:pw", tmp_path, lambda _: {}) == "from a file"
    assert resolve("aws:some/secret", tmp_path, lambda name: {"password": f"of {name}"}) == "of some/secret"
    for missing in ("env:NOT_SET_ANYWHERE", "file:nowhere", "aws:empty"):
        with pytest.raises(UsageError, match=missing):
            resolve(missing, tmp_path, lambda _: {})


def test_the_target_listens_where_its_engine_usually_does(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD)).target.port == 5432
    mysql = GOOD.replace('"postgres"', '"mysql"').replace("aurora-postgresql", "aurora-mysql").replace("17.5", "3.08.0")
    settings = load(written(tmp_path, mysql))
    assert settings.target.port == 3306
    assert settings.target.version == "3.08.0"
