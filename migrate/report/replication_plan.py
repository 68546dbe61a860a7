"""The plan of a replication as the body of its JSON document."""

from __future__ import annotations

from typing import Any

from migrate.model.replication_plan import PlannedTable, PlannedTask, ProposedTask, Remark, ReplicationPlan


def body(plan: ReplicationPlan) -> dict[str, Any]:
    capacity = plan.capacity
    return {
        "digest": plan.digest,
        "refusals": [_remark(one) for one in plan.refusals],
        "warnings": [_remark(one) for one in plan.warnings],
        "tasks": [_task(task) for task in plan.tasks],
        "proposal": {"differs": plan.proposal_differs, "tasks": [_proposed(one) for one in plan.proposal]},
        "capacity": {
            "memory_gib": capacity.memory_gib,
            "instance_class": capacity.instance_class,
            "storage_gb": capacity.storage_gb,
            "units": {"least": capacity.units[0], "most": capacity.units[1]},
            "reasons": list(capacity.reasons),
        },
        "load_seconds": plan.load_seconds,
        "writes_basis": plan.basis,
        "unmeasured": list(plan.unmeasured),
        "steps": [{"id": step, "title": title, "state": state} for step, title, state in plan.steps],
    }


def _remark(one: Remark) -> dict[str, str]:
    return {"code": one.code, "text": one.text, "remedy": one.remedy}


def _task(task: PlannedTask) -> dict[str, Any]:
    return {
        "name": task.name,
        "identifier": task.identifier,
        "rows": task.rows,
        "bytes": task.bytes,
        "load": None if task.load is None else {"seconds": round(task.load.seconds, 1), "basis": task.load.basis},
        "tables": [_table(one) for one in task.tables],
        "differing": [
            {"key": one.path, "default": one.default, "value": one.value, "reason": one.reason}
            for one in task.differing
        ],
        "settings": task.settings,
        "mappings": task.mappings,
    }


def _table(one: PlannedTable) -> dict[str, Any]:
    return {
        "table": str(one.table),
        "rows": one.rows,
        "bytes": one.bytes,
        "writes_per_second": None if one.writes is None else round(one.writes, 3),
        "keyless": one.keyless,
        "split": one.split,
        "lobs": [
            {"column": lob.column, "values": lob.rows, "longest": lob.longest, "p99": lob.p99, "exact": lob.exact}
            for lob in one.lobs
        ],
    }


def _proposed(one: ProposedTask) -> dict[str, Any]:
    return {
        "name": one.name,
        "tables": [str(table) for table in one.tables],
        "reason": one.reason,
        "lob_max_kb": one.lob_max_kb,
        "ranges": [
            {"table": str(table), "columns": list(columns), "boundaries": list(bounds)}
            for table, columns, bounds in one.ranges
        ],
        "by_partition": [str(table) for table in one.partitioned],
        "unlimited_lobs": [str(table) for table in one.unlimited],
    }
