"""A migration in memory, ready to cut over."""

from __future__ import annotations

import pytest

from migrate.model.database import Side
from migrate.operations.runbooks import copy
from migrate.settings import Settings, load
from tests.protocol.world import World

MIGRATION = """
[migration]
name = "shop"
[source]
engine = "postgres"
host = "old.example.com"
port = 5432
database = "shop"
user = "mig_admin"
[target]
engine = "aurora-postgresql"
version = "17.5"
stack = "shop-aurora"
database = "shop"
[aws]
region = "eu-central-1"
[application]
secret = "shop/app"
[cutover]
runbooks = "runbooks"
[limits]
reverse_window_hours = 87600.0
"""
NOT_IN_MEMORY = ("replication-honest", "catalog-unchanged")
"""Gates about what this world has not: DMS's own word, and a schema."""


@pytest.fixture(scope="module")
def migration(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("protocol")
    for file in copy(home / "runbooks"):
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not any(f'"{gate}"' in line for gate in NOT_IN_MEMORY)))
    (home / "migration.toml").write_text(MIGRATION)
    return load(home / "migration.toml")


def kept(world: World, owner: Side) -> None:
    """Every acknowledged write, and nothing else, is on the side that owns them."""
    assert not world.violations, world.violations[:3]
    rows = world.stores[owner].rows
    missing = {key: (value, rows.get(key)) for key, value in world.ledger.items() if rows.get(key) != value}
    assert not missing, f"{len(missing)} writes are lost or stale on the {owner}: {dict(list(missing.items())[:3])}"
    assert rows.keys() == world.ledger.keys()
