"""A desk at each module's own sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.sandbox.client import Launched
from tests.stages_provision.desk import Desk


@pytest.fixture
def desk(
    tmp_path: Path, sandbox: Launched, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    return Desk(tmp_path, sandbox.endpoint_url, capsys, monkeypatch)
