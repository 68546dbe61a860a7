"""DMS, Secrets Manager and RDS of the world."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from migrate.errors import AwsError
from migrate.model.database import Side
from migrate.model.replication import (
    EndpointSpec,
    ReplicationTask,
    TableState,
    TableStatistics,
    TaskSpec,
)
from migrate.model.upkeep import Upkeep
from tests.protocol.world import TABLE, Task, Trouble, World

SECRET = "shop/app"
Guard = Callable[[], None]
PLACES = {Side.SOURCE: ("old.example.com", 5432), Side.TARGET: ("new.example.com", 5433)}


def _gone(what: str) -> AwsError:
    return AwsError(f"{what}: AWS does not answer", code="AWS-EndpointConnectionError")


@dataclass
class MemoryTasks:
    """As much of `ports.cloud.Tasks` as a handover asks for."""

    world: World
    guard: Guard

    @contextmanager
    def _act(self, what: str) -> Iterator[None]:
        """AWS cannot be told of a number: the lease is looked at before a request is sent, and no more."""
        self.guard()
        with self.world.act(what, _gone):
            yield

    def ensure_instance(self, *, for_positions: bool = False) -> None:
        """It is there."""

    def ensure_endpoint(self, spec: EndpointSpec) -> None:
        with self._act(f"make endpoint {spec.identifier}"):
            self.world.endpoints.add(spec.identifier)

    def ensure_task(self, spec: TaskSpec) -> None:
        """Whoever reads is told by the endpoint's name: the direction is that of the feed that ends."""
        assert spec.start_position is not None
        assert {spec.source_endpoint, spec.target_endpoint} <= self.world.endpoints, "endpoints come first"
        reads = Side.TARGET if "-reverse-" in spec.identifier else Side.SOURCE
        with self._act(f"make task {spec.identifier}"):
            start = int(spec.start_position)
            made = Task(spec.identifier, reads, spec.marker_table.name, start, bool(spec.tables), checkpoint=start)
            self.world.tasks.setdefault(spec.identifier, made)

    def start(self, identifier: str) -> None:
        self.run(identifier)

    def run(self, identifier: str) -> None:
        with self._act(f"run task {identifier}"):
            task = self.world.tasks.get(identifier)
            if task is None:
                raise _gone(f"run {identifier}, which is not there")
            if task.status != "running":
                task.at, task.status = task.checkpoint, "running"

    def stop(self, identifier: str) -> None:
        with self._act(f"stop task {identifier}"):
            if identifier in self.world.tasks:
                self.world.tasks[identifier].status = "stopped"

    def describe(self, identifier: str) -> ReplicationTask | None:
        task = self.world.tasks.get(identifier)
        if task is None:
            return None
        tables = (TableStatistics(table=TABLE, state=TableState.COMPLETED),)
        return ReplicationTask(identifier=identifier, arn=identifier, status=task.status, tables=tables)

    def delete_task(self, identifier: str) -> None:
        with self._act(f"delete task {identifier}"):
            self.world.tasks.pop(identifier, None)

    def delete_endpoints(self, identifiers: Iterable[str]) -> None:
        with self._act("delete endpoints"):
            self.world.endpoints -= set(identifiers)

    def standing(self, identifier: str) -> str | None:
        return None if self.unresolved([identifier]) else "stopped"

    def unresolved(self, identifiers: Sequence[str]) -> list[str]:
        return [
            one
            for one in identifiers
            if one in self.world.tasks and self.world.tasks[one].status not in ("stopped", "failed")
        ]


@dataclass
class MemorySecretsManager:
    """The client that `aws.traffic.SecretTraffic` speaks to: versions, labels, compare-and-set, lost answers."""

    world: World
    values: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    """Version by label."""

    def __post_init__(self) -> None:
        host, port = PLACES[Side.SOURCE]
        value = {"username": "app", "password": "p", "host": host, "port": port, "dbname": "shop"}
        self.values["v0"] = json.dumps(value)
        self.stages["AWSCURRENT"] = "v0"
        self.world.current = self.owner

    def guarded(self, guard: Guard) -> GuardedSecrets:
        """As one process sees it."""
        return GuardedSecrets(self, guard)

    def owner(self) -> Side:
        host = json.loads(self.values[self.stages["AWSCURRENT"]])["host"]
        return next(side for side, (name, _) in PLACES.items() if name == host)

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        self.world.moment("secret: read which version is which")
        found: dict[str, list[str]] = {}
        for label, version in self.stages.items():
            found.setdefault(version, []).append(label)
        return {"VersionIdsToStages": found}

    def get_secret_value(self, SecretId: str, VersionId: str = "") -> dict[str, str]:
        return {"SecretString": self.values[VersionId or self.stages["AWSCURRENT"]]}

    def put_secret_value(self, SecretId: str, SecretString: str, VersionStages: list[str]) -> dict[str, str]:
        version = f"v{len(self.values)}"

        def put() -> None:
            self.values[version] = SecretString
            for label in VersionStages:
                self.stages[label] = version

        self._asked(f"put a version labelled {VersionStages[0]}", put)
        return {"VersionId": version}

    def update_secret_version_stage(
        self,
        SecretId: str,
        VersionStage: str,
        RemoveFromVersionId: str = "",
        MoveToVersionId: str = "",
    ) -> dict[str, str]:
        def move() -> None:
            if self.stages.get(VersionStage, "") != RemoveFromVersionId:
                raise _answered("InvalidParameterException", 400)
            if MoveToVersionId:
                self.stages[VersionStage] = MoveToVersionId
            else:
                del self.stages[VersionStage]

        self._asked(f"move {VersionStage}", move)
        return {}

    def _asked(self, what: str, effect: Callable[[], None]) -> None:
        """A request: a lost answer is a time-out, one that is late takes effect after it."""
        late = self.world.trouble in ((Trouble.LATE, 0), (Trouble.LATE, f"secret: {what}"))

        def refusal(_: str) -> Exception:
            return ReadTimeoutError(endpoint_url="https://secretsmanager")

        with self.world.act(f"secret: {what}", refusal):  # type: ignore[arg-type]
            if late:
                self.world.late.append(_forgiving(effect))
            else:
                effect()


@dataclass(frozen=True)
class GuardedSecrets:
    """Session and client of one process, which looks at its lease before it sends what changes something."""

    secrets: MemorySecretsManager
    guard: Guard

    def client(self, service: str, *, once: bool = False) -> GuardedSecrets:
        assert service == "secretsmanager"
        return self

    def __getattr__(self, call: str) -> Any:
        if not call.startswith(("describe", "get")):
            self.guard()
        return getattr(self.secrets, call)


def _answered(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "UpdateSecretVersionStage")


def _forgiving(effect: Callable[[], None]) -> Callable[[], None]:
    def later() -> None:
        try:
            effect()
        except ClientError:
            """AWS refused it: nobody listens any more."""

    return later


@dataclass
class MemoryUpkeeps:
    world: World
    taken: list[tuple[str, Any]] = field(default_factory=list)

    def read(self, cluster: str) -> Upkeep:
        return Upkeep(maintenance_window="", pending=(), status="available", snapshots=tuple(self.taken))

    def snapshot(self, cluster: str, name: str, on_progress: Callable[[int], None]) -> None:
        with self.world.act("take a snapshot", _gone):
            self.taken.append((name, self.world.clock.now()))
