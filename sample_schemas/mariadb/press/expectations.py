"""What the newspaper's transactions leave behind, and what holds for its database as a whole; on MariaDB and MySQL."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from decimal import Decimal
from typing import Any

from judging.ledger import Transaction
from judging.verdict import Judge, Snapshot

EVENTS = "SELECT cast(event_id AS char), count(*) FROM activity WHERE origin IN %s GROUP BY event_id"
AUTHORS = (
    "SELECT pen_name, cast(joined_on AS char), active, cast(last_login_from AS char) FROM authors WHERE origin IN %s"
)
ARTICLES = (
    "SELECT cast(articles.id AS char), pen_name, slug, slug_key, headline, headline_length, sha2(body, 256), minutes,"
    " state, revision, json_unquote(json_extract(metadata, '$.revision')), cast(published_at AS char)"
    " FROM articles LEFT JOIN authors ON authors.id = author_id WHERE articles.origin IN %s"
)
REVISIONS = (
    "SELECT cast(article_id AS char), article_revisions.revision, article_revisions.headline FROM article_revisions"
    " JOIN articles ON articles.id = article_id WHERE origin IN %s"
)
COMMENTS = (
    "SELECT cast(id AS char), cast(article_id AS char), cast(parent_id AS char), cast(from_address AS char), body"
    " FROM comments WHERE origin IN %s"
)
SUBSCRIPTIONS = (
    "SELECT reader_email, plan, delivery_days, price, cast(starts_on AS char), version FROM subscriptions"
    " WHERE origin IN %s"
)

WRONG_COUNTS = """
SELECT concat('article ', articles.id), concat(coalesce(written.times, 0), ' comments'),
       concat(articles.comment_count, ' comments')
FROM articles
LEFT JOIN (SELECT article_id, count(*) AS times FROM comments GROUP BY article_id) AS written
     ON written.article_id = articles.id
WHERE articles.comment_count <> coalesce(written.times, 0)
"""
WRONG_REVISIONS = """
SELECT concat('article ', articles.id), concat(articles.revision - 1, ' revisions kept'),
       concat(coalesce(kept.times, 0), ' revisions kept')
FROM articles
LEFT JOIN (SELECT article_id, count(*) AS times FROM article_revisions GROUP BY article_id) AS kept
     ON kept.article_id = articles.id
WHERE articles.revision - 1 <> coalesce(kept.times, 0)
"""


def _orphans(child: str, column: str, parent: str, key: str = "id") -> str:
    return f"""
SELECT concat('{child} with {column} ', min(child.{column})), 'a row of {parent}', concat(count(*), ' without')
FROM {child} AS child LEFT JOIN {parent} AS parent ON parent.{key} = child.{column}
WHERE child.{column} IS NOT NULL AND parent.{key} IS NULL HAVING count(*) > 0
"""


BROKEN = (
    WRONG_COUNTS,
    WRONG_REVISIONS,
    _orphans("articles", "author_id", "authors"),
    _orphans("articles", "issue_id", "issues"),
    _orphans("article_revisions", "article_id", "articles"),
    _orphans("comments", "article_id", "articles"),
    _orphans("comments", "parent_id", "comments"),
    _orphans("invoices", "reader_email", "subscriptions", "reader_email"),
)


def examine(judge: Judge, snapshot: Snapshot) -> None:
    judge.latest("author", _expected_authors(judge), _by_key(snapshot, AUTHORS))
    judge.latest("article", _expected_articles(judge), _by_key(snapshot, ARTICLES))
    judge.once("revision", _expected_revisions(judge), _found_revisions(snapshot))
    judge.latest("comment", _expected_comments(judge), _by_key(snapshot, COMMENTS))
    judge.latest("subscription", _expected_subscriptions(judge), _by_key(snapshot, SUBSCRIPTIONS))


def _by_key(snapshot: Snapshot, text: str) -> Iterator[tuple[str, Hashable]]:
    for key, *state in snapshot.of_runs(text):
        yield key, tuple(state)


def _expected_authors(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    for work in judge.of("author"):
        effects = work.effects
        gone = effects["act"] == "leave"
        yield effects["subject"], None if gone else ("2026-11-01", 1, effects["address"]), work


def _expected_articles(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    """Articles of an author who left are nobody's."""
    known: dict[str, dict[str, Any]] = {}
    for work in judge.of("article", "author"):
        effects, key = work.effects, work.effects["subject"]
        if work.kind == "author":
            for article, facts in known.items():
                if effects["act"] == "leave" and facts["author"] == key:
                    facts["author"] = None
                    yield article, _article(facts), work
        elif effects["act"] == "retract":
            known.pop(key, None)
            yield key, None, work
        else:
            known[key] = {"published_at": None, **known.get(key, {}), **effects}
            yield key, _article(known[key]), work


def _article(facts: dict[str, Any]) -> Hashable:
    return (
        facts["author"],
        facts["slug"],
        facts["slug"].lower(),
        facts["headline"],
        len(facts["headline"]),
        facts["body"],
        facts["minutes"],
        facts["state"],
        facts["revision"],
        str(facts["revision"]),
        facts["published_at"],
    )


def _expected_revisions(judge: Judge) -> Iterator[tuple[Hashable, Transaction]]:
    """Those of an article that was retracted are gone with it."""
    kept: dict[str, list[tuple[Hashable, Transaction]]] = {}
    headlines: dict[str, str] = {}
    for work in judge.of("article"):
        effects, key = work.effects, work.effects["subject"]
        headlines[key] = effects.get("headline", headlines.get(key, ""))
        if effects["act"] == "retract":
            kept.pop(key, None)
        elif effects["act"] != "write":
            kept.setdefault(key, []).append(((key, effects["revision"], headlines[key]), work))
    for revisions in kept.values():
        yield from revisions


def _found_revisions(snapshot: Snapshot) -> Iterator[tuple[str, Hashable]]:
    for article, revision, headline in snapshot.of_runs(REVISIONS):
        yield f"{article} revision {revision}", (article, revision, headline)


def _expected_comments(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    """Gone with their article; an answer to a comment that was removed stays, and answers nothing."""
    there: dict[str, list[Any]] = {}
    for work in judge.of("comment", "article"):
        effects, key = work.effects, work.effects["subject"]
        if work.kind == "article":
            about = [comment for comment, facts in there.items() if facts[0] == key]
            for comment in about if effects["act"] == "retract" else ():
                del there[comment]
                yield comment, None, work
        elif effects["act"] == "write":
            there[key] = [effects["article"], effects["parent"], effects["address"], effects["body"]]
            yield key, tuple(there[key]), work
        else:
            there.pop(key, None)
            yield key, None, work
            for answer, facts in there.items():
                if facts[1] == key:
                    facts[1] = None
                    yield answer, tuple(facts), work


def _expected_subscriptions(judge: Judge) -> Iterator[tuple[str, Hashable | None, Transaction]]:
    for work in judge.of("subscription"):
        effects = work.effects
        state = None
        if effects["act"] == "subscribe":
            price = Decimal(effects["price"])
            state = (effects["plan"], effects["days"], price, "2026-12-01", effects["version"])
        yield effects["subject"], state, work
