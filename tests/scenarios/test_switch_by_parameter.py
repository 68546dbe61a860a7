"""The application reads its database from an SSM parameter: there, back, there again, and what it wrote is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.switched import Application, login_alone, there_and_back_and_there_again
from tests.scenarios.theatre import Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("switches")]
NAME = "/ledger/database"


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Staged]:
    for made in stage(tmp_path):
        made.boto("ssm").put_parameter(Name=NAME, Value=f"{made.source.host}:{made.source.port}", Type="String")
        login_alone(made, f'parameter = "{NAME}"\nvalue = "{{host}}:{{port}}"')
        yield replicated(made)


def test_there_and_back_and_there_again(staged: Staged) -> None:
    ssm = staged.boto("ssm")
    application = Application(staged, lambda: str(ssm.get_parameter(Name=NAME)["Parameter"]["Value"]))
    there_and_back_and_there_again(staged, application, f"parameter {NAME}")
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Version"] == 4, "each switch put it once"
