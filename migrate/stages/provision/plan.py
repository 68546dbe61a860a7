"""The stage's plans. No side effects."""

from __future__ import annotations

import json
from dataclasses import asdict

from migrate.model.json import Facts
from migrate.model.plan import Plan
from migrate.stages.provision.steps import ApplyStack, DeleteStack, VerifyCluster
from migrate.stages.provision.world import ProvisionRequest, ProvisionWorld

VERIFY = VerifyCluster.name
"""Its facts are the cluster."""


def plan(request: ProvisionRequest) -> Plan[ProvisionWorld]:
    """Bring the stack to the template and verify the cluster."""
    stack = request.spec.stack
    steps = (ApplyStack(stack=stack), VerifyCluster(stack=stack))
    return Plan(stage="provision", run=request.run, request=_body(request), steps=steps)


def adopt(request: ProvisionRequest) -> Plan[ProvisionWorld]:
    """Take a cluster that was there before: it is verified, and nothing else."""
    steps = (VerifyCluster(stack=request.spec.stack),)
    return Plan(stage="provision", run=request.run, request=_body(request), steps=steps)


def destroy(request: ProvisionRequest) -> Plan[ProvisionWorld]:
    """Delete the stack; refused by AWS while deletion protection is on."""
    return Plan(
        stage="provision destroy",
        run=request.run,
        request=_body(request),
        steps=(DeleteStack(stack=request.spec.stack),),
    )


def _body(request: ProvisionRequest) -> Facts:
    spec = asdict(request.spec) | {"engine": request.spec.engine.value, "version": str(request.spec.version)}
    body: Facts = json.loads(
        json.dumps({"spec": spec, "template": request.template_digest, "permitted": request.permitted})
    )
    return body
