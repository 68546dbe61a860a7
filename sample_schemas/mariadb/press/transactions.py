"""What the newspaper's sessions do: authors come and go, articles are written and discussed, readers subscribe.

The same statements run on MariaDB and on MySQL. Each transaction has an id that no other has; it writes one row of the
keyless `activity` under that id, so a judge can count how often it happened. A session works on authors, articles and
subscriptions of its own only, so their order is the session's; comments it also writes about the seed's articles.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from application.work import Statement, Transaction, nothing

AUTHORS_KEPT, ARTICLES_KEPT, COMMENTS_KEPT, READERS_KEPT = 12, 40, 60, 40
PLANS = ("daily", "weekend", "digital")
DAYS = ("", "mon,tue,wed,thu,fri,sat", "sat,sun", "sun")
HEADLINES = ("Großes Feuer", "L'été à Paris", "Żółw na drodze", "津波警報 🌊", 'Minister: "nein" \\')

EVENT = "INSERT INTO activity (event_id, kind, subject, origin) VALUES (%s, %s, %s, %s)"
JOIN = "INSERT INTO authors (pen_name, joined_on, last_login_from, origin) VALUES (%s, '2026-11-01', %s, %s)"
LEAVE = "DELETE FROM authors WHERE pen_name = %s"
WRITE = (
    "INSERT INTO articles (id, author_id, issue_id, slug, headline, body, minutes, metadata, origin)"
    " SELECT %s, id, %s, %s, %s, %s, reading_minutes(%s), %s, %s FROM authors WHERE pen_name = %s"
)
REVISE = (
    "UPDATE articles SET headline = %s, body = %s, minutes = reading_minutes(%s), metadata = %s,"
    " revision = revision + 1 WHERE id = %s AND revision = %s"
)
PUBLISH = (
    "UPDATE articles SET state = 'published', published_at = %s, metadata = %s, revision = revision + 1"
    " WHERE id = %s AND revision = %s"
)
RETRACT = "DELETE FROM articles WHERE id = %s AND revision = %s"
COMMENT = "INSERT INTO comments (id, article_id, parent_id, from_address, body, origin) VALUES (%s, %s, %s, %s, %s, %s)"
REMOVE = "DELETE FROM comments WHERE id = %s"
SUBSCRIBE = (
    "INSERT INTO subscriptions (reader_email, plan, delivery_days, price, starts_on, origin)"
    " VALUES (%s, %s, %s, %s, '2026-12-01', %s)"
    " ON DUPLICATE KEY UPDATE plan = %s, delivery_days = %s, price = %s, version = version + 1"
)
UNSUBSCRIBE = "DELETE FROM subscriptions WHERE reader_email = %s AND version = %s"


@dataclass(frozen=True)
class Surveyed:
    """The seed: issues are numbered from 1, articles are those that are published."""

    issues: int
    articles: tuple[str, ...]


@dataclass(frozen=True)
class _Article:
    id: str
    author: str
    state: str
    revision: int


@dataclass(frozen=True)
class _Comment:
    id: str
    article: str


@dataclass(frozen=True)
class _Reader:
    email: str
    version: int


class Newsroom:
    """Makes up transactions for one session, the same ones for the same seed and answers; see Customer."""

    def __init__(self, run: str, session: int, seed: int, surveyed: Surveyed) -> None:
        self._run, self._session, self._surveyed = run, session, surveyed
        self._random = random.Random(f"{seed}/{session}")
        self._authors: dict[str, str] = {}
        self._articles: dict[str, _Article] = {}
        self._comments: dict[str, _Comment] = {}
        self._readers: dict[str, _Reader] = {}
        self._made = 0

    def next(self) -> Transaction:
        """The next transaction: 6 % authors, 34 % articles, 40 % comments, 20 % subscriptions."""
        dice = self._random.random()
        if not self._authors or dice < 0.06:
            return self._author()
        if dice < 0.40:
            return self._article()
        return self._comment() if dice < 0.80 else self._subscription()

    def _id(self) -> str:
        # Unique across runs with the same seed, too: a second run against the same database is another application.
        return str(uuid.uuid4())

    def _name(self, what: str) -> str:
        self._made += 1
        return f"{what}-{self._run}-{self._session:02d}-{self._made:05d}"

    def _address(self) -> str:
        """As MariaDB writes it, which MySQL keeps as it is given."""
        return str(ipaddress.IPv6Address(0x20010DB8 << 96 | self._random.getrandbits(self._random.choice((8, 60)))))

    def _text(self) -> str:
        line = f'{self._random.choice(HEADLINES)}: "{self._random.random()}"\n'
        return line * self._random.choice((1, 20, 200))

    def _metadata(self, revision: int) -> str:
        return json.dumps({"revision": revision, "by": f"session {self._session}", "tags": ["ä", None, 1.5]})

    def _transaction(
        self,
        kind: str,
        effects: dict[str, Any],
        statement: Statement,
        *,
        acknowledged: Callable[[], None] = nothing,
        uncertain: Callable[[], None] = nothing,
    ) -> Transaction:
        key = self._id()
        return Transaction(
            id=key,
            kind=kind,
            effects=effects,
            statements=(statement, Statement(EVENT, (key, kind, effects["subject"], self._run))),
            acknowledged=acknowledged,
            uncertain=uncertain,
        )

    # --- authors -----------------------------------------------------------------------------------------------------

    def _author(self) -> Transaction:
        if len(self._authors) < 2 or (self._random.random() < 0.6 and len(self._authors) < AUTHORS_KEPT):
            name, address = self._name("Łucja"), self._address()
            return self._transaction(
                "author",
                {"act": "join", "subject": name, "address": address},
                Statement(JOIN, (name, address, self._run)),
                acknowledged=lambda: self._authors.update({name: address}),
            )
        name = self._random.choice(list(self._authors))
        return self._transaction(
            "author",
            {"act": "leave", "subject": name},
            Statement(LEAVE, (name,)),
            acknowledged=lambda: self._forget_author(name),
            uncertain=lambda: self._forget_author(name),
        )

    def _forget_author(self, name: str) -> None:
        self._authors.pop(name, None)

    # --- articles ----------------------------------------------------------------------------------------------------

    def _article(self) -> Transaction:
        dice = self._random.random()
        if not self._articles or (dice < 0.35 and len(self._articles) < ARTICLES_KEPT):
            return self._write()
        article = self._articles[self._random.choice(list(self._articles))]
        if article.state == "draft":
            return self._publish(article)
        return self._revise(article) if dice < 0.85 else self._retract(article)

    def _write(self) -> Transaction:
        article = _Article(self._id(), self._random.choice(list(self._authors)), "draft", 1)
        slug, headline, text = self._name("App"), self._random.choice(HEADLINES), self._text()
        issue = self._random.randint(1, self._surveyed.issues)
        values = (article.id, issue, slug, headline, text, text, self._metadata(1), self._run, article.author)
        effects = {"act": "write", "author": article.author, "slug": slug, **_about(headline, text)}
        return self._article_transaction(article, effects, Statement(WRITE, values))

    def _revise(self, before: _Article) -> Transaction:
        after = replace(before, revision=before.revision + 1)
        headline, text = self._random.choice(HEADLINES), self._text()
        values = (headline, text, text, self._metadata(after.revision), before.id, before.revision)
        return self._article_transaction(after, {"act": "revise", **_about(headline, text)}, Statement(REVISE, values))

    def _publish(self, before: _Article) -> Transaction:
        """The body stays: an update that does not touch the wide column."""
        after = replace(before, state="published", revision=before.revision + 1)
        moment = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC) + datetime.timedelta(
            microseconds=self._random.randrange(10**12)
        )
        published_at = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
        values = (published_at, self._metadata(after.revision), before.id, before.revision)
        return self._article_transaction(
            after, {"act": "publish", "published_at": published_at}, Statement(PUBLISH, values)
        )

    def _retract(self, article: _Article) -> Transaction:
        return self._article_transaction(
            replace(article, state="gone"),
            {"act": "retract"},
            Statement(RETRACT, (article.id, article.revision)),
        )

    def _article_transaction(self, after: _Article, effects: dict[str, Any], statement: Statement) -> Transaction:
        def forget() -> None:
            self._articles.pop(after.id, None)
            for key in [key for key, comment in self._comments.items() if comment.article == after.id]:
                del self._comments[key]

        return self._transaction(
            "article",
            {**effects, "subject": after.id, "state": after.state, "revision": after.revision},
            statement,
            acknowledged=forget if after.state == "gone" else lambda: self._articles.update({after.id: after}),
            uncertain=forget,
        )

    # --- comments ----------------------------------------------------------------------------------------------------

    def _comment(self) -> Transaction:
        dice = self._random.random()
        if self._comments and (dice < 0.25 or len(self._comments) >= COMMENTS_KEPT):
            comment = self._comments[self._random.choice(list(self._comments))]
            return self._comment_transaction(
                comment, {"act": "remove"}, Statement(REMOVE, (comment.id,)), acknowledged=self._forget_comment
            )
        if self._comments and dice < 0.55:
            parent = self._comments[self._random.choice(list(self._comments))]
            comment, answered = _Comment(self._id(), parent.article), parent.id
        else:
            own = [article.id for article in self._articles.values() if article.state == "published"]
            about = own if own and dice < 0.85 else self._surveyed.articles
            comment, answered = _Comment(self._id(), self._random.choice(about)), None
        body, address = f"{self._random.choice(HEADLINES)} {self._random.random()}", self._address()
        return self._comment_transaction(
            comment,
            {"act": "write", "article": comment.article, "parent": answered, "address": address, "body": body},
            Statement(COMMENT, (comment.id, comment.article, answered, address, body, self._run)),
            acknowledged=lambda key: self._comments.update({key: comment}),
        )

    def _comment_transaction(
        self, comment: _Comment, effects: dict[str, Any], statement: Statement, *, acknowledged: Callable[[str], None]
    ) -> Transaction:
        return self._transaction(
            "comment",
            {**effects, "subject": comment.id},
            statement,
            acknowledged=lambda: acknowledged(comment.id),
            uncertain=lambda: self._forget_comment(comment.id),
        )

    def _forget_comment(self, key: str) -> None:
        self._comments.pop(key, None)

    # --- subscriptions -----------------------------------------------------------------------------------------------

    def _subscription(self) -> Transaction:
        dice = self._random.random()
        if not self._readers or (dice < 0.35 and len(self._readers) < READERS_KEPT):
            return self._subscribe(_Reader(f"{self._name('Reader')}@Example.org", 1))
        before = self._readers[self._random.choice(list(self._readers))]
        if dice < 0.85:
            return self._subscribe(replace(before, version=before.version + 1))
        return self._subscription_transaction(
            replace(before, version=0), {"act": "end"}, Statement(UNSUBSCRIBE, (before.email, before.version))
        )

    def _subscribe(self, after: _Reader) -> Transaction:
        plan, days = self._random.choice(PLANS), self._random.choice(DAYS)
        price = f"{self._random.randint(500, 4000) / 100:.2f}"
        again = after.version > 1
        # Readers type their address as they like: the key's collation does not mind.
        typed = self._random.choice((after.email, after.email.upper())) if again else after.email
        return self._subscription_transaction(
            after,
            {"act": "subscribe", "plan": plan, "days": days, "price": price},
            # An upsert counts 1 for a new row, 2 for a changed one.
            Statement(SUBSCRIBE, (typed, plan, days, price, self._run, plan, days, price), rows=2 if again else 1),
        )

    def _subscription_transaction(self, after: _Reader, effects: dict[str, Any], statement: Statement) -> Transaction:
        def forget() -> None:
            self._readers.pop(after.email, None)

        return self._transaction(
            "subscription",
            {**effects, "subject": after.email, "version": after.version},
            statement,
            acknowledged=lambda: self._readers.update({after.email: after}) if after.version else forget(),
            uncertain=forget,
        )


def _about(headline: str, text: str) -> dict[str, Any]:
    return {
        "headline": headline,
        "body": hashlib.sha256(text.encode()).hexdigest(),
        "minutes": -(-len(text) // 1000),
    }
