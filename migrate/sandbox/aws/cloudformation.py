"""The CloudFormation API over stacks that work step by step."""

from __future__ import annotations

from typing import Any

from moto.cloudformation import urls
from moto.cloudformation.exceptions import AlreadyExistsException, CloudFormationError, ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import generate_changeset_id, generate_stack_id, validate_create_change_set
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from migrate.sandbox.aws.resource_map import ResourceChange
from migrate.sandbox.aws.stack import SETTLED, SandboxStack

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


class ChangeSetNotFoundError(CloudFormationError):
    code = "ChangeSetNotFound"

    def __init__(self, name: str) -> None:
        super().__init__(f"ChangeSet [{name}] does not exist")


class InvalidChangeSetStatusError(CloudFormationError):
    code = "InvalidChangeSetStatus"


class SandboxChangeSet(ChangeSet):
    """A change set that says what would be replaced."""

    stack: SandboxStack

    def diff(self) -> list[ResourceChange]:  # type: ignore[override]
        new = self.stack.map_of(self.template_dict, self.parameters)
        for name, resource in self.stack.resource_map.existing().items():
            if name in new:
                new.adopt(name, resource)
        return self.stack.resource_map.changes_to(new)

    def empty(self) -> bool:
        """Whether executing it would change nothing, outputs included."""
        return not self.changes and self.template_dict.get("Outputs") == self.stack.template_dict.get("Outputs")


class SandboxCloudFormation(CloudFormationBackend):
    """moto's CloudFormation with stacks and change sets of ours."""

    stacks: dict[str, SandboxStack]  # type: ignore[assignment]
    change_sets: dict[str, SandboxChangeSet]  # type: ignore[assignment]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.answered: dict[tuple[str, str], Any] = {}
        """See request_tokens."""

    @property
    def _url_module(self) -> Any:
        return urls  # moto looks for it beside the class

    def create_stack(
        self,
        name: str,
        template: str,
        parameters: dict[str, Any],
        notification_arns: list[str] | None = None,
        tags: dict[str, str] | None = None,
        role_arn: str | None = None,
        enable_termination_protection: bool | None = False,
        timeout_in_mins: int | None = None,
        stack_policy_body: str | None = None,
    ) -> Stack:
        if self._named(name) is not None:
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        stack = self._new(name, parameters, notification_arns, tags, role_arn)
        stack.map_of(stack.parse_template(template), parameters)
        stack.enable_termination_protection = bool(enable_termination_protection)
        stack.timeout_in_minutes, stack.policy = timeout_in_mins, stack_policy_body or ""
        self.stacks[stack.stack_id] = stack
        stack.begin_create(template, parameters)
        return stack

    def _new(
        self,
        name: str,
        parameters: dict[str, Any],
        notification_arns: list[str] | None,
        tags: dict[str, str] | None,
        role_arn: str | None,
    ) -> SandboxStack:
        return SandboxStack(  # type: ignore[abstract]
            stack_id=generate_stack_id(name, self.region_name, self.account_id),
            name=name,
            template={},
            parameters=parameters,
            account_id=self.account_id,
            region_name=self.region_name,
            notification_arns=notification_arns,
            tags=tags,
            role_arn=role_arn,
            cross_stack_resources=self.exports,
        )

    def _named(self, name_or_id: str) -> SandboxStack | None:
        return next((s for s in list(self.stacks.values()) if name_or_id in (s.name, s.stack_id)), None)

    def create_change_set(
        self,
        stack_name: str,
        change_set_name: str,
        template: str,
        parameters: dict[str, str],
        description: str,
        change_set_type: str,
        notification_arns: list[str] | None = None,
        tags: dict[str, str] | None = None,
        role_arn: str | None = None,
    ) -> tuple[str, str]:
        validate_create_change_set(change_set_name)
        stack = self._named(stack_name)
        if change_set_type == "UPDATE":
            if stack is None:
                raise ValidationError(message=f"Stack [{stack_name}] does not exist")
            _updatable(stack)
        elif stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                message=f"Stack [{stack_name}] already exists and cannot be created again with the changeSet "
                f"[{change_set_name}]."
            )
        if any(c.change_set_name == change_set_name and c.stack is stack for c in self.change_sets.values()):
            raise AlreadyExistsException(
                f"ChangeSet {change_set_name} cannot be created due to a mismatch with existing attribute Name"
            )
        fresh = stack is None
        stack = stack or self._new(stack_name, parameters, notification_arns, tags, role_arn)
        change_set_id = generate_changeset_id(change_set_name, self.region_name, self.account_id)
        change_set = SandboxChangeSet(
            change_set_type=change_set_type,
            change_set_id=change_set_id,
            change_set_name=change_set_name,
            stack=stack,
            template=template,
            parameters=parameters,
            description=description,
            notification_arns=notification_arns,
            tags=tags,
            role_arn=role_arn,
        )
        if fresh:
            self.stacks[stack.stack_id] = stack
            stack.status = "REVIEW_IN_PROGRESS"
            stack._add_stack_event("REVIEW_IN_PROGRESS", resource_status_reason="User Initiated")
        if change_set_type == "UPDATE" and change_set.empty():
            change_set.status, change_set.execution_status = "FAILED", "UNAVAILABLE"
            change_set.status_reason = NO_CHANGES
        else:
            change_set.status, change_set.execution_status = "CREATE_COMPLETE", "AVAILABLE"
        self.change_sets[change_set_id] = change_set
        return change_set_id, stack.stack_id

    def describe_change_set(self, change_set_name: str) -> SandboxChangeSet:
        found = [c for c in self.change_sets.values() if change_set_name in (c.change_set_id, c.change_set_name)]
        if not found:
            raise ChangeSetNotFoundError(change_set_name)
        return found[-1]

    def delete_change_set(self, change_set_name: str) -> None:
        for change_set in list(self.change_sets.values()):
            if change_set_name in (change_set.change_set_id, change_set.change_set_name):
                self.change_sets.pop(change_set.change_set_id)

    def execute_change_set(self, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = self.describe_change_set(change_set_name)
        stack = change_set.stack
        if change_set.execution_status != "AVAILABLE":
            raise InvalidChangeSetStatusError(
                f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current execution status of "
                f"[{change_set.execution_status}]"
            )
        if change_set.change_set_type == "UPDATE":
            _updatable(stack)
            stack.begin_update(change_set.template, change_set.parameters)
        else:
            stack.begin_create(change_set.template, change_set.parameters)
        if change_set.tags:
            stack.tags = change_set.tags
        change_set.execution_status = "EXECUTE_COMPLETE"
        for other in self.change_sets.values():
            if other.stack is stack and other.execution_status == "AVAILABLE":
                other.execution_status = "OBSOLETE"

    def update_stack(
        self,
        name: str,
        template: str,
        role_arn: str | None,
        parameters: list[dict[str, Any]],
        tags: dict[str, str] | None,
    ) -> Stack:
        stack = self._named(name)
        if stack is None:
            raise ValidationError(message=f"Stack [{name}] does not exist")
        _updatable(stack)
        resolved = self._resolve_update_parameters(instance=stack, incoming_params=parameters)
        if stack.has_template(template) and stack.has_parameters(resolved):
            raise ValidationError(message="No updates are to be performed.")
        stack.begin_update(template, resolved)
        return stack

    def delete_stack(self, name_or_stack_id: str) -> None:
        stack = self._named(name_or_stack_id)
        if stack is None or stack.status == "DELETE_IN_PROGRESS":
            return
        if stack.enable_termination_protection:
            raise ValidationError(
                message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        if stack.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"):
            raise ValidationError(message=f"Stack [{stack.stack_id}] cannot be deleted while in status {stack.status}")

        def gone() -> None:
            stack.deletion_time = utcnow()
            self.deleted_stacks[stack.stack_id] = stack
            self.stacks.pop(stack.stack_id, None)
            for change_set in [c for c in self.change_sets.values() if c.stack is stack]:
                self.change_sets.pop(change_set.change_set_id, None)

        stack.begin_delete(gone)


def _updatable(stack: SandboxStack) -> None:
    if stack.status not in SETTLED:
        raise ValidationError(message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")


def update_termination_protection(response: CloudFormationResponse) -> ActionResult:
    """The API call moto lacks."""
    stack = response.cloudformation_backend.get_stack(response._get_param("StackName"))
    stack.enable_termination_protection = response._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})
