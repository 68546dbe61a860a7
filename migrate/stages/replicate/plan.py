"""The stage's plan: the order of its steps. No side effects."""

from __future__ import annotations

import json
from dataclasses import asdict

from migrate.model.plan import Plan
from migrate.stages.replicate import accounts, load, premigration, quotas, reach, schema
from migrate.stages.replicate.step import ReplicateStep
from migrate.stages.replicate.world import ReplicateRequest, ReplicateWorld

CLOSE_TARGET = schema.CloseTarget.name
REST_TRIGGERS = schema.RestTriggers.name
COMPARE_SCHEMA = schema.RequireSameSchema.name
NOTE_SLOT = load.NoteSlot.name

SET_UP: tuple[type[ReplicateStep], ...] = (
    schema.RequireFittingTarget,
    schema.RequireEmptyTarget,
    quotas.RequireRoom,
    reach.RequireWay,
    accounts.PrepareMarkers,
    accounts.CreateAccount,
    schema.CreateApplicationLogin,
    schema.CloseTarget,
    schema.MakeRoles,
    schema.CopyTables,
    accounts.GrantAccounts,
    load.CreateInstance,
    load.CreateEndpoints,
    load.CreateTask,
    premigration.AssessTask,
)
KEYS_AFTER_CHANGES: tuple[type[ReplicateStep], ...] = (
    schema.BuildIndexes,
    schema.RestTriggers,
    schema.Analyze,
    load.FollowChanges,
    load.ProveArrival,
    load.PauseForKeys,
    schema.AddForeignKeys,
    schema.RequireSameSchema,
    load.FollowOn,
    load.ProveFollowing,
)
"""Tables were loaded at different instants: only past the cached changes is every reference sure to be there."""
KEYS_BEFORE_CHANGES: tuple[type[ReplicateStep], ...] = (
    schema.BuildIndexes,
    schema.AddForeignKeys,
    schema.RestTriggers,
    schema.Analyze,
    schema.RequireSameSchema,
    load.FollowChanges,
    load.ProveArrival,
)
"""Keys are added unchecked: what a cascade did on the source while tables were loaded is done again by the target's."""


def plan(request: ReplicateRequest) -> Plan[ReplicateWorld]:
    kept = () if request.feed_holds_slot else (accounts.KeepLogs,)
    follow = KEYS_BEFORE_CHANGES if request.keys_before_changes else KEYS_AFTER_CHANGES
    steps = (
        *_built(request, *kept, *SET_UP),
        *load.started(request),
        *_built(request, load.FullLoad, *follow),
    )
    body = json.loads(json.dumps(asdict(request)))
    return Plan(stage="replicate", run=request.run, request=body, steps=steps)


def _built(request: ReplicateRequest, *kinds: type[ReplicateStep]) -> tuple[ReplicateStep, ...]:
    return tuple(step for kind in kinds for step in kind.build(request))
