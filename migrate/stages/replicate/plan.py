"""The stage's plan: the order of its steps. No side effects."""

from __future__ import annotations

import json
from dataclasses import asdict

from migrate.model.plan import Plan
from migrate.stages.replicate import accounts, load, schema
from migrate.stages.replicate.step import ReplicateStep
from migrate.stages.replicate.world import ReplicateRequest, ReplicateWorld

CLOSE_TARGET = schema.CloseTarget.name
REST_TRIGGERS = schema.RestTriggers.name
NOTE_SLOT = load.NoteSlot.name

ORDER: tuple[type[ReplicateStep], ...] = (
    schema.RequireEmptyTarget,
    accounts.PrepareMarkers,
    accounts.CreateAccount,
    schema.CloseTarget,
    schema.CreateApplicationLogin,
    schema.CopyTables,
    accounts.GrantAccounts,
    load.CreateInstance,
    load.CreateEndpoints,
    load.CreateTask,
    load.FullLoad,
    load.NoteSlot,
    schema.BuildIndexes,
    schema.RestTriggers,
    schema.Analyze,
    load.FollowChanges,
    load.ProveArrival,
    load.PauseForKeys,
    schema.AddForeignKeys,
    load.FollowOn,
    load.ProveFollowing,
)


def plan(request: ReplicateRequest) -> Plan[ReplicateWorld]:
    steps = tuple(step for kind in ORDER for step in kind.build(request))
    body = json.loads(json.dumps(asdict(request)))
    return Plan(stage="replicate", run=request.run, request=body, steps=steps)
