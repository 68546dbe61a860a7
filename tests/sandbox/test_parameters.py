"""The sandbox's SSM parameters, asked as anybody's script would: what a switch by parameter rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.server
NAME = "/shop/database/host"


@pytest.fixture
def ssm(client: Callable[[str], Any]) -> Iterator[Any]:
    found = client("ssm")
    found.put_parameter(Name=NAME, Value="old", Type="String", Description="where the database is")
    yield found
    found.delete_parameter(Name=NAME)


def test_each_put_makes_the_next_version_and_says_which(ssm: Any) -> None:
    assert [ssm.put_parameter(Name=NAME, Value=value, Overwrite=True)["Version"] for value in ("new", "new")] == [2, 3]
    found = ssm.get_parameter(Name=NAME)["Parameter"]
    assert (found["Value"], found["Version"], found["Type"]) == ("new", 3, "String")
    assert ssm.get_parameter(Name=f"{NAME}:1")["Parameter"]["Value"] == "old"


def test_without_overwrite_nothing_is_put_over_another(ssm: Any) -> None:
    with pytest.raises(ClientError) as refused:
        ssm.put_parameter(Name=NAME, Value="new", Type="String")
    assert refused.value.response["Error"]["Code"] == "ParameterAlreadyExists"
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Version"] == 1


def test_one_that_is_not_there_is_not_found(ssm: Any) -> None:
    with pytest.raises(ClientError) as refused:
        ssm.get_parameter(Name="/shop/nowhere")
    assert refused.value.response["Error"]["Code"] == "ParameterNotFound"
