"""DDL of MySQL cannot be taken back: a step of the copy that was killed has made a part, and the rest is made by the
next attempt, whatever is left of it."""

from __future__ import annotations

from itertools import takewhile
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.engines.mysql import script
from migrate.events import silent
from migrate.stages.replicate.schema import AddForeignKeys, BuildIndexes, CopyTables
from migrate.stages.replicate.step import ReplicateStep

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    ("step", "sections", "left", "found"),
    [
        (CopyTables(), ["pre-data"], "GRANT ", "SHOW GRANTS FOR {user}"),
        (BuildIndexes(), ["pre-data", "post-data"], "EVENT ", "SHOW EVENTS FROM `{schema}`"),
        (
            AddForeignKeys(),
            ["pre-data", "post-data", "foreign-keys"],
            "z_child",
            "SHOW CREATE TABLE `{schema}`.z_child",
        ),
    ],
    ids=["grants", "events", "foreign keys"],
)
def test_what_was_left_is_made(
    source: Any, target: Any, step: ReplicateStep, sections: list[str], left: str, found: str
) -> None:
    app = source.user(grants="SELECT")
    target.host(app, "%")
    target.users.append(app.user)
    target.extra.append(source.name)
    source.run(
        "CREATE TABLE parent (id int PRIMARY KEY, a int, KEY on_a (a)) COLLATE utf8mb4_general_ci",
        "CREATE TABLE child (id int PRIMARY KEY, FOREIGN KEY (id) REFERENCES parent (id)) COLLATE utf8mb4_general_ci",
        "CREATE TABLE z_child (id int PRIMARY KEY, FOREIGN KEY (id) REFERENCES parent (id)) COLLATE utf8mb4_general_ci",
        "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM parent",
    )
    *before, killed = (source.schema.dump([source.name], section) for section in sections)
    for text in (*before, up_to(left, killed)):
        target.schema.load(text)
    world: Any = SimpleNamespace(
        source=source.database,
        target=target.database,
        request=SimpleNamespace(schemas=(source.name,), roles={}),
        emit=silent,
    )
    look = found.format(user=app.user, schema=source.name)
    unfinished = target.run(look)
    assert not step.done(world, {})
    step.apply(world, {})
    made = target.run(look)
    assert made != unfinished
    step.apply(world, {})
    assert target.run(look) == made, "what is there is passed over"


def up_to(left: str, text: str) -> str:
    """The script without the first statement that says `left`, and all after it."""
    shorter = script.Script()
    for statement in takewhile(lambda one: left not in one, script.statements(text)):
        shorter.add(statement)
    return shorter.text
