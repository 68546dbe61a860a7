"""TableMappings as DMS takes them: the document is made in `model.table_mappings`, which the plan shows too."""

from __future__ import annotations

from migrate.model.table_mappings import selected, table_mappings

__all__ = ["selected", "table_mappings"]
