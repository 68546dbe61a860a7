"""The first migration.toml of a migration to AWS: what is filled in by hand is little, and provision takes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from checks.facts import Catalog, Origin
from checks.route import Engine, Version
from migrate.errors import UsageError
from migrate.model.database import Address, Tls
from migrate.operations import init
from migrate.operations.target import obey_policy
from migrate.settings import load

CATALOG = Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, version=Version.parse("16.4"), schemas=("public",))
ADDRESS = Address(Engine.POSTGRES, "db.example.com", 5432, "orders", Tls.VERIFY_FULL)


def written(path: Path, *, endpoint_url: str | None = None) -> Path:
    asked = init.Asked(
        name="orders",
        region="eu-central-1",
        endpoint_url=endpoint_url,
        password="env:P",
        user="mig",
        application_secret="app",
        poll_seconds=15,
    )
    init.write(path, ADDRESS, CATALOG, asked)
    return path


def test_on_aws_only_what_nobody_but_the_user_knows_is_left_to_fill_in(tmp_path: Path) -> None:
    path = written(tmp_path / "migration.toml")
    with pytest.raises(UsageError, match="tag Owner is missing or empty") as refused:
        obey_policy(load(path), stand_in=False)
    assert refused.value.message.count("missing or empty") == 3
    text = path.read_text()
    for tag in ("Owner", "DataClassification", "CostCenter"):
        text = text.replace(f'{tag} = ""', f'{tag} = "mine"')
    path.write_text(text.replace("# secret_access_role_arn", "secret_access_role_arn"))
    settings = load(path)
    obey_policy(settings, stand_in=False)
    assert settings.target.stack == "aurora-orders-production-cluster"
    assert settings.replication.secret_access_role_arn.startswith("arn:aws:iam::")


def test_the_sandbox_asks_for_none_of_it(tmp_path: Path) -> None:
    settings = load(written(tmp_path / "migration.toml", endpoint_url="http://127.0.0.1:1"))
    obey_policy(settings, stand_in=True)
    assert (settings.target.stack, settings.target.tags) == ("orders-aurora", {})


@pytest.mark.parametrize(("name", "there", "code"), [("Orders_2", False, "CFG-054"), ("orders", True, "CFG-050")])
def test_a_slip_is_told_before_the_source_is_asked(tmp_path: Path, name: str, there: bool, code: str) -> None:
    """Nothing listens at that address: who asked it first would tell of that."""
    if there:
        (tmp_path / "migration.toml").touch()
    source = "postgresql://mig@127.0.0.1:1/orders"
    command = [sys.executable, "-m", "migrate", "init", "--source", source, "--name", name]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.split()[0]) == (2, code), ran.stderr
