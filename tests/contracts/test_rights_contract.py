"""What a login lacks is told with GRANTs that are enough."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.server


def blocking(database: Any, schema: str) -> dict[str, tuple[str, ...]]:
    return {lack.privilege: lack.grants for lack in database.rights.lacking([schema]) if lack.blocking}


def test_the_master_of_a_managed_service_lacks_nothing(world: Any) -> None:
    assert blocking(world.database, world.schema) == {}


def test_who_may_nothing_may_migrate_once_the_printed_grants_were_run(world: Any) -> None:
    world.run(f"CREATE TABLE {world.schema}.theirs (id integer PRIMARY KEY)")
    somebody = world.new_user()
    database = world.opened_as(somebody)
    try:
        lacks = blocking(database, world.schema)
        assert lacks
        statements = [statement for grants in lacks.values() for statement in grants]
        assert all(somebody.user in statement for statement in statements)
        world.decree(*statements)
        assert blocking(database, world.schema) == {}
        assert database.rights.programs()
    finally:
        database.close()


def test_asking_changes_nothing(world: Any) -> None:
    somebody = world.new_user()
    database = world.opened_as(somebody)
    try:
        assert database.rights.lacking([]) == database.rights.lacking([])
    finally:
        database.close()
