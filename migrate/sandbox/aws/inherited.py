"""What a restored cluster takes from the one that its data is of, unless the request names it (assumption)."""

from __future__ import annotations

OF_THE_DATA = (
    "database_name",
    "master_username",
    "storage_encrypted",
    "kms_key_id",
    "backup_retention_period",
    "preferred_backup_window",
    "preferred_maintenance_window",
)
