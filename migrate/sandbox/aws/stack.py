"""A stack that is created, changed and deleted step by step, in the background, with CloudFormation's events.

moto 5.2.5 does all of it inside the request, without events for resources and without rolling anything back.
Resources are done one after the other here, where AWS does independent ones at the same time: one of AWS's
possible orders.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from moto.cloudformation.models import Event, Stack
from moto.core.utils import utcnow

from migrate.sandbox.aws.resource_map import ResourceChange, SandboxResourceMap, physical_id
from migrate.sandbox.aws.resource_types import ClusterType
from migrate.sandbox.world import World

TRANSITIONS = {"AWS::RDS::DBCluster": 1, "AWS::RDS::DBInstance": 2}
"""How many of the profile's transitions these last; an instance longer than its cluster (assumption)."""
SETTLED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})
"""States from which an update may begin."""


class InjectedFailureError(Exception):
    """Somebody asked the sandbox to let this creation fail."""


class SandboxStack(Stack):
    """One stack. `begin_…` returns at once; the work goes on in a thread of its own."""

    world: ClassVar[World]
    resource_map: SandboxResourceMap

    def __init__(self, *args: Any, **options: Any) -> None:
        self.status_reason: str | None = None
        self.last_updated_time: Any = None
        self.deletion_time: Any = None
        self.drift_detection: str | None = None
        self.drifts: list[dict[str, Any]] = []
        super().__init__(*args, **options)

    def _create_resource_map(self) -> SandboxResourceMap:
        return self.map_of(self.template_dict, self.parameters)

    def map_of(self, template: dict[str, Any], parameters: dict[str, Any]) -> SandboxResourceMap:
        """The resources of a template under this stack's name. Raises moto's ValidationError for a wrong template."""
        resources = SandboxResourceMap(
            self.stack_id,
            self.name,
            parameters,
            self.tags,
            account_id=self.account_id,
            region_name=self.region_name,
            template=template,
            cross_stack_resources=self.cross_stack_resources,
        )
        resources.load()
        resources.check()
        return resources

    @property
    def stack_resources(self) -> list[Any]:
        return list(self.resource_map.existing().values())

    @property
    def outputs(self) -> list[dict[str, Any]] | None:
        return super().outputs if self.status in SETTLED else None

    @property
    def exports(self) -> list[Any]:
        return super().exports if self.status in SETTLED else []

    def begin_create(self, template: str, parameters: dict[str, Any]) -> None:
        """Create every resource of `template`; a failure rolls back to ROLLBACK_COMPLETE."""
        self._take_over(template, parameters)
        self._enter("CREATE_IN_PROGRESS", "User Initiated")
        self._in_background(self._create)

    def create_resources(self) -> None:
        """What moto's backend calls for CreateStack; its event is written already."""
        self.resource_map.check()
        self.status = "CREATE_IN_PROGRESS"
        self._in_background(self._create)

    def begin_update(self, template: str, parameters: dict[str, Any]) -> None:
        """Bring the stack to `template`; a failure goes back to UPDATE_ROLLBACK_COMPLETE."""
        new = self.map_of(self.parse_template(template), parameters)
        self._enter("UPDATE_IN_PROGRESS", "User Initiated")
        self._in_background(lambda: self._update(new, template, parameters))

    def begin_delete(self, when_gone: Callable[[], None]) -> None:
        """Delete every resource that has no policy to stay; `when_gone` is called after the last."""
        self._enter("DELETE_IN_PROGRESS", "User Initiated")
        self._in_background(lambda: self._delete(when_gone))

    def _take_over(self, template: str, parameters: dict[str, Any]) -> None:
        self.template, self.parameters = template, parameters
        self._parse_template()
        self.description = self.template_dict.get("Description")
        self.resource_map = self._create_resource_map()
        self.output_map = self._create_output_map()

    def _in_background(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, name=f"stack-{self.name}", daemon=True).start()

    def _enter(self, status: str, reason: str | None = None) -> None:
        self._add_stack_event(status, resource_status_reason=reason)
        self.status_reason = reason
        self.status = status

    def _say(self, resources: SandboxResourceMap, name: str, status: str, physical: str, reason: str | None) -> None:
        self.events.append(
            Event(
                stack_id=self.stack_id,
                stack_name=self.name,
                logical_resource_id=name,
                physical_resource_id=physical,
                resource_type=resources.json_of(name)["Type"],
                resource_status=status,
                resource_status_reason=reason,
                resource_properties=None,
            )
        )

    def _pause(self, resources: SandboxResourceMap, name: str) -> None:
        time.sleep(TRANSITIONS.get(resources.json_of(name)["Type"], 0) * self.world.profile.transition_seconds)

    def _create(self) -> None:
        for name in self.resource_map.order():
            if not self._made(self.resource_map, name):
                reason = f"The following resource(s) failed to create: [{name}]. Rollback requested by user."
                self._enter("ROLLBACK_IN_PROGRESS", reason)
                stuck = self._remove_all(self.resource_map, snapshots=False)
                self._finish("ROLLBACK", stuck)
                return
        self._enter("CREATE_COMPLETE")

    def _made(self, resources: SandboxResourceMap, name: str, status: str = "CREATE") -> bool:
        self._say(resources, name, f"{status}_IN_PROGRESS", "", None)
        try:
            failure = self.world.faults.take(name, resources.json_of(name)["Type"])
            if failure is not None:
                raise InjectedFailureError(failure)
            made = physical_id(resources.make(name))
            self._say(resources, name, f"{status}_IN_PROGRESS", made, "Resource creation Initiated")
            self._pause(resources, name)
        except Exception as error:  # whatever it is, AWS tells it as an event and goes on
            self._say(resources, name, f"{status}_FAILED", "", _reason(error))
            return False
        self._say(resources, name, f"{status}_COMPLETE", made, None)
        return True

    def _remove_all(self, resources: SandboxResourceMap, *, snapshots: bool) -> list[str]:
        """Remove what exists, last made first; the names of those that would not go.

        What one of those needs is left alone.
        """
        here, stuck, needed = resources.existing(), [], set[str]()
        for name in reversed(resources.order()):
            if name not in here:
                continue
            if name in needed or not self._removed(resources, name, here[name], snapshots=snapshots):
                needed |= resources.needs(name)
                stuck += [] if name in needed else [name]
        return stuck

    def _removed(self, resources: SandboxResourceMap, name: str, resource: Any, *, snapshots: bool) -> bool:
        physical, policy = physical_id(resource), resources.json_of(name).get("DeletionPolicy")
        if policy == "Retain":
            self._say(resources, name, "DELETE_SKIPPED", physical, None)
            resources.forget(name)
            return True
        self._say(resources, name, "DELETE_IN_PROGRESS", physical, None)
        try:
            if isinstance(resource, ClusterType) and snapshots and policy in (None, "Snapshot"):
                resource.final_snapshot = f"{self.name}-snapshot-{name}-{uuid.uuid4().hex[:12]}".lower()
            resources.end(name, resource)
            self._pause(resources, name)
        except Exception as error:  # as above
            self._say(resources, name, "DELETE_FAILED", physical, _reason(error))
            return False
        self._say(resources, name, "DELETE_COMPLETE", physical, None)
        resources.forget(name)
        return True

    def _finish(self, status: str, stuck: list[str]) -> None:
        if stuck:
            self._enter(f"{status}_FAILED", f"The following resource(s) failed to delete: [{', '.join(stuck)}]. ")
        else:
            self._enter(f"{status}_COMPLETE")

    def _delete(self, when_gone: Callable[[], None]) -> None:
        stuck = self._remove_all(self.resource_map, snapshots=True)
        self._finish("DELETE", stuck)
        if not stuck:
            when_gone()

    def _update(self, new: SandboxResourceMap, template: str, parameters: dict[str, Any]) -> None:
        old, kept = self.resource_map, dict(self.resource_map.existing())
        for name, resource in kept.items():
            if name in new:
                new.adopt(name, resource)
        changes = old.changes_to(new)
        done: list[ResourceChange] = []
        for change in changes:
            if change.action == "Remove":
                continue
            if not self._changed(new, change, kept):
                self._roll_update_back(old, new, [*done, change], kept)
                return
            done.append(change)
        self._enter("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for change in changes:
            name = change.logical_resource_id
            if change.action == "Remove" or (change.action == "Modify" and new[name] is not kept[name]):
                self._removed(old, name, kept[name], snapshots=True)
        self.template, self.parameters, self.resource_map = template, parameters, new
        self._parse_template()
        self.output_map = self._create_output_map()
        self.last_updated_time = utcnow()
        self._enter("UPDATE_COMPLETE")

    def _changed(self, new: SandboxResourceMap, change: ResourceChange, kept: dict[str, Any]) -> bool:
        name = change.logical_resource_id
        if change.action == "Add":
            return self._made(new, name)
        physical = physical_id(kept[name])
        self._say(new, name, "UPDATE_IN_PROGRESS", physical, None)
        try:
            failure = self.world.faults.take(name, change.resource_type)
            if failure is not None:
                raise InjectedFailureError(failure)
            if change.replacement == "False":
                new.change(name)
            else:
                reason = "Requested update requires the creation of a new physical resource; hence creating one."
                self._say(new, name, "UPDATE_IN_PROGRESS", physical, reason)
                new.make(name)
            self._pause(new, name)
        except Exception as error:  # as above
            new.adopt(name, kept[name])
            self._say(new, name, "UPDATE_FAILED", physical, _reason(error))
            return False
        self._say(new, name, "UPDATE_COMPLETE", physical_id(new[name]), None)
        return True

    def _roll_update_back(
        self, old: SandboxResourceMap, new: SandboxResourceMap, done: list[ResourceChange], kept: dict[str, Any]
    ) -> None:
        failed = done[-1].logical_resource_id
        verb = "create" if done[-1].action == "Add" else "update"
        self._enter("UPDATE_ROLLBACK_IN_PROGRESS", f"The following resource(s) failed to {verb}: [{failed}]. ")
        for change in reversed(done[:-1]):
            name = change.logical_resource_id
            if change.action == "Modify" and new[name] is kept[name]:
                old.change(name)
                self._say(old, name, "UPDATE_COMPLETE", physical_id(kept[name]), None)
            else:
                self._removed(new, name, new[name], snapshots=False)
        self._enter("UPDATE_ROLLBACK_COMPLETE")


def _reason(error: Exception) -> str:
    if isinstance(error, InjectedFailureError):
        return str(error)
    message = getattr(error, "message", None) or getattr(error, "description", None) or str(error) or repr(error)
    token = uuid.uuid4()
    return f'Resource handler returned message: "{message}" (RequestToken: {token}, HandlerErrorCode: InvalidRequest)'
