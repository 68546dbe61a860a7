"""The settings a task has when the caller says nothing (dms.md §5.2; sample document of §5.1 for the rest)."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, dict[str, Any] | None] = {
    "TargetMetadata": {
        "TargetSchema": "",
        "SupportLobs": True,
        "FullLobMode": False,
        "LimitedSizeLobMode": True,
        "LobMaxSize": 32,
        "LobChunkSize": 64,
        "InlineLobMaxSize": 0,
        "LoadMaxFileSize": 0,
        "ParallelLoadThreads": 0,
        "ParallelLoadBufferSize": 0,
        "ParallelLoadQueuesPerThread": 0,
        "ParallelApplyThreads": 0,
        "ParallelApplyBufferSize": 0,
        "ParallelApplyQueuesPerThread": 0,
        "BatchApplyEnabled": False,
        "TaskRecoveryTableEnabled": False,
    },
    "FullLoadSettings": {
        # §5.2 gives two defaults and §20 leaves it open: the API's own sample is taken, which is the harsher one.
        "TargetTablePrepMode": "DROP_AND_CREATE",
        "CreatePkAfterFullLoad": False,
        "StopTaskCachedChangesApplied": False,
        "StopTaskCachedChangesNotApplied": False,
        "MaxFullLoadSubTasks": 8,
        "TransactionConsistencyTimeout": 600,
        "CommitRate": 10000,
    },
    "Logging": {"EnableLogging": False, "LogComponents": []},
    "ControlTablesSettings": {
        "ControlSchema": "",
        "HistoryTimeslotInMinutes": 5,
        "HistoryTableEnabled": False,
        "SuspendedTablesTableEnabled": False,
        "StatusTableEnabled": False,
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
        "HandleSourceTableDropped": True,
        "HandleSourceTableTruncated": True,
        "HandleSourceTableAltered": True,
    },
    "ErrorBehavior": {
        "FailOnNoTablesCaptured": False,
        "FailOnTransactionConsistencyBreached": False,
        "DataErrorPolicy": "LOG_ERROR",
        "DataTruncationErrorPolicy": "LOG_ERROR",
        "DataErrorEscalationPolicy": "SUSPEND_TABLE",
        "DataErrorEscalationCount": 0,
        "EventErrorPolicy": "IGNORE",
        "TableErrorPolicy": "SUSPEND_TABLE",
        "TableErrorEscalationPolicy": "STOP_TASK",
        "TableErrorEscalationCount": 0,
        "RecoverableErrorCount": -1,
        "RecoverableErrorInterval": 5,
        "RecoverableErrorThrottling": True,
        "RecoverableErrorThrottlingMax": 1800,
        "RecoverableErrorStopRetryAfterThrottlingMax": False,
        "ApplyErrorDeletePolicy": "IGNORE_RECORD",
        "ApplyErrorInsertPolicy": "LOG_ERROR",
        "ApplyErrorUpdatePolicy": "LOG_ERROR",
        "ApplyErrorEscalationPolicy": "LOG_ERROR",
        "ApplyErrorEscalationCount": 0,
        "ApplyErrorFailOnTruncationDdl": False,
        "FullLoadIgnoreConflicts": True,
    },
    "ValidationSettings": {
        "EnableValidation": False,
        "ValidationMode": "ROW_LEVEL",
        "ThreadCount": 5,
        "PartitionSize": 10000,
        "FailureMaxCount": 10000,
        "TableFailureMaxCount": 1000,
        "RecordFailureDelayLimitInMinutes": 0,
        "RecordSuspendDelayInMinutes": 30,
        "HandleCollationDiff": False,
        "MaxKeyColumnSize": 8096,
        "SkipLobColumns": False,
        "ValidationPartialLobSize": 0,
        "ValidationQueryCdcDelaySeconds": 0,
        "ValidationOnly": False,
    },
    "LoopbackPreventionSettings": None,
    "BeforeImageSettings": None,
    "CharacterSetSettings": None,
    "TTSettings": None,
    "ResyncSettings": None,
    "PostProcessingRules": None,
}
"""Section to keys; None is a section that is absent until it is sent. `PostProcessingRules`: assumption."""

PLAIN_KEYS: dict[str, bool] = {"FailTaskWhenCleanTaskResourceFailed": False}
"""Top-level keys that are no sections (assumption, from documents the service returned)."""

ADDED_BY_SERVICE: dict[str, dict[str, Any]] = {
    "FullLoadSettings": {
        "FullLoadEnabled": True,
        "ApplyChangesEnabled": False,
        "ResumeEnabled": True,
        "ResumeMinTableSize": 100000,
    }
}
"""Keys the caller never sent (dms.md §5, API sample); their values are an assumption."""

CHOICES = {
    ("FullLoadSettings", "TargetTablePrepMode"): ("DO_NOTHING", "DROP_AND_CREATE", "TRUNCATE_BEFORE_LOAD"),
    ("ErrorBehavior", "DataErrorPolicy"): ("IGNORE_RECORD", "LOG_ERROR", "SUSPEND_TABLE", "STOP_TASK"),
    ("ErrorBehavior", "DataTruncationErrorPolicy"): ("IGNORE_RECORD", "LOG_ERROR", "SUSPEND_TABLE", "STOP_TASK"),
    ("ErrorBehavior", "DataErrorEscalationPolicy"): ("SUSPEND_TABLE", "STOP_TASK"),
    ("ErrorBehavior", "TableErrorPolicy"): ("SUSPEND_TABLE", "STOP_TASK"),
    ("ErrorBehavior", "TableErrorEscalationPolicy"): ("STOP_TASK",),
    ("ErrorBehavior", "ApplyErrorEscalationPolicy"): ("LOG_ERROR", "SUSPEND_TABLE", "STOP_TASK"),
    **{
        ("ErrorBehavior", f"ApplyError{verb}Policy"): (
            "IGNORE_RECORD",
            "LOG_ERROR",
            "SUSPEND_TABLE",
            "STOP_TASK",
            *own,
        )
        for verb, own in (("Delete", ()), ("Insert", ("INSERT_RECORD",)), ("Update", ("UPDATE_RECORD",)))
    },
}
"""Values of dms.md §5.2; where a list is not printed there in full it is an assumption."""

CEILINGS = {
    ("FullLoadSettings", "MaxFullLoadSubTasks"): 49,
    ("FullLoadSettings", "CommitRate"): 50_000,
    ("TargetMetadata", "LoadMaxFileSize"): 100_000,
    ("TargetMetadata", "InlineLobMaxSize"): 102_400,
}
"""Maxima of dms.md §5.2 and §5.3."""
