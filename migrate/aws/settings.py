"""ReplicationTaskSettings: DMS's defaults lose rows quietly, these stop instead."""

from __future__ import annotations

from typing import Any

from migrate.model.replication import MigrationType, TaskSpec

LOB_MAX_KB = 102400
"""AWS's recommended ceiling of limited LOB mode. In PostgreSQL every `text` and `jsonb` is a LOB to DMS; the default of
32 KB would cut them. Full LOB mode would demand that they be nullable on the target."""
CONTROL_SCHEMA = "awsdms_control"
LOG_COMPONENTS = ("SOURCE_UNLOAD", "SOURCE_CAPTURE", "TARGET_LOAD", "TARGET_APPLY", "TASK_MANAGER")


def task_settings(spec: TaskSpec, lob_max_kb: int = LOB_MAX_KB, control_schema: str = CONTROL_SCHEMA) -> dict[str, Any]:
    """The document to send. DMS answers with more keys than were sent: compare with `differing`."""
    stop = spec.type is MigrationType.FULL_LOAD_AND_CDC and spec.stop_after_full_load
    return {
        "TargetMetadata": {
            "TargetSchema": "",
            "SupportLobs": True,
            "FullLobMode": False,
            "LimitedSizeLobMode": True,
            "LobMaxSize": lob_max_kb,
            "LobChunkSize": 64,
            "InlineLobMaxSize": 0,
            "LoadMaxFileSize": 0,
            "ParallelLoadThreads": 0,
            "ParallelLoadBufferSize": 0,
            "BatchApplyEnabled": False,
            "TaskRecoveryTableEnabled": True,
        },
        "FullLoadSettings": {
            "TargetTablePrepMode": "DO_NOTHING",
            "CreatePkAfterFullLoad": False,
            "StopTaskCachedChangesApplied": False,
            "StopTaskCachedChangesNotApplied": stop,
            "MaxFullLoadSubTasks": spec.full_load_subtasks,
            "TransactionConsistencyTimeout": 600,
            "CommitRate": 10000,
        },
        "Logging": {
            "EnableLogging": True,
            "LogComponents": [{"Id": name, "Severity": "LOGGER_SEVERITY_DEFAULT"} for name in LOG_COMPONENTS],
        },
        "ControlTablesSettings": {
            "ControlSchema": control_schema,
            "HistoryTimeslotInMinutes": 5,
            "HistoryTableEnabled": True,
            "SuspendedTablesTableEnabled": True,
            "StatusTableEnabled": True,
        },
        "StreamBufferSettings": {"StreamBufferCount": 3, "StreamBufferSizeInMB": 8, "CtrlStreamBufferSizeInMB": 5},
        "ChangeProcessingTuning": {
            "BatchApplyPreserveTransaction": True,
            "BatchApplyTimeoutMin": 1,
            "BatchApplyTimeoutMax": 30,
            "BatchApplyMemoryLimit": 500,
            "BatchSplitSize": 0,
            "MinTransactionSize": 1000,
            "CommitTimeout": 1,
            "MemoryLimitTotal": 1024,
            "MemoryKeepTime": 60,
            "StatementCacheSize": 50,
        },
        "ChangeProcessingDdlHandlingPolicy": {
            "HandleSourceTableDropped": False,
            "HandleSourceTableTruncated": False,
            "HandleSourceTableAltered": False,
        },
        "ErrorBehavior": _errors(),
        "ValidationSettings": {"EnableValidation": False},
    }


def _errors() -> dict[str, Any]:
    return {
        "FailOnNoTablesCaptured": True,
        "FailOnTransactionConsistencyBreached": True,
        "DataErrorPolicy": "SUSPEND_TABLE",
        "DataTruncationErrorPolicy": "SUSPEND_TABLE",
        "DataErrorEscalationPolicy": "SUSPEND_TABLE",
        "DataErrorEscalationCount": 0,
        "EventErrorPolicy": "IGNORE",
        "TableErrorPolicy": "SUSPEND_TABLE",
        "TableErrorEscalationPolicy": "STOP_TASK",
        "TableErrorEscalationCount": 0,
        "RecoverableErrorCount": 10,
        "RecoverableErrorInterval": 5,
        "RecoverableErrorThrottling": True,
        "RecoverableErrorThrottlingMax": 300,
        "RecoverableErrorStopRetryAfterThrottlingMax": True,
        "ApplyErrorDeletePolicy": "LOG_ERROR",
        "ApplyErrorInsertPolicy": "LOG_ERROR",
        "ApplyErrorUpdatePolicy": "LOG_ERROR",
        "ApplyErrorEscalationPolicy": "SUSPEND_TABLE",
        "ApplyErrorEscalationCount": 0,
        "ApplyErrorFailOnTruncationDdl": True,
        "FullLoadIgnoreConflicts": True,
    }


def differing(sent: dict[str, Any], stored: dict[str, Any], within: str = "") -> list[str]:
    """Keys of `sent` that do not have their value in `stored`, as dotted paths. Lists compare as wholes."""
    found: list[str] = []
    for key, value in sent.items():
        path = f"{within}{key}"
        if isinstance(value, dict):
            inner = stored.get(key)
            found += differing(value, inner if isinstance(inner, dict) else {}, f"{path}.")
        elif isinstance(value, list):
            if not all(item in stored.get(key, []) for item in value):
                found.append(path)
        elif stored.get(key) != value:
            found.append(path)
    return found
