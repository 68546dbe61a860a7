"""Which cluster parameters come into force only when the instances are rebooted.

Source: Aurora User Guide, parameter references of Aurora PostgreSQL and Aurora MySQL. Of binlog_format the guide does
not say it; it is counted here, for a log that is off until somebody reboots is found out too late.
"""

from __future__ import annotations

AT_REBOOT = frozenset(
    {
        "rds.logical_replication",
        "max_replication_slots",
        "max_wal_senders",
        "max_logical_replication_workers",
        "max_worker_processes",
        "max_connections",
        "shared_preload_libraries",
        "binlog_format",
        "aurora_enhanced_binlog",
    }
)
