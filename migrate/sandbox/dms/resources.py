"""What the service keeps: one mutable record per resource. Passwords stay out of every text form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrate.sandbox.dms.engines import ENGINES, Engine

BUSY = frozenset({"starting", "running", "stopping"})


@dataclass
class SubnetGroup:
    """A replication subnet group; `subnets` are (subnet id, availability zone)."""

    identifier: str
    arn: str
    description: str
    vpc_id: str
    subnets: tuple[tuple[str, str], ...]


@dataclass
class Instance:
    """A replication instance. `definition` is what create and modify said."""

    identifier: str
    arn: str
    status: str
    created: float
    definition: dict[str, Any]
    subnet_group: SubnetGroup | None

    @property
    def instance_class(self) -> str:
        return str(self.definition["ReplicationInstanceClass"])


@dataclass
class Endpoint:
    """A source or target. `definition` is what create and modify said, the password included."""

    identifier: str
    arn: str
    status: str
    definition: dict[str, Any] = field(repr=False)

    @property
    def type(self) -> str:
        """`source` or `target`."""
        return str(self.definition["EndpointType"])

    @property
    def engine_name(self) -> str:
        return str(self.definition["EngineName"])

    @property
    def engine(self) -> Engine:
        return ENGINES[self.engine_name]

    @property
    def settings(self) -> dict[str, Any]:
        """The engine's own settings (PostgreSQLSettings …)."""
        return self.definition.get(self.engine.settings_member) or {}

    def get(self, member: str, default: Any = None) -> Any:
        """A member given at the top or inside the engine's settings: the service takes either."""
        return self.definition.get(member, self.settings.get(member, default))


@dataclass
class Connection:
    """The result of testing one endpoint from one instance."""

    instance_arn: str
    instance_identifier: str
    endpoint_arn: str
    endpoint_identifier: str
    status: str = "testing"
    failure: str = ""


@dataclass
class Certificate:
    """An imported PEM, kept in a file for the drivers."""

    identifier: str
    arn: str
    created: float
    pem: str
    file: str
    valid_from: float
    valid_to: float
    algorithm: str
    key_bits: int


@dataclass
class TableStatistics:
    """One table of a task; times are epoch seconds.

    `counts` are by the names of the response, `carried` what they were when the present worker was started.
    """

    schema: str
    table: str
    state: str = "Before load"
    counts: dict[str, int] = field(default_factory=dict)
    carried: dict[str, int] = field(default_factory=dict)
    full_load_start: float | None = None
    full_load_end: float | None = None
    reloaded: bool = False
    validation: dict[str, Any] = field(default_factory=dict)
    updated: float = 0.0


@dataclass
class TaskProgress:
    """ReplicationTaskStats (dms.md §7); times are epoch seconds, None until they happened."""

    percent: int = 0
    loaded: int = 0
    loading: int = 0
    queued: int = 0
    errored: int = 0
    fresh_start: float | None = None
    start: float | None = None
    stop: float | None = None
    full_load_start: float | None = None
    full_load_finish: float | None = None


@dataclass(kw_only=True)
class Job:
    """What a worker runs: `settings` is the complete document, `mappings` the text as it was given."""

    identifier: str
    arn: str
    source_arn: str
    target_arn: str
    migration_type: str
    mappings: str
    settings: dict[str, Any]
    status: str
    created: float
    start_position: str | None = None
    stop_position: str | None = None
    stop_reason: str = ""
    failure: str = ""
    checkpoint: str | None = None
    progress: TaskProgress = field(default_factory=TaskProgress)
    tables: dict[tuple[str, str], TableStatistics] = field(default_factory=dict)

    @property
    def ran_before(self) -> bool:
        """Whether it was ever started."""
        return self.progress.start is not None

    @property
    def starting(self) -> str:
        """The status shown while its worker starts."""
        return "starting"

    @property
    def busy(self) -> bool:
        """Whether it uses its endpoints, or is about to."""
        return self.status in BUSY


@dataclass(kw_only=True)
class Task(Job):
    """A replication task, which lives on an instance."""

    instance_arn: str
    data: str | None = None
