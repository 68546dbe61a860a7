"""Databases that are not the user's."""

from __future__ import annotations

TOOLKIT_SCHEMA = "aurora_migrate"
"""The toolkit's own database: markers, positions, the fence."""
CONTROL_SCHEMA = "awsdms_control"
"""Where DMS keeps its control tables; the toolkit reads them."""
OF_THE_SERVER = ("mysql", "sys", "information_schema", "performance_schema", "ndbinfo")
NOT_THE_USERS = (*OF_THE_SERVER, TOOLKIT_SCHEMA, CONTROL_SCHEMA)
