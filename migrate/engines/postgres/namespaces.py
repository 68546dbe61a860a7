"""Schemas of a PostgreSQL database that are not the user's."""

from __future__ import annotations

TOOLKIT_SCHEMA = "aurora_migrate"
