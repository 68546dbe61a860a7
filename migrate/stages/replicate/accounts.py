"""Accounts and markers on both sides."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import ClassVar

from migrate.errors import AwsError
from migrate.model.database import Credentials
from migrate.model.json import Facts
from migrate.stages.replicate.step import ReplicateStep
from migrate.stages.replicate.world import AccountRequest, ReplicateRequest, ReplicateWorld


@dataclass(frozen=True)
class PrepareMarkers(ReplicateStep):
    """Rows written there prove later that changes arrive, where metrics only claim so."""

    name: ClassVar[str] = "markers/prepare"

    @property
    def title(self) -> str:
        return "create the marker tables on both sides"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        for database in (world.source, world.target):
            database.markers.prepare(world.request.markers)
        for task in world.request.tasks:
            world.source.markers.probe(task.forward_marker)
        return {}


@dataclass(frozen=True)
class KeepLogs(ReplicateStep):
    """Both logs: the feed reads the source's, the way back the target's, and the proofs read both."""

    name: ClassVar[str] = "logs/keep"

    @property
    def title(self) -> str:
        return "have both logs kept for long enough"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        for database in (world.source, world.target):
            database.log.keep(world.request.keep_log_hours)
        return {"hours": world.request.keep_log_hours}


@dataclass(frozen=True)
class CreateAccount(ReplicateStep):
    """The password is made here, kept in Secrets Manager first, and never journaled."""

    name: ClassVar[str] = "accounts/create"
    side: str
    user: str

    @property
    def id(self) -> str:
        return f"{self.name}:{self.side}/{self.user}"

    @property
    def title(self) -> str:
        return f"create DMS's login {self.user} on the {self.side}"

    def _asked(self, world: ReplicateWorld) -> AccountRequest:
        return next(a for a in world.request.accounts if (a.side, a.user) == (self.side, self.user))

    def observe(self, world: ReplicateWorld) -> Facts:
        """What was there before is not the migration's to remove."""
        return {"existed": bool(world.side(self.side).leftovers.logins([self.user]))}

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        asked = self._asked(world)
        password = ""
        try:
            password = world.secrets.read(asked.secret).get("password", "")
        except AwsError as problem:
            if problem.retryable or not problem.code.endswith("ResourceNotFoundException"):
                raise
        password = password or secrets.token_urlsafe(24)
        value = {"username": asked.user, "password": password, "host": asked.host, "port": str(asked.port)}
        world.secrets.ensure(asked.secret, {**value, "dbname": asked.database})
        database = world.side(self.side)
        database.accounts.ensure_login(Credentials(asked.user, password), replication=asked.replication)
        return {"secret": asked.secret}

    @classmethod
    def build(cls, request: ReplicateRequest) -> tuple[ReplicateStep, ...]:
        return tuple(cls(side=account.side, user=account.user) for account in request.accounts)


@dataclass(frozen=True)
class GrantAccounts(ReplicateStep):
    """After the tables exist on both sides."""

    name: ClassVar[str] = "accounts/grant"

    @property
    def title(self) -> str:
        return "let DMS's logins read and write the tables on both sides"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        for account in world.request.accounts:
            world.side(account.side).accounts.grant_feed(account.user, world.request.schemas)
        return {}
