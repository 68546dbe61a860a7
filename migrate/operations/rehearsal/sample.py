"""A sample: schema, data, application and judge that ship with the toolkit, or the user's own of the same shape."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.route import Engine
from migrate.errors import UsageError
from migrate.shipped import shipped


@dataclass(frozen=True)
class Sample:
    """sample.toml of `folder`, paths resolved."""

    folder: Path
    title: str
    engine: Engine
    database: str
    owner: str
    application: str
    schemas: tuple[str, ...]
    schema_file: Path
    grants_file: Path
    data_file: Path
    workload: Path
    judge: Path
    sessions: int
    rate: float
    waivers: tuple[dict[str, str], ...] = ()
    """Findings that hold for the sandbox alone, e.g. a server version that DMS does not list."""

    @property
    def name(self) -> str:
        return self.folder.name


def load(folder: Path) -> Sample:
    """Read `folder`/sample.toml; `postgres/ledger` names a shipped sample. Raises UsageError."""
    found = next((c for c in (folder, shipped("sample_schemas") / folder) if (c / "sample.toml").is_file()), None)
    if found is None:
        raise UsageError(
            f"{folder} is not a sample: it holds no sample.toml",
            code="CFG-060",
            hint="Shipped samples: postgres/ledger, mysql/shop, mariadb/press.",
        )
    found = found.resolve()
    try:
        document: dict[str, Any] = tomllib.loads((found / "sample.toml").read_text(encoding="utf-8"))
        about, files, workload = document["sample"], document["files"], document["workload"]
        return Sample(
            folder=found,
            title=about["title"],
            engine=Engine(about["engine"]),
            database=about["database"],
            owner=about["owner"],
            application=about["application"],
            schemas=tuple(about["schemas"]),
            schema_file=found / files["schema"],
            grants_file=found / files["grants"],
            data_file=found / files["data"],
            workload=(found / files["workload"]).resolve(),
            judge=(found / files["judge"]).resolve(),
            sessions=int(workload["sessions"]),
            rate=float(workload["rate"]),
            waivers=tuple({key: str(value) for key, value in one.items()} for one in document.get("waivers", [])),
        )
    except (KeyError, ValueError, tomllib.TOMLDecodeError) as problem:
        raise UsageError(
            f"{found / 'sample.toml'}: {problem}", code="CFG-061", hint="See the shipped samples."
        ) from None
