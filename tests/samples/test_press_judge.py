"""Sabotage of the newspaper: take, double or change one thing that was acknowledged, and the judge must say so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.samples.staged import PRESS

pytestmark = [pytest.mark.server, pytest.mark.slow]

OWN = "origin <> 'seed'"
DISCUSSED = (
    "SET @discussed = (SELECT article_id FROM comments JOIN articles ON articles.id = article_id"
    " WHERE articles.origin <> 'seed' LIMIT 1)"
)

SABOTAGE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "an event is gone": (
        (f"DELETE FROM activity WHERE {OWN} ORDER BY event_id LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "an event is there twice": (
        (f"INSERT INTO activity SELECT * FROM activity WHERE {OWN} LIMIT 1",),
        {"lost": 0, "duplicated": 1, "contradictions_total": 1},
    ),
    # The article, and as one each: comments that name it, revisions that name it; revisions are lost with it, too.
    "an article is gone, what cascades stays": (
        (DISCUSSED, "DELETE FROM articles WHERE id = @discussed"),
        {"duplicated": 0, "verdict": "broken"},
    ),
    "a comment is gone": (
        ("DROP TRIGGER comments_count_down", f"DELETE FROM comments WHERE {OWN} ORDER BY id LIMIT 1"),
        {"lost": 1, "duplicated": 0},
    ),
    "an orphaned comment": (
        (
            "INSERT INTO comments (id, article_id, from_address, body)"
            " VALUES ('ffffffff-ffff-4fff-8fff-ffffffffffff', 'ffffffff-ffff-4fff-8fff-ffffffffffff', '::1', 'x')",
        ),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
    "a trigger that fired on the fed side: comments counted twice": (
        ("UPDATE articles SET comment_count = comment_count + 1 WHERE slug = 'Archive-000001'",),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
    "a trigger that fired on the fed side: revisions kept twice": (
        (
            "INSERT INTO article_revisions (article_id, revision, headline)"
            " SELECT article_id, article_revisions.revision, article_revisions.headline FROM article_revisions"
            f" JOIN articles ON articles.id = article_id WHERE {OWN} LIMIT 1",
        ),
        {"lost": 0, "duplicated": 1, "contradictions_total": 2},
    ),
    "a wide body was cut": (
        (f"UPDATE articles SET body = left(body, 64) WHERE {OWN} AND length(body) > 64 LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a headline lost its characters": (
        (f"UPDATE articles SET headline = '???? ?' WHERE {OWN} LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "microseconds are gone": (
        (f"UPDATE articles SET published_at = date_format(published_at, '%Y-%m-%d %T') WHERE {OWN} AND"
         " microsecond(published_at) > 0 LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "the author of an article is gone": (
        (f"UPDATE articles SET author_id = NULL WHERE {OWN} AND author_id IS NOT NULL LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "an article names an author who left": (
        (f"UPDATE articles SET author_id = 4000000 WHERE {OWN} AND author_id IS NULL LIMIT 1",),
        {"lost": 0, "duplicated": 0, "contradictions_total": 1},
    ),
    "an address is another": (
        (f"UPDATE comments SET from_address = '::2' WHERE {OWN} LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a subscription is gone": (
        (f"DELETE FROM subscriptions WHERE {OWN} LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "an upsert is gone": (
        (f"UPDATE subscriptions SET version = version - 1 WHERE {OWN} AND version > 1 LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
    "a subscription with other days": (
        (f"UPDATE subscriptions SET delivery_days = 'tue' WHERE {OWN} LIMIT 1",),
        {"lost": 1, "duplicated": 0, "contradictions_total": 1},
    ),
}  # fmt: skip


@pytest.fixture(params=["mariadb_server"])
def finished(
    request: pytest.FixtureRequest,
    make_sample: Callable[..., Any],
    run_workload: Callable[..., Any],
    secrets_stand_in: Any,
) -> tuple[Any, Path]:
    """A newspaper after a calm run, and the run's ledger."""
    sample = make_sample(request.getfixturevalue(request.param), 0.01, PRESS)
    secrets_stand_in.point_to(sample)
    workload = run_workload(PRESS, sessions=2, rate=400)
    workload.acknowledge(400)
    assert workload.stop() == 0
    return sample, workload.ledger


@pytest.mark.parametrize(("statements", "expected"), SABOTAGE.values(), ids=SABOTAGE.keys())
def test_sabotage_is_seen(finished: tuple[Any, Path], statements: tuple[str, ...], expected: dict[str, Any]) -> None:
    sample, ledger = finished
    assert sample.judge(ledger)["verdict"] == "kept"
    assert sample.execute(*statements) >= 1
    verdict = sample.judge(ledger)
    assert verdict["verdict"] == "broken"
    assert {key: verdict[key] for key in expected} == expected, verdict["contradictions"]


@pytest.mark.parametrize("finished", ["mariadb_server", "mysql_server"], indirect=True)
def test_a_retracted_article_that_came_back_is_a_lost_delete(finished: tuple[Any, Path]) -> None:
    sample, ledger = finished
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    retracted = next(line for line in lines if line.get("effects", {}).get("act") == "retract")
    sample.execute(
        "INSERT INTO articles (id, slug, headline, origin)"
        f" SELECT '{retracted['effects']['subject']}', 'back', 'x', origin FROM activity"
        f" WHERE event_id = '{retracted['id']}'"
    )
    verdict = sample.judge(ledger)
    assert verdict["lost"] == 1
    assert [one["transaction"] for one in verdict["contradictions"]] == [retracted["id"]]
    assert "deleted and is there" in verdict["contradictions"][0]["problem"]
