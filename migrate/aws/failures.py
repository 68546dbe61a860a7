"""What stopped a task, and what to do: DMS's free text and its stop reasons, sorted into causes.

Sources: dms.md §8 (stop reasons and the pattern of LastFailureMessage), §9 and §10 (what a source must keep and allow),
§15 (quotas), §18 (what users meet most); the words of the servers are PostgreSQL's and MySQL's own, which DMS repeats.
What fits nothing here is passed on with its text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from migrate.errors import AwsError


class Fault(StrEnum):
    """Who has to act."""

    SOURCE = "the source database"
    TARGET = "the target database"
    LOGIN = "a login of DMS's"
    NETWORK = "the network"
    TASK = "the task's size or settings"
    DMS = "AWS"


class SourceFailed(AwsError):
    fault = Fault.SOURCE.value


class TargetFailed(AwsError):
    fault = Fault.TARGET.value


class LoginFailed(AwsError):
    fault = Fault.LOGIN.value


class NetworkFailed(AwsError):
    fault = Fault.NETWORK.value


class TaskFailed(AwsError):
    fault = Fault.TASK.value


ERRORS: dict[Fault, type[AwsError]] = {
    Fault.SOURCE: SourceFailed,
    Fault.TARGET: TargetFailed,
    Fault.LOGIN: LoginFailed,
    Fault.NETWORK: NetworkFailed,
    Fault.TASK: TaskFailed,
    Fault.DMS: AwsError,
}


@dataclass(frozen=True)
class Cause:
    """One known way to stop. `words` is looked for in DMS's text; `reasons` are stop reasons that mean it, too."""

    code: str
    fault: Fault
    words: str
    what: str
    fix: str
    source: str
    reasons: tuple[str, ...] = ()
    lost: bool = False
    """Going on cannot bring back what it had not read."""

    def fits(self, text: str, reason: str) -> bool:
        return reason in self.reasons or bool(self.words and re.search(self.words, text, re.IGNORECASE))


def _code(codes: str) -> str:
    """A server's number or SQLSTATE as drivers give it: `(1045)`, `ERROR 1045`, ODBC's `NativeError: 1045`."""
    return rf"(?:\(|ERROR:? |NativeError: |SqlState: )(?:{codes})\b"


ANEW = (
    "What it had not read is lost to it, and resuming cannot bring it back: load anew, after aurora-migrate replicate"
    " destroy and with the target's tables dropped, and have the log kept for longer than a task may stand still."
)
ENLARGE = (
    "name a larger instance_class or allocated_storage_gb under [replication]. Past the load the instance gets it by"
    " aurora-migrate replicate apply-settings"
)

CUT_OFF = r"SSL SYSCALL error|SSL connection has been closed|unexpected eof|connection (?:reset|timed out)|broken pipe"
"""A connection that was lost, also in the words of TLS beneath it, which then has nothing to do with it."""

CAUSES: tuple[Cause, ...] = (
    Cause("AWS-LOG-GONE", Fault.SOURCE, r"\b1236\b.*Could not find first log",
          "the source's log is purged", ANEW, "dms.md §18 no. 10", lost=True),
    Cause("AWS-SLOT-GONE", Fault.SOURCE,
          r"replication slot .*(does not exist|no longer|invalidat|lost)|can no longer (get changes|access) .*slot"
          r"|requested WAL segment \S+ has already been removed",
          "its replication slot is gone, or the server has given up what it held",
          f"{ANEW} max_slot_wal_keep_size of the source limits what a slot may hold.", "dms.md §9, §10, §18 no. 9",
          lost=True),
    Cause("AWS-DMS-LOGIN", Fault.LOGIN,
          r"password authentication failed|Access denied for user|no password supplied|not permitted to log in"
          r"|account .*is locked|password .*expired|role \"[^\"]*\" does not exist|" + _code(r"28P01|28000|1045|3118"),
          "the server refuses the login",
          "Its password was changed, or it is locked: put the one that opens it into the secret"
          " <migration>/dms/<side>/<capture or feed>, or unlock it.", "dms.md §11"),
    Cause("AWS-DMS-SECRET", Fault.LOGIN,
          r"\bsecrets? .*(cannot be read|lacks|not a number)|Secrets? ?Manager|secret_?id",
          "DMS cannot read the login from its secret",
          "Is the secret there, with username, password, host and port? May the role secret_access_role_arn read it and"
          " use its key?", "dms.md §11"),
    Cause("AWS-DMS-DENIED", Fault.LOGIN,
          r"permission denied|command denied to user|must be (superuser|owner|member)|"
          + _code(r"42501|1044|1142|1143|1227"),
          "the login lacks a right", "Give it what `replicate start` gives: docs/operations.md lists it.",
          "dms.md §10"),
    Cause("AWS-DMS-TLS", Fault.NETWORK,
          rf"(?s)\A(?!.*(?:{CUT_OFF})).*(\b(SSL|TLS)\b|certificate|no encryption)",
          "TLS could not be agreed on",
          "Does ca_file hold the server's authority, and its certificate this name? Mend it.", "dms.md §10"),
    Cause("AWS-TARGET-FULL", Fault.TARGET, r"no space left|disk (is )?full|could not extend file|The table .* is full"
          r"|" + _code(r"53100|1021|1114"), "a server has no space left",
          "Give that server room; a slot that nobody reads may be what fills a source.", "dms.md §18 no. 9"),
    Cause("AWS-DMS-READ-ONLY", Fault.TARGET, r"read-only transaction|--(super-)?read-only|" + _code(r"25006|1290|1836"),
          "the server is read-only: a reader, or the former writer after a failover",
          "Use the cluster's writer endpoint in the secret's host.", "dms.md §10"),
    Cause("AWS-DMS-CONNECTIONS", Fault.NETWORK, r"too many (clients|connections)|remaining connection slots"
          r"|" + _code(r"53300|1040|1203|1226"), "the server admits no more connections",
          "Raise max_connections, or lower full_load_subtasks.", "dms.md §8"),
    Cause("AWS-DMS-SLOTS", Fault.SOURCE, r"all replication slots are in use|max_replication_slots|max_wal_senders",
          "the source has no replication slot or sender left",
          "Raise max_replication_slots and max_wal_senders, or drop what nobody reads.", "dms.md §10"),
    Cause("AWS-DMS-LOG-FORM", Fault.SOURCE, r"binlog_?(format|row_image)|wal_level|log_bin|binary logging"
          r"|server writes no binary log", "the source's log does not hold what DMS reads",
          "Set wal_level = logical (RDS: rds.logical_replication = 1), or binlog_format = ROW with binlog_row_image ="
          " FULL; what was written meanwhile is lost to the task: load anew.", "dms.md §10"),
    Cause("AWS-DMS-ROW-THERE", Fault.TARGET, r"duplicate key|Duplicate entry|" + _code(r"23505|1062"),
          "a row of that key is on the target already",
          "Somebody writes there, or a table was loaded into rows that were left: find out who, then"
          " aurora-migrate replicate reload TABLE", "dms.md §18 no. 12"),
    Cause("AWS-DMS-FOREIGN-KEY", Fault.TARGET, r"violates foreign key|foreign key constraint fails|"
          + _code(r"23503|1452"),
          "a foreign key of the target refuses a row",
          "Its parent is missing there: aurora-migrate validate tells which rows.", "dms.md §18 no. 18"),
    Cause("AWS-DMS-SHAPE", Fault.TARGET, r"(column|relation|table) .* does(n't| not) exist|Unknown column"
          r"|" + _code(r"42703|42P01|1054|1146"), "the target lacks a table or a column that the source has",
          "A change of the schema is not carried over: make it on the target by hand.", "dms.md §12"),
    Cause("AWS-DMS-LOB", Fault.TASK, r"LOB.*truncat|truncat.*LOB|LobMaxSize",
          "a value is larger than the task's limit, and the task stops rather than cut it",
          "Find the largest value with aurora-migrate assess. Name a higher lob_max_kb, or, where that is at its most,"
          ' lob = "unlimited" for the table. A task past its load gets it by aurora-migrate replicate apply-settings.',
          "dms.md §5.3, §18 no. 3"),
    Cause("AWS-DMS-NO-TABLES", Fault.TASK, r"no tables (were|was) (found|captured)|FailOnNoTablesCaptured",
          "the task's mapping selects no table", "Correct include and exclude under [[tasks]], destroy, load anew.",
          "dms.md §18 no. 13"),
    Cause("AWS-DMS-OPEN-TRANSACTIONS", Fault.SOURCE, r"transaction consistency|open transactions",
          "transactions stayed open on the source for longer than the load waits for them",
          "End them, or load when there are none that long: destroy, empty the target, start again.", "dms.md §5.2"),
    Cause("AWS-DMS-DISK", Fault.TASK, "", "the replication instance's disk is full",
          f"Too much waits to be applied: make the target faster, or {ENLARGE}.",
          "dms.md §8", ("STOPPED_DUE_TO_LOW_DISK",)),
    Cause("AWS-DMS-MEMORY", Fault.TASK, "", "the replication instance is out of memory",
          f"Allow fewer full_load_subtasks, or {ENLARGE}.", "dms.md §8", ("STOPPED_DUE_TO_LOW_MEMORY",)),
    Cause("AWS-DMS-ABNORMAL", Fault.TASK, r"stopped abnormally", "its process ended without a word",
          f"On small instances that is memory: {ENLARGE}. Its log may tell of another cause.", "dms.md §8, §18 no. 2"),
    Cause("AWS-DMS-UNREACHED", Fault.NETWORK,
          rf"{CUT_OFF}|could not connect|can't connect|connection (refused|failed|is lost|to server)"
          r"|lost connection|server closed the connection|terminating connection|gone away|no route to host"
          r"|name or service not known|translate host name|is shutting down|ODBC general error|"
          + _code(r"08\d{3}|57P0\d|2002|2003|2006|2013"),
          "the server cannot be reached, or was restarted",
          "Is it up? Security groups, routes and the name of the host: docs/operations.md, Reachability.",
          "dms.md §8"),
    Cause("AWS-DMS-SUBTASK", Fault.DMS, r"error notification received from subtask",
          "one of its parts failed, and its log alone says why",
          "Read the task's log (log group dms-tasks-<instance>). No log at all: the role dms-cloudwatch-logs-role is"
          " missing.", "dms.md §8, §18 no. 15, 17"),
    Cause("AWS-DMS-RESTARTED", Fault.DMS, "", "DMS took it down for its own maintenance", "", "dms.md §8",
          ("RECONFIGURATION_RESTART", "RECYCLE_TASK")),
    Cause("AWS-DMS-LICENSE", Fault.DMS, "", "limits of DMS's licence are reached", "Ask AWS.", "dms.md §8",
          ("EXPRESS_LICENSE_LIMITS_REACHED",)),
    Cause("AWS-DMS-DDL", Fault.SOURCE, "", "it stopped after a change of the schema",
          "Make the change on the target, too.", "dms.md §8", ("STOPPED_AFTER_DDL_APPLY",)),
)  # fmt: skip
"""The first that fits counts: what is narrow stands before what is wide."""

_TRIMMED = re.compile(r"^Last Error\s+|\s*Stop Reason \w+ Error Level \w+\s*$")


def cause_of(text: str, reason: str = "") -> Cause | None:
    """The cause that DMS's `text` or stop `reason` tells of; None for one that is unknown."""
    return next((cause for cause in CAUSES if cause.fits(text, reason)), None)


def said(text: str) -> str:
    """DMS's own words, without the frame of its LastFailureMessage."""
    return _TRIMMED.sub("", text).strip()


def explained(subject: str, cause: Cause, text: str, onward: str) -> AwsError:
    """`subject` completes to `… : <what>`, and DMS's own words follow. `onward` is how to go on once it is mended."""
    words = said(text)
    hint = cause.fix if cause.lost else f"{cause.fix} {onward}".strip()
    return ERRORS[cause.fault](f"{subject}: {cause.what}{f': {words}' if words else ''}", code=cause.code, hint=hint)
