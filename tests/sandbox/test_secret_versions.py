"""The rules a cutover's compare-and-set rests on, asked through boto3."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.server

_numbers = itertools.count(1)


class Secret:
    """A secret with a version `a` that is current and a version `b` under a label of its own."""

    def __init__(self, api: Any) -> None:
        self.api, self.name = api, f"application-{next(_numbers)}"
        self.a = api.create_secret(Name=self.name, SecretString=json.dumps({"host": "a"}))["VersionId"]
        self.b = str(uuid.uuid4())
        api.put_secret_value(
            SecretId=self.name,
            ClientRequestToken=self.b,
            SecretString=json.dumps({"host": "b"}),
            VersionStages=["PREPARED"],
        )

    def labels(self) -> dict[str, list[str]]:
        rows = self.api.describe_secret(SecretId=self.name)["VersionIdsToStages"]
        return {version: sorted(stages) for version, stages in rows.items() if stages}

    def host(self, **which: str) -> str:
        found = self.api.get_secret_value(SecretId=self.name, **which)
        return str(json.loads(found["SecretString"])["host"])

    def switch(self, remove: str | None, to: str | None, label: str = "AWSCURRENT") -> None:
        wanted = {"RemoveFromVersionId": remove, "MoveToVersionId": to}
        self.api.update_secret_version_stage(
            SecretId=self.name, VersionStage=label, **{key: value for key, value in wanted.items() if value}
        )


@pytest.fixture
def secret(client: Callable[[str], Any]) -> Secret:
    return Secret(client("secretsmanager"))


def test_a_prepared_version_is_not_current(secret: Secret) -> None:
    assert secret.host() == "a"
    assert secret.host(VersionStage="PREPARED") == "b"
    assert secret.labels() == {secret.a: ["AWSCURRENT"], secret.b: ["PREPARED"]}


def test_a_switch_is_what_everybody_reads_from_then_on(secret: Secret) -> None:
    secret.switch(secret.a, secret.b)
    assert secret.host() == secret.host(VersionStage="AWSCURRENT") == "b"
    assert secret.host(VersionStage="AWSPREVIOUS") == "a"
    assert secret.labels() == {secret.a: ["AWSPREVIOUS"], secret.b: ["AWSCURRENT", "PREPARED"]}


def test_and_back_again(secret: Secret) -> None:
    secret.switch(secret.a, secret.b)
    secret.switch(secret.b, secret.a)
    assert secret.host() == "a"
    assert secret.labels() == {secret.a: ["AWSCURRENT"], secret.b: ["AWSPREVIOUS", "PREPARED"]}


@pytest.mark.parametrize("wrong", ["b", "missing", "none"])
def test_a_switch_from_where_the_label_is_not_changes_nothing(secret: Secret, wrong: str) -> None:
    before = secret.labels()
    remove = {"b": secret.b, "missing": str(uuid.uuid4()), "none": None}[wrong]
    with pytest.raises(ClientError) as refused:
        secret.switch(remove, secret.b)
    expected = "ResourceNotFoundException" if wrong == "missing" else "InvalidParameterException"
    assert refused.value.response["Error"]["Code"] == expected
    assert secret.labels() == before
    assert secret.host() == "a"


def test_a_switch_to_a_missing_version_changes_nothing(secret: Secret) -> None:
    before = secret.labels()
    with pytest.raises(ClientError):
        secret.switch(secret.a, str(uuid.uuid4()))
    assert secret.labels() == before


def test_the_second_of_two_switches_is_refused(secret: Secret) -> None:
    secret.switch(secret.a, secret.b)
    with pytest.raises(ClientError, match="InvalidParameterException"):
        secret.switch(secret.a, secret.b)
    assert secret.host() == "b"


def test_of_many_at_once_one_wins(secret: Secret) -> None:
    def attempt(_: int) -> bool:
        try:
            secret.switch(secret.a, secret.b)
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 1


def test_a_label_of_ones_own_follows_the_same_rules(secret: Secret) -> None:
    with pytest.raises(ClientError, match="InvalidParameterException"):
        secret.switch(None, secret.a, "PREPARED")
    secret.switch(secret.b, secret.a, "PREPARED")
    assert secret.labels() == {secret.a: ["AWSCURRENT", "PREPARED"]}
    secret.switch(secret.a, None, "PREPARED")
    secret.switch(None, secret.b, "PREPARED")
    assert secret.labels() == {secret.a: ["AWSCURRENT"], secret.b: ["PREPARED"]}


def test_a_value_put_plainly_becomes_current_and_leaves_other_labels(secret: Secret) -> None:
    secret.switch(None, secret.a, "KEEP")
    put = secret.api.put_secret_value(SecretId=secret.name, SecretString=json.dumps({"host": "c"}))
    assert put["VersionStages"] == ["AWSCURRENT"]
    assert secret.host() == "c"
    labels = secret.labels()
    assert labels[put["VersionId"]] == ["AWSCURRENT"]
    assert labels[secret.a] == ["AWSPREVIOUS", "KEEP"]
    assert labels[secret.b] == ["PREPARED"]


def test_the_same_token_with_the_same_value_is_the_same_version(secret: Secret) -> None:
    again = secret.api.put_secret_value(
        SecretId=secret.name,
        ClientRequestToken=secret.b,
        SecretString=json.dumps({"host": "b"}),
        VersionStages=["PREPARED"],
    )
    assert again["VersionId"] == secret.b
    with pytest.raises(ClientError, match="ResourceExistsException"):
        secret.api.put_secret_value(
            SecretId=secret.name, ClientRequestToken=secret.b, SecretString="other", VersionStages=["PREPARED"]
        )
    assert secret.host() == "a"


def test_an_unknown_label_has_no_value(secret: Secret) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        secret.host(VersionStage="NOWHERE")


def test_updating_the_secret_makes_a_current_version(secret: Secret) -> None:
    made = secret.api.update_secret(SecretId=secret.name, SecretString=json.dumps({"host": "d"}))["VersionId"]
    assert secret.host() == "d"
    assert secret.labels()[made] == ["AWSCURRENT"]
    assert secret.labels()[secret.a] == ["AWSPREVIOUS"]
