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
    Cached changes wait in the source's log, not in the instance's memory.
    A table of an interrupted load is emptied before it is loaded again.
    A row that a MySQL load finds there already is skipped, other warnings of LOAD DATA are a table error.
    An UPDATE of a primary key's value is applied, on PostgreSQL with a warning in the log; §12 says that the service
    ignores it there.
    REPLICA IDENTITY FULL or USING INDEX stands in for a missing primary key; on MySQL a unique key, else the whole row.
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
    Batch apply (changes are applied as transactions whatever BatchApplyEnabled says), CommitRate, memory settings.
    DDL: CaptureDdls artefacts, HandleSourceTableDropped and …Altered; tables made after the start are not taken.
    A MySQL table altered under way is read anew from the catalog, and is a table error when the log does not fit it.
    Heartbeats, loopback prevention, before images, parallel load of one table, full LOB mode's NULL-then-update.
    Validation; ReloadTables; views; the cut of unbounded varchar at 8,000 characters; TrimSpaceInChar.
    ServerTimezone, EventsPollInterval, ParallelLoadThreads, CleanSourceMetadataOnMismatch; compressed and encrypted
    logs.
    Types inside a JSON document that its text does not show.
    Contents of awsdms_history; ExtraConnectionAttributes but those that are settings.
"""
