"""The data plane of the DMS stand-in: one process per running task moves rows between servers of one family.

Modelled
    A line that names no family holds for both; MySQL stands for MariaDB, too.
    Full load of several tables at once, states, rows, times (dms.md §7, §19.7): PostgreSQL by COPY in one exported
    snapshot, MySQL by LOAD DATA LOCAL from snapshots that are opened together.
    TargetTablePrepMode in its three forms; DROP_AND_CREATE makes columns and primary key only, with DMS's types (§12).
    PostgreSQL: capture by a logical slot with test_decoding from a position taken before the load (§10, §19.8).
    MySQL: capture from the binary log in row format, with minimal metadata, from a position taken before the load
    (§9, §10); XA transactions and savepoints; XA, too, where it was prepared before the start.
    Transactional apply in commit order; awsdms_txn_state in the same commit (§5.2), awsdms_apply_exceptions,
    awsdms_suspended_tables, awsdms_status with their real columns (§7).
    PostgreSQL: UPDATE and DELETE on a table without key are captured and not applied (§12, §19.13); TRUNCATE is not
    carried (§12). MySQL: a row without key is found by all its columns.
    ApplyError*, DataError*, TableError* and RecoverableError* policies with escalation (§5.2); FullLoadIgnoreConflicts.
    StopTaskCachedChanges*, CdcStopPosition in both forms, CdcStartPosition with SlotName, resume and restart (§2, §9).
    MySQL: CdcStartPosition as `file:offset`; a position whose file was purged fails the task (§9).
    Limited LOB mode cuts at LobMaxSize, FailTasksOnLobTruncation fails the task (§5.3, §10).
    AfterConnectScript on every target connection (§10); the slot of PostgreSQL outlives the task (§10).
    ReloadTables with data-reload (§2, §15).
    FailOnNoTablesCaptured; `Table does not exist` for explicit rules (§5.2, §7).

Assumed
    A load's tables share one snapshot, and one table is one target transaction: the service is less exact on both.
    Cached changes wait in the source's log, on the source, not in the instance's memory.
    A table of an interrupted load is emptied before it is loaded again.
    An UPDATE of a primary key's value is applied, with a warning in the log; §12 says that the service ignores it.
    REPLICA IDENTITY FULL or USING INDEX stands in for a missing primary key.
    Generated columns are left out. Partitioned parents are left out, their partitions taken (§12).
    An idle slot is advanced from the source's keep-alive messages; the real one needs a heartbeat (§10).
    Errors other than integrity follow DataErrorPolicy (SQLSTATE 22) or TableErrorPolicy; a failed bulk load suspends.
    A bad AfterConnectScript ends the task. The form of the slot's name; SERVER_NAME in the control tables.

Not modelled
    Batch apply (changes are applied as transactions whatever BatchApplyEnabled says), CommitRate, memory settings.
    DDL: CaptureDdls artefacts, HandleSourceTable*; tables made after the start are not taken.
    Heartbeats, loopback prevention, before images, parallel load of one table, full LOB mode's NULL-then-update.
    Validation; views; the cut of unbounded varchar at 8,000 characters; TrimSpaceInChar.
    Contents of awsdms_history; ExtraConnectionAttributes (none is known to the worker).
"""
