"""What endpoints are told: what the page about it says is what is sent, and AWS's own model knows each key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import botocore.session
import pytest

from migrate.aws.endpoint_settings import endpoint_settings, member_of
from migrate.model import endpoint_reasons
from migrate.model.replication import EndpointSpec

KINDS = {"boolean": bool, "integer": int, "string": str}
ENGINES = {"postgres": endpoint_reasons.POSTGRES, "mysql": endpoint_reasons.MYSQL}
SPEC = EndpointSpec(
    identifier="shop-main-source", role="source", engine="postgres", secret_id="shop/dms", database="shop", tls="none"
)  # fmt: skip


def members(engine: str) -> Any:
    model = botocore.session.get_session().get_service_model("dms")
    return model.operation_model("CreateEndpoint").input_shape.members[member_of(engine)].members


@pytest.mark.parametrize("engine", ENGINES)
def test_aws_knows_every_key_and_takes_its_value(engine: str) -> None:
    known = members(engine)
    for one in ENGINES[engine]:
        shape = known[one.key]
        assert type(one.value) is KINDS[shape.type_name], one.key
        assert one.value in (getattr(shape, "enum", None) or [one.value]), one.key
        assert one.value != one.default, f"{one.key} is DMS's own default: nothing to tell of"


@pytest.mark.parametrize("role", ["source", "target"])
@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_sent_is_what_the_page_tells(engine: str, role: Any) -> None:
    sent = endpoint_settings(replace(SPEC, engine=engine, role=role, bypass_constraints=role == "target"), "arn:role")
    login = {"SecretsManagerSecretId", "SecretsManagerAccessRoleArn", "DatabaseName"}
    told = {one.key: one.value for one in ENGINES[engine] if role in one.roles}
    assert {key: value for key, value in sent.items() if key not in login} == told


def test_the_zone_of_the_server_is_told() -> None:
    spec = replace(SPEC, engine="mysql", time_zone="Europe/Berlin")
    assert endpoint_settings(spec, "arn:role")["ServerTimezone"] == "Europe/Berlin"


def test_constraints_act_where_they_are_not_to_be_bypassed() -> None:
    assert "AfterConnectScript" not in endpoint_settings(replace(SPEC, role="target"), "arn:role")
