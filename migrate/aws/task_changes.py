"""Changes to a task that was set up: tables loaded again, other settings, connections tested anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from checks.facts import TableName
from migrate.aws.endpoints import Endpoints
from migrate.aws.instance import ReplicationInstance
from migrate.aws.mappings import selected
from migrate.aws.polling import Poller
from migrate.aws.settings import differing
from migrate.aws.task_calls import Calls
from migrate.errors import AwsError
from migrate.model.replication import GIVEN_UP, TableState, TaskSpec

FIXED = ("SourceEndpointArn", "TargetEndpointArn", "ReplicationInstanceArn", "MigrationType")
"""What DMS does not change of a task, or only by moving it (dms.md §2)."""
SELECTION, RULES, POSITION = "TableMappings", "TableMappings (rules beside the selection)", "CdcStartPosition"
COMPUTE, CAPACITY = "ComputeConfig", ("MinCapacityUnits", "MaxCapacityUnits", "MultiAZ")
MOVING = frozenset({"creating", "starting", "stopping", "modifying", "moving", "testing", "deleting"})
LOAD_SECONDS = 14 * 24 * 3600.0


class DmsTaskChanges:
    """Implements `ports.cloud.TaskChanges`. `definition` makes of a spec what CreateReplicationTask is asked for."""

    def __init__(
        self,
        calls: Calls,
        endpoints: Endpoints,
        poller: Poller,
        definition: Callable[[TaskSpec], dict[str, Any]],
        instance: ReplicationInstance,
    ) -> None:
        self._calls, self._endpoints, self._poller = calls, endpoints, poller
        self._definition, self._instance = definition, instance

    def check(self, identifier: str) -> None:
        raw = self._existing(identifier)
        if "ReplicationInstanceArn" not in raw:
            return  # DMS Serverless tests the connections itself, at every start
        for end in ("SourceEndpointArn", "TargetEndpointArn"):
            self._endpoints.test(raw[end], raw["ReplicationInstanceArn"])

    def differing(self, spec: TaskSpec) -> Sequence[str]:
        found = self._calls.raw(spec.identifier, settings=True)
        return [] if found is None else differences(self._definition(spec), found)

    def modify(self, spec: TaskSpec) -> None:
        wanted, found = self._definition(spec), self._existing(spec.identifier, settings=True)
        differs = differences(wanted, found)
        fixed = [key for key in differs if key in (*FIXED, SELECTION, POSITION, COMPUTE)]
        if fixed:
            raise AwsError(
                f"DMS cannot change this of the task {spec.identifier}: {', '.join(fixed)}",
                code="AWS-TASK-FIXED",
                hint="A table that is added would never be loaded. Take it back, or: aurora-migrate replicate destroy,"
                " drop the target's tables, aurora-migrate replicate start",
            )
        if differs:
            self._calls.ask(
                f"modify the task {spec.identifier}",
                "modify_replication_task",
                found["ReplicationTaskArn"],
                TableMappings=wanted["TableMappings"],
                ReplicationTaskSettings=wanted["ReplicationTaskSettings"],
                **({COMPUTE: wanted[COMPUTE]} if COMPUTE in wanted else {}),
            )
        self._poller.wait(f"task {spec.identifier}: modified", lambda: self._settled(spec.identifier))

    def instance_differing(self) -> Sequence[str]:
        return self._instance.differing()

    def modify_instance(self) -> None:
        self._instance.modify()

    def reload(
        self, identifier: str, tables: Sequence[TableName], on_progress: Callable[[Sequence[TableName]], None]
    ) -> None:
        arn = self._existing(identifier)["ReplicationTaskArn"]
        before = self._rows(arn)
        asked = [one for one in tables if before.get(one, {}).get("TableState") != TableState.RELOADED]
        if asked:
            names = [{"SchemaName": one.schema, "TableName": one.name} for one in asked]
            self._calls.ask("reload tables", "reload_tables", arn, TablesToReload=names)

        def loaded() -> bool | None:
            now = self._rows(arn)
            waiting = [one for one in tables if not _again(now.get(one, {}), before.get(one, {}), one in asked)]
            on_progress(waiting)
            bad = [f"{one} ({_state(now, one)})" for one in waiting if _failed(now.get(one, {}), before.get(one, {}))]
            status = self._existing(identifier)["Status"]
            if bad or (waiting and status not in MOVING | {"running"}):
                why = f"gave up on {', '.join(bad)}" if bad else f"is {status}"
                raise AwsError(
                    f"while tables were loaded again, task {identifier} {why}",
                    code="AWS-RELOAD-FAILED",
                    hint="Look at it with: aurora-migrate replicate status. Mend the cause, then repeat the command.",
                )
            return None if waiting else True

        self._poller.wait(f"task {identifier}: tables loaded again", loaded, LOAD_SECONDS)

    def _existing(self, identifier: str, *, settings: bool = False) -> dict[str, Any]:
        raw = self._calls.raw(identifier, settings=settings)
        if raw is None:
            raise AwsError(
                f"there is no task {identifier}", code="AWS-TASK-GONE", hint="Run: aurora-migrate replicate status"
            )
        return raw

    def _settled(self, identifier: str) -> bool | None:
        return None if self._existing(identifier)["Status"] in MOVING else True

    def _rows(self, arn: str) -> dict[TableName, dict[str, Any]]:
        return {TableName(row["SchemaName"], row["TableName"]): row for row in self._calls.rows(arn)}


def differences(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What of the `wanted` definition a described task does not have. DMS adds keys of its own; those do not count."""
    differs = [key for key in FIXED if key in wanted and found.get(key) != wanted[key]]
    here, there = json.loads(wanted["TableMappings"]), json.loads(found.get("TableMappings") or "{}")
    if selected(here) != selected(there):
        differs.append(SELECTION)
    elif _others(here) != _others(there):
        differs.append(RULES)
    stored = json.loads(found.get("ReplicationTaskSettings") or "{}")
    differs += differing(json.loads(wanted["ReplicationTaskSettings"]), stored)
    if COMPUTE in wanted:
        differs += _capacity(wanted[COMPUTE], found[COMPUTE]) if COMPUTE in found else [COMPUTE]
    if POSITION in wanted and found.get(POSITION) != wanted[POSITION]:
        differs.append(POSITION)
    return differs


def _capacity(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Of a serverless replication; what nobody asked for is DMS's choice."""
    return [f"{COMPUTE}.{key}" for key in CAPACITY if key in wanted and found.get(key, False) != wanted[key]]


def _others(mappings: dict[str, Any]) -> list[str]:
    """Rules beside the selection, and the filters in it: what may change without another table coming or going."""
    rules = mappings.get("rules", [])
    return sorted(
        json.dumps(rule if rule.get("rule-type") != "selection" else rule.get("filters") or [], sort_keys=True)
        for rule in rules
    )


def _state(rows: dict[TableName, dict[str, Any]], table: TableName) -> str:
    return str(rows.get(table, {}).get("TableState", ""))


def _failed(now: dict[str, Any], before: dict[str, Any]) -> bool:
    """In a bad state that is not just the one it was in before."""
    return now.get("TableState") in GIVEN_UP and now.get("LastUpdateTime") != before.get("LastUpdateTime")


def _again(now: dict[str, Any], before: dict[str, Any], asked: bool) -> bool:
    """Complete, and by another load than `before` where one was asked for: AWS shows the old state for a moment."""
    if now.get("TableState") != TableState.COMPLETED:
        return False
    return not asked or now.get("FullLoadEndTime") != before.get("FullLoadEndTime")
