"""The data plane of the DMS stand-in: one process per running task moves rows within a family of databases.

Modelled
    Tasks from PostgreSQL to PostgreSQL, and between MySQL, MariaDB and Aurora MySQL.
    Full load by COPY or LOAD DATA, several tables at once, states, rows, times (dms.md §7, §19.7).
    TargetTablePrepMode in its three forms; DROP_AND_CREATE makes columns and primary key only, with DMS's types (§12).
    Capture from a position taken before the load: a logical slot with test_decoding, or the ROW events of the binary
    log by file and offset, never by GTID (§9, §10, §19.8).
    Transactional apply in commit order; awsdms_txn_state in the same commit (§5.2), awsdms_apply_exceptions,
    awsdms_suspended_tables, awsdms_status with their real columns (§7).
    UPDATE and DELETE on a PostgreSQL table without key are captured and not applied (§12, §19.13); TRUNCATE is not
    carried from PostgreSQL (§12), and from MySQL as HandleSourceTableTruncated says (§5.2).
    ApplyError*, DataError*, TableError* and RecoverableError* policies with escalation (§5.2); FullLoadIgnoreConflicts.
    ReloadTables beside the running capture, `Table is being reloaded` until the changes logged meanwhile are applied
    (§2, §7, §15); validate-only.
    DDL while changes are followed, as ChangeProcessingDdlHandlingPolicy says (§5.2): from PostgreSQL by the audit table
    and event trigger of CaptureDdls, where the login may make them (§10); from MySQL by the binary log, without DROP
    and RENAME TABLE (§12). New columns stand at the end; defaults and nullability stay behind (§12).
    Tables made after the start, when the mappings take them and their CREATE TABLE is captured; on PostgreSQL a table
    made again after its DROP is another one.
    EnableValidation: key by key, pending → validated or mismatched, `No primary key`, awsdms_validation_failures_v1,
    re-validation on change, ValidationOnly in both types, SkipLobColumns, ValidationPartialLobSize (§7, §13, §19.16).
    BatchApplyEnabled: net changes table by table, one by one when the target refuses a batch (§5.2).
    LoopbackPreventionSettings: a transaction on the target is marked in TargetSchema's awsdms_loopback_prevention, one
    that is marked in SourceSchema's, on the source, is skipped (§14).
    HeartbeatEnable with its schema and frequency on PostgreSQL (§10).
    Full LOB mode refuses a NOT NULL LOB column of the target; while changes are followed a row comes with NULLs, then
    with its LOBs as the source has them by then (§5.3).
    StopTaskCachedChanges*, CdcStopPosition in both forms, resume and restart (§2).
    CdcStartPosition, with SlotName on PostgreSQL, and as a time on MySQL (§9).
    Limited LOB mode cuts at LobMaxSize, FailTasksOnLobTruncation fails the task (§5.3, §10).
    AfterConnectScript, and Initstmt on MySQL, on every target connection (§10); the slot outlives the task (§10).
    FailOnNoTablesCaptured; `Table does not exist` for explicit rules (§5.2, §7).
    A DatabaseName on a MySQL target takes the tables of all databases (§2).
    MySQL must log whole rows: format, image, compression and partial JSON are looked at before the start and in the
    log; a purged file ends the task (§10).

Assumed
    A load's tables share one snapshot, and one table is one target transaction: the service is less exact on both.
    On MySQL every connection has a snapshot of its own, all taken at once, when open transactions have ended or the
    timeout for them has passed; tables joined by foreign keys share one.
    Changes logged while the snapshots were taken are applied so that each row ends as its last change says.
    Tables joined by foreign keys are loaded again together.
    Reloads run one after the other; a full-load task runs those it is asked for before its end.
    A reload with DO_NOTHING empties the table; tables joined by foreign keys of MySQL are loaded again with it. A task
    that ends in between loads it again when it is resumed.
    What an ALTER TABLE changed is read from the catalog as it is then, by columns and their places. Rows logged before
    a later change of the same table lose what that change renamed or dropped; a load under way does not see it.
    The tables are looked for again when the start has waited for open transactions; one that the log is still to tell
    of is made on the target when it does.
    Without captured DDL, or against the policy, a column that came after the start is left out, with a warning.
    On the sandbox's PostgreSQL the master may make no event trigger, so there CaptureDdls captures nothing; on RDS it
    would. DDL that the target refuses follows TableErrorPolicy.
    A new table gets the columns it has when its CREATE TABLE is read; rows of CREATE TABLE … SELECT are not taken.
    Validation compares a table as a whole, and anew after changes; a row is a mismatch when the source's stayed as it
    was until the target had all that was logged by then. The service's delays are not kept.
    The columns of awsdms_loopback_prevention; the task makes it where it writes, and DDL is not marked. That only one
    task of a pair may load is not looked at.
    The documents in the columns KEY and DETAILS; the name and columns of the heartbeat's table.
    A stop waits two seconds for a statement on the target that goes on, at a lock say, and gives its transaction back.
    A batch is what is sent at once, inside the source's transactions.
    A large transaction that must be held lies in a file of the machine, whatever the memory settings say.
    Cached changes wait in the source's log, not in the instance's memory.
    A table of an interrupted load is emptied before it is loaded again.
    A row that a MySQL load finds there already is skipped, other warnings of LOAD DATA are a table error.
    An UPDATE of a primary key's value is applied, on PostgreSQL with a warning in the log; §12 says that the service
    ignores it there.
    REPLICA IDENTITY FULL or USING INDEX stands in for a missing primary key, and beside one that index finds the rows,
    for the log holds no other old values; on MySQL a unique key, else the whole row.
    Generated columns are left out. Partitioned parents of PostgreSQL are left out, their partitions taken (§12).
    Invisible columns of MySQL are moved; system databases never.
    An idle slot is advanced from the source's keep-alive messages; the real one needs a heartbeat (§10).
    Integrity errors follow ApplyError*, bad values DataErrorPolicy, others TableErrorPolicy; a failed load suspends.
    A bad AfterConnectScript ends a PostgreSQL task; on MySQL it is logged (§10).
    Foreign keys are not checked while a MySQL table is loaded; when changes are applied they are, unless a script says
    otherwise.
    Sessions on MySQL are strict, take dates that are none, and think in UTC.
    TRUNCATE on MySQL is repeated as a DELETE of all rows; an XA transaction is applied at its commit.
    Of a versioned table of MariaDB the present rows are moved; its UUID and INET values become text or bytes by the
    target's type; sequences are left out.
    The form of the slot's name; the numbers in a MySQL checkpoint but its first position; SERVER_NAME in the control
    tables.

Not modelled
    CommitRate, memory settings, the timeouts and sizes of batch apply.
    A MySQL table altered before its rows are read is a table error when the log does not fit the catalog.
    Before images, parallel load of one table; LobChunkSize and InlineLobMaxSize.
    GROUP_LEVEL validation, validation rules of the mappings, its thread and partition settings, resync.
    Views; the cut of unbounded varchar at 8,000 characters; TrimSpaceInChar; DDL of partitions.
    ServerTimezone, EventsPollInterval, ParallelLoadThreads, CleanSourceMetadataOnMismatch; compressed and encrypted
    logs.
    Types inside a JSON document that its text does not show.
    Contents of awsdms_history; ExtraConnectionAttributes but those that are settings.
"""
