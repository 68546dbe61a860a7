"""The schema in two parts around the load, and the target closed to applications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from checks.facts import Catalog, ConstraintKind
from migrate.errors import SaysNo
from migrate.events import Noted
from migrate.model.inventory import unexpected
from migrate.model.json import Facts
from migrate.stages.assess.shape import packed, shape
from migrate.stages.replicate.step import ReplicateStep
from migrate.stages.replicate.world import ReplicateWorld
from migrate.stages.schema_diff import schema_diff, told


def _copied(world: ReplicateWorld, section: str) -> Facts:
    """What is not made on the target as it was is told at once, and stays in the journal."""
    changed = world.target.schema.load(world.source.schema.dump(world.request.schemas, section, world.request.roles))
    for line in changed:
        world.emit(Noted(line, warning=True))
    return {"changed": list(changed)}


def _made(world: ReplicateWorld, part: Callable[[Catalog], set[tuple[str, str]]]) -> bool:
    """Whether an earlier attempt was through, as far as `part` tells: without any of it nothing does, and where DDL
    cannot be taken back it tells nothing of what comes after it."""
    wanted, there = (part(side.catalog(world.request.schemas)) for side in (world.source, world.target))
    return world.target.schema.all_or_nothing and bool(wanted) and there >= wanted


@dataclass(frozen=True)
class RequireEmptyTarget(ReplicateStep):
    """Rows that are there already would be mixed with the source's, and no proof could tell them apart."""

    name: ClassVar[str] = "target/require-empty"

    @property
    def title(self) -> str:
        return "require that the target holds no rows"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        filled = world.target.schema.nonempty(world.request.tables)
        if filled:
            raise SaysNo(
                f"the target is not empty: {', '.join(str(table) for table in filled[:5])} hold rows",
                code="REP-001",
                hint="Empty or drop these tables on the target, or name another target database.",
            )
        return {}


@dataclass(frozen=True)
class RequireFittingTarget(ReplicateStep):
    """A server set otherwise would fail in the middle, or hold something else than the source does."""

    name: ClassVar[str] = "target/require-fitting"

    @property
    def title(self) -> str:
        return "require that the target can hold what the source does"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        found = world.target.schema.misfits(world.source.schema.manner())
        if found:
            raise SaysNo(
                f"the target does not fit the source: {'; '.join(found)}",
                code="REP-006",
                hint="Correct `parameters` under [target] in migration.toml, then: aurora-migrate provision apply",
            )
        return {}


@dataclass(frozen=True)
class CloseTarget(ReplicateStep):
    """From here on no application can reach the target; the cutover opens it with the grants observed here."""

    name: ClassVar[str] = "target/close"

    @property
    def title(self) -> str:
        return "close the target to applications until the cutover"

    def observe(self, world: ReplicateWorld) -> Facts:
        return world.target.fence.record()

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        world.target.fence.close(world.request.target_friends)
        return {}


@dataclass(frozen=True)
class CreateApplicationLogin(ReplicateStep):
    """The same user and password as on the source, hashed on the client; the grants in the dump name the role."""

    name: ClassVar[str] = "target/application-login"

    @property
    def title(self) -> str:
        return "create the application's login on the target"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        credentials = world.traffic.credentials()
        world.target.accounts.ensure_login(credentials)
        return {"user": credentials.user}


@dataclass(frozen=True)
class MakeRoles(ReplicateStep):
    """After DMS's and the application's own, which have passwords: these are made without."""

    name: ClassVar[str] = "schema/roles"

    @property
    def title(self) -> str:
        return "make the roles that the schema names, locked"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        return _copied(world, "roles")


@dataclass(frozen=True)
class CopyTables(ReplicateStep):
    """Without keys and indexes, which would slow the load: they come after it."""

    name: ClassVar[str] = "schema/pre-data"

    @property
    def title(self) -> str:
        return "copy tables, views, routines and what they rest on"

    def done(self, world: ReplicateWorld, before: Facts) -> bool:
        return _made(world, _first_part)

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        return _copied(world, "pre-data")


@dataclass(frozen=True)
class BuildIndexes(ReplicateStep):
    """Keys, indexes and triggers after the load: without keys every change would be a full scan."""

    name: ClassVar[str] = "schema/post-data"
    patient: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return "build keys, indexes and triggers"

    def done(self, world: ReplicateWorld, before: Facts) -> bool:
        return _made(world, _second_part)

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        return _copied(world, "post-data")


@dataclass(frozen=True)
class AddForeignKeys(ReplicateStep):
    """Past the load, for tables arrive one by one: until then a reference may be ahead of its row."""

    name: ClassVar[str] = "schema/foreign-keys"
    patient: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return "add the foreign keys"

    def done(self, world: ReplicateWorld, before: Facts) -> bool:
        return _made(world, _last_part)

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        return _copied(world, "foreign-keys")


@dataclass(frozen=True)
class RestTriggers(ReplicateStep):
    """They fired on the source already: firing again for replicated rows would do their work twice."""

    name: ClassVar[str] = "target/rest-triggers"
    patient: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return "put to rest what would act on the target by itself: triggers, events"

    def observe(self, world: ReplicateWorld) -> Facts:
        return world.target.triggers.firing(world.request.schemas)

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        world.target.triggers.rest(before)
        return {}


@dataclass(frozen=True)
class RequireSameSchema(ReplicateStep):
    """What is missing now would be missed after the cutover, and until then by changes that rest on it."""

    name: ClassVar[str] = "schema/compare"
    patient: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return "require that the target's schema is the source's, in every aspect"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        request = world.request
        found = schema_diff(
            world.source,
            world.target,
            request.schemas,
            friends=request.target_friends,
            resting=world.memory.before(RestTriggers.name),
            accepted=request.accepted_differences,
            roles=request.roles,
        )
        amiss = unexpected(found)
        if amiss:
            raise SaysNo(
                f"the target's schema is not the source's: {told(amiss)}",
                code="REP-080",
                hint="Mend it on the target, or name the objects under accepted_differences in [replication];"
                " `aurora-migrate replicate schema` tells all. Then: aurora-migrate replicate start",
            )
        stored = {str(table): mark for table, mark in world.source.schema.stored(request.tables).items()}
        return {"expected": len(found), "shape": packed(shape(world.source.catalog(request.schemas))), "stored": stored}


@dataclass(frozen=True)
class Analyze(ReplicateStep):
    """Without statistics the first queries after the cutover would be planned blindly."""

    name: ClassVar[str] = "target/analyze"
    patient: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return "analyze the loaded tables"

    def apply(self, world: ReplicateWorld, before: Facts) -> Facts:
        world.target.schema.analyze(world.request.tables)
        return {}


def _first_part(catalog: Catalog) -> set[tuple[str, str]]:
    """What `CopyTables` makes, by kind and name."""
    tables = {("table", str(table.name)) for table in catalog.tables}
    views = {("view", str(view.name)) for view in catalog.views}
    return tables | views | {(one.kind, f"{one.schema}.{one.name}") for one in catalog.routines}


def _second_part(catalog: Catalog) -> set[tuple[str, str]]:
    """What `BuildIndexes` makes, by table and name."""
    keys = {(str(table.name), "primary key") for table in catalog.tables if table.primary_key}
    unique = {(str(table.name), key.name) for table, key in catalog.constraints(ConstraintKind.UNIQUE)}
    indexes = {(str(index.table), index.name) for index in catalog.indexes}
    return keys | unique | indexes | {(str(trigger.table), trigger.name) for trigger in catalog.triggers}


def _last_part(catalog: Catalog) -> set[tuple[str, str]]:
    """What `AddForeignKeys` makes, by table and name."""
    return {(str(table.name), key.name) for table, key in catalog.constraints(ConstraintKind.FOREIGN_KEY)}
