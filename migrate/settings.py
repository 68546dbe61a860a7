"""migration.toml as typed settings. Unknown keys and wrong types are errors; secrets are references, never values."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from checks.fit.facts import Hosting, Need
from checks.route import TARGET_OF, Engine
from migrate.errors import UsageError
from migrate.model.cutover import Limits, Policy
from migrate.model.database import Tls
from migrate.model.handover import SECRET
from migrate.model.replication import Compute
from migrate.model.task_settings import complaint, flattened
from migrate.section import SecretReference, Section
from migrate.switch_section import SwitchSection
from migrate.target_settings import TargetSection
from migrate.task_section import TaskSection

NAME = r"^[a-z](?:-?[a-z0-9]){0,29}$"
LONGEST_NAMES = 48
"""Of a migration and one of its tasks together: PostgreSQL takes 63 characters for `am_<migration>_<task>_reverse_99`
(operations/names.py), and the first slot of that name is made within a cutover."""


class MigrationSection(Section):
    name: str = Field(pattern=NAME)
    state: str = "sqlite:///.aurora-migrate/state.db"


class SourceSection(Section):
    engine: Engine
    host: str
    port: int = Field(ge=1, le=65535)
    database: str
    user: str
    password: SecretReference = "env:AURORA_MIGRATE_SOURCE_PASSWORD"
    tls: Tls = Tls.VERIFY_FULL
    ca_file: str | None = None
    schemas: tuple[str, ...] = ()
    time_zone: str = Field(default="UTC", min_length=1)


class AwsSection(Section):
    region: str
    profile: str | None = None
    endpoint_url: str | None = None
    poll_seconds: float = Field(default=15.0, gt=0, le=300)


CAPACITY_UNITS = (1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384)
"""The sizes of DMS Serverless in DCU (DMS API reference, ComputeConfig)."""


class ReplicationSection(Section):
    compute: Compute = Compute.INSTANCE
    minimum_capacity: int | None = None
    maximum_capacity: int = 16
    instance_class: str = "dms.r6i.large"
    engine_version: str = Field(default="", pattern=r"^(\d+\.\d+\.\d+)?$")
    """Empty: the newest that is offered for the class."""
    allocated_storage_gb: int = Field(default=100, ge=5, le=6144)
    multi_az: bool = False
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    secret_access_role_arn: str = ""
    capture_user: str = "aurora_migrate_capture"
    feed_user: str = "aurora_migrate_feed"
    full_load_subtasks: int = Field(default=8, ge=1, le=49)
    premigration_assessment: bool | None = None
    """None: where a bucket is named."""
    premigration_bucket: str = ""
    premigration_role_arn: str = ""
    premigration_exclude: tuple[str, ...] = ()

    @property
    def assesses(self) -> bool:
        """Whether DMS shall assess the task before the load."""
        return bool(self.premigration_bucket) if self.premigration_assessment is None else self.premigration_assessment

    task_settings: dict[str, Any] = {}
    accepted_differences: tuple[str, ...] = ()
    """Objects of the schema that may differ on both sides, as patterns: `event trigger *`."""

    @field_validator("minimum_capacity", "maximum_capacity")
    @classmethod
    def _legal_capacity(cls, units: int | None) -> int | None:
        if units is not None and units not in CAPACITY_UNITS:
            raise ValueError(f"DMS Serverless has {', '.join(map(str, CAPACITY_UNITS))} DCU, not {units}")
        return units

    @model_validator(mode="after")
    def _capacity_in_order(self) -> ReplicationSection:
        if self.minimum_capacity is not None and self.minimum_capacity > self.maximum_capacity:
            raise ValueError("minimum_capacity must not exceed maximum_capacity")
        return self

    @model_validator(mode="after")
    def _assessed_on_an_instance(self) -> ReplicationSection:
        if self.assesses and self.compute is Compute.SERVERLESS:
            raise ValueError(
                'premigration_assessment is for compute = "instance": a serverless replication can only be assessed'
                " by DMS in the course of its own start"
            )
        return self

    @field_validator("task_settings")
    @classmethod
    def _settings_that_hold(cls, sections: dict[str, Any]) -> dict[str, Any]:
        if problem := complaint(flattened(sections)):
            raise ValueError(problem)
        return sections


class ApplicationSection(Section):
    secret: str
    friends: tuple[str, ...] = ()
    """Login roles that may stay connected through a freeze, e.g. a monitoring agent that only reads."""
    known_logins: tuple[str, ...] = ()
    """Login roles beside the application's that a cutover fences too, and whose owners know of it."""


class CutoverSection(Section):
    approvals: int = Field(default=1, ge=1, le=10)
    approver_roles: tuple[str, ...] = ()
    change_windows: tuple[str, ...] = ()
    runbooks: str = ""
    owners: dict[Literal["database", "aws", "application", "lead"], str] = {}

    @field_validator("change_windows")
    @classmethod
    def _two_moments(cls, windows: tuple[str, ...]) -> tuple[str, ...]:
        for window in windows:
            first, _, last = window.partition("/")
            try:
                ordered = datetime.fromisoformat(first) < datetime.fromisoformat(last)
            except (ValueError, TypeError):
                raise ValueError(f"{window!r} is not like 2026-11-28T01:00/2026-11-28T05:00, in UTC") from None
            if not ordered:
                raise ValueError(f"{window!r} ends before it begins")
        return windows

    @model_validator(mode="after")
    def _enough_people(self) -> CutoverSection:
        if len(set(self.approver_roles)) > self.approvals:
            raise ValueError(f"{len(set(self.approver_roles))} roles must approve, but approvals is {self.approvals}")
        return self


class ValidationSection(Section):
    rows_per_chunk: int = Field(default=10_000, ge=100)
    workers: int = Field(default=4, ge=1, le=64)
    statement_seconds: float = Field(default=2.0, gt=0, le=600)
    most_differences: int = Field(default=1_000, ge=1, le=100_000)
    brake: bool = True
    active_sessions: int = Field(default=32, ge=0)
    longest_seconds: float | None = Field(default=None, gt=0)
    lag_seconds: float = Field(default=30.0, gt=0)


class LimitsSection(Section):
    lag_seconds: float = Field(default=5.0, gt=0)
    transaction_seconds: float = Field(default=60.0, gt=0)
    long_transactions: Policy = "refuse"
    transaction_wait_seconds: float = Field(default=600.0, gt=0)
    freeze_budget_seconds: float = Field(default=60.0, gt=0)
    validation_hours: float = Field(default=24.0, gt=0)
    reverse_window_hours: float = Field(default=24.0, gt=0)
    approval_hours: float = Field(default=8.0, gt=0)
    delta_bytes: int = Field(default=256 * 1024 * 1024, ge=1)
    delta_keys: int = Field(default=200_000, ge=1)
    sequence_headroom: int = Field(default=50_000, ge=1)
    source_log_gb: float | None = Field(default=None, gt=0)

    @property
    def gates(self) -> Limits:
        return Limits(
            lag_seconds=self.lag_seconds,
            transaction_seconds=self.transaction_seconds,
            long_transactions=self.long_transactions,
            transaction_wait_seconds=self.transaction_wait_seconds,
            freeze_budget_seconds=self.freeze_budget_seconds,
            validation_hours=self.validation_hours,
            reverse_window_hours=self.reverse_window_hours,
            delta_bytes=self.delta_bytes,
            delta_keys=self.delta_keys,
        )


class FitSection(Section):
    downtime_minutes: float | None = Field(default=None, ge=0)
    way_back: bool | None = None
    hosting: Hosting | None = None
    needs: tuple[Need, ...] = ()


class AssessSection(Section):
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rates: dict[str, tuple[float, float]] = {}
    """Hours for the first finding and for each further one, by prefix of a rule's code, or by severity."""
    fit: FitSection = FitSection()

    @field_validator("rates")
    @classmethod
    def _no_negative_hours(cls, rates: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        if any(hours < 0 for pair in rates.values() for hours in pair):
            raise ValueError("hours must not be negative")
        return rates


class ReportSection(Section):
    owners: dict[str, str] = {}
    """Who sees to what stands in the way, by prefix of a rule's code, by stage, or by gate."""
    rehearsals: str = "rehearsal"
    """Folder with the kept reports of rehearsals."""


class RehearsalSection(Section):
    environment: str = Field(default="", pattern=r"^([A-Za-z][A-Za-z0-9_-]{0,62})?$")
    pause_seconds: float = Field(default=30.0, ge=0, le=86_400)


class NotificationsSection(Section):
    sns_topic_arn: str = Field(default="", pattern=r"^(arn:aws[a-z-]*:sns:[^:]+:\d{12}:.+)?$")
    webhook: SecretReference | None = None


class WaiverSection(Section):
    code: str
    object: str = "*"
    owner: str
    reason: str
    expires: date


class Settings(Section):
    """The whole file. `home` is the folder it lies in; relative paths in it are meant from there."""

    migration: MigrationSection
    source: SourceSection
    target: TargetSection
    aws: AwsSection
    replication: ReplicationSection = ReplicationSection()
    tasks: tuple[TaskSection, ...] = (TaskSection(name="main"),)
    roles: dict[str, str] = {}
    """What roles of the source (MySQL: users) are called on the target; empty: left out."""
    application: ApplicationSection
    switch: SwitchSection | None = None
    """None: the application's secret is what is switched."""
    validation: ValidationSection = ValidationSection()
    limits: LimitsSection = LimitsSection()
    cutover: CutoverSection = CutoverSection()
    notifications: NotificationsSection = NotificationsSection()
    assess: AssessSection = AssessSection()
    report: ReportSection = ReportSection()
    rehearsal: RehearsalSection = RehearsalSection()
    waivers: tuple[WaiverSection, ...] = ()
    home: Path = Field(default=Path(), exclude=True)

    @field_validator("tasks")
    @classmethod
    def _named_apart(cls, tasks: tuple[TaskSection, ...]) -> tuple[TaskSection, ...]:
        if not tasks:
            raise ValueError("at least one [[tasks]] is needed; leave it out for one task of every table")
        names = [task.name for task in tasks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two [[tasks]] are called {twice[0]}")
        return tasks

    @field_validator("roles")
    @classmethod
    def _one_for_each(cls, roles: dict[str, str]) -> dict[str, str]:
        there = [name for name in roles.values() if name]
        if twice := sorted({name for name in there if there.count(name) > 1}):
            raise ValueError(
                f"two roles would be {twice[0]} on the target, and each have the other's rights: leave one out"
                ' (role = "") and grant on the target what it is to have'
            )
        return roles

    @model_validator(mode="after")
    def _engines_fit(self) -> Settings:
        fitting = TARGET_OF[self.source.engine]
        if self.target.engine is not fitting:
            raise ValueError(f"{self.source.engine.value} goes to {fitting.value}, not to {self.target.engine.value}")
        return self

    @model_validator(mode="after")
    def _slots_can_be_named(self) -> Settings:
        longest = max((task.name for task in self.tasks), key=len)
        together = len(self.migration.name) + len(longest)
        if self.source.engine is Engine.POSTGRES and together > LONGEST_NAMES:
            raise ValueError(
                f"migration.name and the task's name {longest} have {together} characters together; PostgreSQL's slots"
                f" carry both, and leave room for {LONGEST_NAMES}: choose shorter ones"
            )
        return self

    @property
    def switched(self) -> str:
        """What a handover moves, as it completes `the application's …`."""
        return self.switch.what if self.switch else SECRET

    @property
    def gate_limits(self) -> Limits:
        cutover = self.cutover
        return replace(
            self.limits.gates,
            approvals=cutover.approvals,
            approver_roles=cutover.approver_roles,
            change_windows=cutover.change_windows,
        )

    def path(self, text: str) -> Path:
        return self.home / text


def load(path: Path) -> Settings:
    """Read and check `path`. Raises UsageError that names the key and what is wrong with it, in one line."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"there is no {path}", code="CFG-001", hint="Write one with: aurora-migrate init, or name it with -c FILE"
        ) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"{path} cannot be read: {problem}", code="CFG-002", hint="Check the path and its rights."
        ) from None
    except tomllib.TOMLDecodeError as problem:
        raise UsageError(f"{path} is not TOML: {problem}", code="CFG-003", hint="Mend the line it names.") from None
    if "home" in document:
        raise UsageError(f"{path}: home: unknown key", code="CFG-004", hint="Remove it.")
    try:
        return Settings.model_validate({**document, "home": path.resolve().parent})
    except ValidationError as problem:
        raise UsageError(
            f"{path}: {_first(problem)}", code="CFG-004", hint="See docs/reference/migration-toml.md for every key."
        ) from None


def _first(problem: ValidationError) -> str:
    """Key and complaint of every error, without the values: a value may be a secret put in the wrong place."""
    complaints = []
    for error in problem.errors(include_url=False, include_input=False, include_context=False):
        if error["type"] == "default_factory_not_called":
            continue  # what it would have been made from is complained of already
        key = ".".join(str(part) for part in error["loc"]) or "file"
        text = "unknown key" if error["type"] == "extra_forbidden" else error["msg"].removeprefix("Value error, ")
        complaints.append(f"{key}: {text}")
    return "; ".join(complaints)
