"""Where a task's settings leave DMS's defaults, and why: the one source of what is sent, shown and documented."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.model.json import Json

CONTROL_SCHEMA = "awsdms_control"
LOG_COMPONENTS = ("SOURCE_UNLOAD", "SOURCE_CAPTURE", "TARGET_LOAD", "TARGET_APPLY", "TASK_MANAGER")

_QUIET = "the default writes a line to the log and goes on without the row"
_FROZEN = "what is dropped or emptied by mistake on the source must not be so on the target; DDL is frozen instead"


@dataclass(frozen=True)
class Choice:
    """One key by its path, the value that is sent, and the reason."""

    path: str
    value: Json
    reason: str


FIXED: tuple[Choice, ...] = (
    Choice(
        "TargetMetadata.TaskRecoveryTableEnabled",
        True,
        "the checkpoint stands on the target as well, so that a task which is lost can be replaced where it was",
    ),
    Choice(
        "FullLoadSettings.TargetTablePrepMode",
        "DO_NOTHING",
        "the tables are made from the source's own DDL; tables that DMS makes lack defaults, keys and types",
    ),
    Choice("Logging.EnableLogging", True, "the cause of a failed table stands in the task's log alone"),
    Choice(
        "Logging.LogComponents",
        [{"Id": name, "Severity": "LOGGER_SEVERITY_DEFAULT"} for name in LOG_COMPONENTS],
        "what is loaded, captured and applied is told, at the level that AWS advises",
    ),
    Choice(
        "ControlTablesSettings.ControlSchema",
        CONTROL_SCHEMA,
        "DMS's own tables stay out of the application's schemas; the gates read awsdms_apply_exceptions there",
    ),
    Choice("ControlTablesSettings.HistoryTableEnabled", True, "what happened when can be read afterwards"),
    Choice("ControlTablesSettings.SuspendedTablesTableEnabled", True, "a table that DMS gave up stays on record"),
    Choice("ControlTablesSettings.StatusTableEnabled", True, "how far the task is can be read in the database itself"),
    Choice("ChangeProcessingDdlHandlingPolicy.HandleSourceTableDropped", False, _FROZEN),
    Choice("ChangeProcessingDdlHandlingPolicy.HandleSourceTableTruncated", False, _FROZEN),
    Choice(
        "ChangeProcessingDdlHandlingPolicy.HandleSourceTableAltered",
        False,
        "DMS repeats ALTER TABLE in part only; a changed schema is found by the gate and copied as it is",
    ),
    Choice(
        "ErrorBehavior.FailOnNoTablesCaptured",
        True,
        "a task whose mappings select nothing would run, and end well",
    ),
    Choice(
        "ErrorBehavior.FailOnTransactionConsistencyBreached",
        True,
        "a transaction that was open when the load began could be lost in part",
    ),
    Choice("ErrorBehavior.DataErrorPolicy", "SUSPEND_TABLE", f"{_QUIET}: the table stops instead, and is reported"),
    Choice("ErrorBehavior.DataTruncationErrorPolicy", "SUSPEND_TABLE", "the default loads a value that was cut"),
    Choice(
        "ErrorBehavior.RecoverableErrorCount",
        40,
        "a server may be away for more than half an hour; the default tries for ever, while the source keeps its log"
        " for the task until its disk is full",
    ),
    Choice(
        "ErrorBehavior.RecoverableErrorThrottlingMax",
        60,
        "at most a minute between two attempts, which double from five seconds; the default would sleep on for half an"
        " hour after the server is back",
    ),
    Choice(
        "ErrorBehavior.ApplyErrorDeletePolicy",
        "LOG_ERROR",
        "a deletion that finds no row shows that the sides differ; the default forgets it",
    ),
    Choice(
        "ErrorBehavior.ApplyErrorEscalationPolicy",
        "SUSPEND_TABLE",
        "after an error the table's rows cannot be trusted: it stops, and the gates stay closed",
    ),
)


@dataclass(frozen=True)
class Guard:
    """A key on which the toolkit's proofs rest: the values it may have, and why."""

    path: str
    allowed: tuple[Json, ...]
    reason: str


_SILENT = "a row would be lost without an error"
_WHOLE = ("SUSPEND_TABLE", "STOP_TASK")
_LOGGED = ("LOG_ERROR", *_WHOLE)

GUARDS: tuple[Guard, ...] = (
    Guard("TargetMetadata.TargetSchema", ("",), "every proof looks for a table under the schema it has on the source"),
    Guard("TargetMetadata.SupportLobs", (True,), "columns of LOB types would arrive empty"),
    Guard(
        "TargetMetadata.FullLobMode",
        (False,),
        'it writes every LOB as NULL first; give the tables that need it lob = "unlimited" in [[tasks.tables]]',
    ),
    Guard("TargetMetadata.LimitedSizeLobMode", (True,), "see FullLobMode"),
    Guard(
        "TargetMetadata.BatchApplyEnabled",
        (False,),
        "a marker proves that what was committed before it has arrived, which holds in commit order alone",
    ),
    Guard("TargetMetadata.TaskRecoveryTableEnabled", (True,), "without it a lost task cannot be replaced"),
    Guard(
        "FullLoadSettings.TargetTablePrepMode",
        ("DO_NOTHING",),
        "the tables, their keys and their grants are made by `replicate start`; DMS would drop or empty them",
    ),
    Guard("FullLoadSettings.CreatePkAfterFullLoad", (False,), "keys are built by `replicate start`"),
    Guard(
        "FullLoadSettings.StopTaskCachedChangesNotApplied",
        (),
        "the task stops after its load because keys are built then; the plan sets it",
    ),
    Guard("FullLoadSettings.StopTaskCachedChangesApplied", (False,), "the plan waits for the other stop"),
    Guard(
        "ControlTablesSettings.ControlSchema",
        (CONTROL_SCHEMA,),
        "the gate apply-exceptions-empty reads DMS's exceptions there",
    ),
    Guard(
        "ControlTablesSettings.SuspendedTablesTableEnabled",
        (True,),
        "the gate replication-honest reads there which tables DMS gave up",
    ),
    Guard("ChangeProcessingTuning.BatchApplyPreserveTransaction", (True,), "see BatchApplyEnabled"),
    Guard("ChangeProcessingDdlHandlingPolicy.HandleSourceTableDropped", (False,), "a DROP would be repeated"),
    Guard("ChangeProcessingDdlHandlingPolicy.HandleSourceTableTruncated", (False,), "a TRUNCATE would be repeated"),
    Guard(
        "ChangeProcessingDdlHandlingPolicy.HandleSourceTableAltered",
        (False,),
        "an ALTER would be repeated in part, and the sides' schemas would part unseen",
    ),
    Guard("ErrorBehavior.FailOnNoTablesCaptured", (True,), "a task that moves nothing would end well"),
    Guard("ErrorBehavior.DataErrorPolicy", _WHOLE, _SILENT),
    Guard("ErrorBehavior.DataTruncationErrorPolicy", _WHOLE, "a value would be cut without an error"),
    Guard("ErrorBehavior.TableErrorPolicy", _WHOLE, _SILENT),
    Guard("ErrorBehavior.ApplyErrorDeletePolicy", _LOGGED, _SILENT),
    Guard("ErrorBehavior.ApplyErrorInsertPolicy", _LOGGED, "a row that differs would be overwritten or left out"),
    Guard("ErrorBehavior.ApplyErrorUpdatePolicy", _LOGGED, "a missing row would be made up without its LOBs"),
    Guard("ErrorBehavior.ApplyErrorEscalationPolicy", _WHOLE, "a table with errors would go on"),
    Guard(
        "ErrorBehavior.ApplyErrorFailOnTruncationDdl",
        (False,),
        "the task would fail at a TRUNCATE, and meet it again when it is resumed; `replicate status` tells of one,"
        " and the proof before the freeze compares the table",
    ),
    Guard("ValidationSettings.ValidationOnly", (False,), "the task would move nothing"),
)
