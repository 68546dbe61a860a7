"""On every route, every kind of damage that migrations do is found and named exactly, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.engines.postgres.quoting import identifier
from migrate.errors import Exit
from migrate.model.database import Side
from migrate.model.validation import Verdict
from migrate.sandbox.servers.mysql_binaries import Flavor
from tests.detection.kinds import Route
from tests.detection.quiet import ROWS
from tests.detection.scoring import named
from tests.detection.trial import Trial, trial
from tests.mysql_programs import require

pytestmark = [pytest.mark.server, pytest.mark.slow]
SEEDS = 20
"""Damaged rows of each kind; `make detection` takes ten times as many."""
FLAVORS = {Route.POSTGRES: (), Route.MYSQL: (Flavor.MYSQL,), Route.MARIADB: (Flavor.MYSQL, Flavor.MARIADB)}
ROUTES = [
    pytest.param(route, id=route.name.lower(), marks=pytest.mark.xdist_group(f"detection-{route.name}"))
    for route in Route
]


@pytest.fixture(scope="module", params=ROUTES)
def damaged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    route: Route = request.param
    for flavor in FLAVORS[route]:
        require(flavor)
    home: Path = tmp_path_factory.mktemp(route.name.lower())
    with trial(route, home, SEEDS) as made:
        yield made


def test_every_damage_is_named_and_nothing_else(damaged: Trial) -> None:
    scores = damaged.scores()
    assert len(scores) > 60
    assert all(score.damaged == SEEDS for score in scores.values())
    missed = [line for score in scores.values() for line in score.missed]
    wrong = [line for score in scores.values() for line in score.wrong]
    assert (missed, wrong) == ([], [])


WEAK = {"swap between rows: text", "bigint -1 and 4294967295", "numeric sign"}
"""What PostgreSQL's own hash of a record does not tell apart: it is linear in the columns, and blind to signs."""


def test_a_weaker_hash_would_not_pass(damaged: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    if not damaged.stage.route.postgres:
        return
    monkeypatch.setattr(
        "migrate.engines.postgres.hashing.row_hash",
        lambda columns: f"hash_record_extended(ROW({', '.join(identifier(c.name) for c in columns)}), 0)",
    )
    kinds = [kind for kind in damaged.kinds if kind.name in {*WEAK, "text to NULL"}]
    scores = damaged.scores(kinds)
    assert {name for name, score in scores.items() if score.found < SEEDS} == WEAK


def test_what_changes_no_row_is_no_alarm(damaged: Trial) -> None:
    damaged.settle_in()
    said = damaged.quiet()
    assert len(said) >= 12
    assert {name: (r.verdict, r.reason) for name, r in said.items() if r.verdict is not Verdict.MATCH} == {}
    assert {(r.source_rows, r.target_rows) for r in said.values()} == {(ROWS, ROWS)}


def test_the_command_names_the_same(damaged: Trial) -> None:
    for kind in damaged.harmless:
        if kind.only_one_side:
            for side in Side:
                damaged.stage.run(side, f"DROP TABLE {kind.table}")
    done = damaged.stage.command()
    assert done.returncode == Exit.SAYS_NO, done.stderr
    found = {
        table["table"].split(".")[1]: [
            ("" if table["table"].split(".")[1] in damaged.keyless else d["key"][0], d["kind"], tuple(d["columns"]))
            for d in table["differences"]
        ]
        for table in json.loads(done.stdout)["tables"]
    }
    scores = {name: named(done, found) for name, done in damaged.damages.items()}
    assert [name for name, score in scores.items() if not score.perfect] == []
    assert [kind.name for kind in damaged.harmless if found.get(kind.table)] == []
