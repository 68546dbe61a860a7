"""[[tasks]] of migration.toml: which tables one DMS task takes, and how it loads them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from migrate.model.tuning import LOB_MAX_KB
from migrate.section import Section


class TaskTableSection(Section):
    """[[tasks.tables]]: one table that is loaded in another way than the rest of its task."""

    table: str = Field(pattern=r"^[^.]+\..+$")
    split_by: tuple[str, ...] = ()
    boundaries: tuple[tuple[str, ...], ...] = ()
    partitions: tuple[str, ...] = ()
    lob: Literal["limited", "unlimited"] | None = None
    lob_max_kb: int | None = Field(default=None, ge=1, le=LOB_MAX_KB)

    @model_validator(mode="after")
    def _one_way(self) -> TaskTableSection:
        if self.split_by and self.partitions:
            raise ValueError("split_by and partitions are two ways to load a table in parts: choose one")
        if bool(self.split_by) != bool(self.boundaries):
            raise ValueError("split_by and boundaries go together")
        if self.lob == "unlimited" and self.lob_max_kb is not None:
            raise ValueError('lob = "unlimited" has no lob_max_kb')
        return self


class TaskSection(Section):
    name: str = Field(pattern=r"^[a-z][a-z0-9]{0,14}$")
    include: tuple[str, ...] = ("*.*",)
    exclude: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    lob_max_kb: int = Field(default=LOB_MAX_KB, ge=1, le=LOB_MAX_KB)
    full_load_subtasks: int | None = Field(default=None, ge=1, le=49)
    """Default: [replication] full_load_subtasks."""
    tables: tuple[TaskTableSection, ...] = ()

    @field_validator("together")
    @classmethod
    def _pairs_at_least(cls, together: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        if any(not group for group in together):
            raise ValueError('a group names patterns of tables, e.g. [["shop.orders", "shop.order_*"]]')
        return together
