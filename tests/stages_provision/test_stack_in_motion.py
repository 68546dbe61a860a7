"""A stack that an earlier command left changing is judged once it stands, and a cluster in it is guarded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from migrate.clock import SystemClock
from migrate.errors import SaysNo
from migrate.events import silent
from migrate.model.cluster import ChangeSet, Cluster, ResourceChange, StackEvent
from migrate.model.tags import MARK
from migrate.stages.provision.plan import destroy, plan
from migrate.stages.provision.review import require_ours
from migrate.stages.provision.world import ProvisionRequest, ProvisionWorld
from tests.stages_provision.test_provision_stage import SPEC, request_for

OURS = replace(SPEC, tags=((MARK, "ledger"),))


class Moving:
    """A stack that shows each status once, and the last for good; `settled` passes over those that move."""

    def __init__(self, *statuses: str | None, owner: str = "ledger") -> None:
        self.statuses, self.owner = list(statuses), owner
        self.done: list[str] = []
        """What was asked for, the templates of change sets among it."""

    def status(self, stack: str) -> str | None:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def settled(self, stack: str, on_event: Callable[[StackEvent], None]) -> str | None:
        while _moves(self.statuses[0]):
            self.statuses.pop(0)
        return self.statuses[0]

    def tags(self, stack: str) -> dict[str, str] | None:
        return None if self.status(stack) is None else {MARK: self.owner}

    def change_set(self, stack: str, template: str, parameters: dict[str, str], tags: dict[str, str]) -> ChangeSet:
        self.done.append(template)
        return ChangeSet(stack, "name", "UPDATE", (ResourceChange("Add", "Log", "AWS::Logs::LogGroup"),))

    def execute(self, change_set: ChangeSet, on_event: Callable[[StackEvent], None]) -> None:
        self.done.append("execute")

    def delete(self, stack: str, on_event: Callable[[StackEvent], None]) -> None:
        assert not _moves(self.statuses[0]), "CloudFormation refuses that"
        self.done.append("delete")

    def snapshots(self, cluster: str) -> list[str]:
        return []

    def cluster(self, name: str) -> Cluster:
        raise NotImplementedError

    available_cluster = cluster


def _moves(status: str | None) -> bool:
    return status is not None and status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def world_of(stack: Moving, request: ProvisionRequest) -> ProvisionWorld:
    return ProvisionWorld(request, stack, stack, silent, SystemClock())


def destroyed(stack: Moving, request: ProvisionRequest) -> None:
    [step] = destroy(request).steps
    step.apply(world_of(stack, request), {})


PROTECTED = request_for(OURS)
LIFTED = request_for(replace(OURS, deletion_protection=False))


@pytest.mark.parametrize(
    "statuses",
    [
        ("UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",) * 3 + ("UPDATE_COMPLETE",),
        ("CREATE_IN_PROGRESS",) * 3 + ("CREATE_COMPLETE",),
        ("IMPORT_COMPLETE",),
        ("UPDATE_ROLLBACK_FAILED",),
        ("UPDATE_FAILED",),
        ("DELETE_FAILED",),
        ("ROLLBACK_FAILED",),
    ],
)
def test_where_a_cluster_may_be_it_is_not_deleted_by_the_way(statuses: tuple[str, ...]) -> None:
    stack = Moving(*statuses)
    with pytest.raises(SaysNo) as caught:
        destroyed(stack, PROTECTED)
    assert caught.value.code == "PRV-011"
    assert stack.done == []


@pytest.mark.parametrize(
    ("statuses", "first"),
    [
        (("UPDATE_IN_PROGRESS",) * 3 + ("UPDATE_COMPLETE",), [LIFTED.template, "execute"]),
        (("IMPORT_COMPLETE",), [LIFTED.template, "execute"]),
        (("UPDATE_ROLLBACK_IN_PROGRESS",) * 3 + ("UPDATE_ROLLBACK_FAILED",), []),
    ],
)
def test_protection_is_lifted_where_the_stack_can_be_updated(statuses: tuple[str, ...], first: list[str]) -> None:
    stack = Moving(*statuses)
    destroyed(stack, LIFTED)
    assert stack.done == [*first, "delete"]


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_without_a_cluster_needs_no_second_word(status: str | None) -> None:
    stack = Moving(status)
    destroyed(stack, PROTECTED)
    assert stack.done == ["delete"]


def test_what_is_made_after_a_deletion_under_way_is_born_unprotected() -> None:
    """With protection from birth, a creation that failed could not be rolled back."""
    stack = Moving(*["DELETE_IN_PROGRESS"] * 3, None)
    step = plan(PROTECTED).steps[0]
    step.apply(world_of(stack, PROTECTED), {})
    assert stack.done == [PROTECTED.birth_template, "execute", PROTECTED.template, "execute"]


def test_an_update_under_way_is_not_born_again() -> None:
    stack = Moving(*["CREATE_IN_PROGRESS"] * 3, "CREATE_COMPLETE")
    step = plan(PROTECTED).steps[0]
    step.apply(world_of(stack, PROTECTED), {})
    assert stack.done == [PROTECTED.template, "execute"]


def test_a_stack_that_goes_while_it_is_looked_at_is_nobodys() -> None:
    require_ours(world_of(Moving("DELETE_IN_PROGRESS", None), PROTECTED))


def test_a_stack_that_another_migration_has_is_theirs_even_while_it_moves() -> None:
    with pytest.raises(SaysNo) as caught:
        require_ours(world_of(Moving("UPDATE_IN_PROGRESS", owner="orders"), PROTECTED))
    assert caught.value.code == "PRV-012"
