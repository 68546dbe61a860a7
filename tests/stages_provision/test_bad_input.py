"""What would not do is told by `provision` with its reason and what to do, before anything is sent or made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from migrate.sandbox.client import Launched, launch
from tests.stages_provision.desk import Desk
from tests.stub_aws import Refusal, StubAws, refused

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("provision-bad-input")]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launch(tmp_path_factory.mktemp("bad-input")) as launched:
        yield launched


@pytest.fixture
def ec2(sandbox: Launched) -> Any:
    key = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return boto3.client("ec2", endpoint_url=sandbox.endpoint_url, region_name=sandbox.region, **key)


@pytest.fixture
def site(ec2: Any, sandbox: Launched) -> tuple[str, list[str]]:
    """A VPC with subnets in zones a, a and b."""
    vpc = ec2.create_vpc(CidrBlock="10.66.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.66.{n}.0/24", AvailabilityZone=f"{sandbox.region}{zone}")["Subnet"]
        for n, zone in enumerate("aab")
    ]
    return vpc, [one["SubnetId"] for one in made]


def test_one_availability_zone(desk: Desk, site: tuple[str, list[str]]) -> None:
    vpc, (one, same, _) = site
    for command in ("plan", "apply"):
        told = desk.told(command, 2, vpc_id=vpc, subnet_ids=[one, same])
        assert told["code"] == "PRV-022"
        assert "a failure of that zone would end the database" in told["message"]
        assert "at least two availability zones" in told["hint"]
    assert "names one subnet" in desk.told("plan", 2, vpc_id=vpc, subnet_ids=[one])["message"]


def test_a_public_subnet(desk: Desk, site: tuple[str, list[str]], ec2: Any) -> None:
    vpc, (inner, _, outer) = site
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=outer)
    told = desk.told("apply", 2, vpc_id=vpc, subnet_ids=[inner, outer])
    assert told["code"] == "PRV-023"
    assert told["message"].startswith(f"{outer} can be reached from the internet")
    assert "allow_public_subnets" in told["hint"]


@pytest.mark.parametrize(
    ("target", "code", "why", "remedy"),
    [
        ({"version": "17.99"}, "PRV-020", "has no version 17.99", "The newest known are 18."),
        ({"version": "12.22"}, "PRV-027", "ended on 2025-02-28", "extended_support = true"),
        ({"version": "seventeen"}, "CFG-004", "target.version", "migration-toml"),
        ({"instance_class": "db.m5.large"}, "PRV-025", "db.m5.large is not offered for aurora-postgresql 17.5",
         "describe-orderable-db-instance-options"),
        ({"stack": "a" * 64}, "CFG-004", "at most 63 characters", "migration-toml"),
        ({"database": "d" * 64}, "CFG-004", "at most 63 characters", "migration-toml"),
        ({"tags": {"Owner": "payments"}}, "PRV-021", "tag CostCenter is missing or empty", "[target.tags]"),
        ({"tags": {"aws:me": "x"}}, "CFG-004", "this prefix belongs to AWS", "migration-toml"),
        ({"client_security_groups": ["0.0.0.0/0"]}, "CFG-004", "an address says nothing about who uses it",
         "migration-toml"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_settings_that_would_not_do(desk: Desk, target: dict[str, Any], code: str, why: str, remedy: str) -> None:
    told = desk.told("plan", 2, **target)
    assert told["code"] == code
    assert why in told["message"]
    assert remedy in told["hint"]


EXPIRED = refused("RequestExpired", "Request has expired.")


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (EXPIRED, "Log in to AWS again"),
        (replace(EXPIRED, code="ExpiredToken"), "Log in to AWS again"),
        (refused("AuthFailure", "AWS was not able to validate the provided access credentials"), "not enabled"),
        (refused("OptInRequired", "You are not subscribed to this service"), "not enabled"),
        (refused("UnauthorizedOperation", "You are not authorized to perform this operation"), "aurora-migrate doctor"),
    ],
    ids=lambda value: value.code if isinstance(value, Refusal) else "",
)
@pytest.mark.parametrize("command", ["plan", "apply", "status", "destroy --confirm ledger --lift-protection"])
def test_credentials_that_ended_and_a_region_that_is_not_enabled(
    desk: Desk, command: str, answer: Refusal, hint: str
) -> None:
    with StubAws() as aws:
        aws.answers(answer)
        told = replace(desk, endpoint=aws.url).told(command, 8)
        assert aws.asked == 1, "asking again would be of no use"
    assert (told["code"], told["retryable"]) == (f"AWS-{answer.code}", False)
    assert answer.message in told["message"]
    assert hint in told["hint"]


def test_throttling_is_waited_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with StubAws() as aws:
        aws.answers(*[refused("RequestLimitExceeded", "Rate exceeded", status=503)] * 3, EXPIRED)
        told = replace(desk, endpoint=aws.url).told("plan", 8)
        assert aws.asked == 4, "the fourth request was answered with something else"
    assert told["code"] == "AWS-RequestExpired"


@pytest.mark.parametrize("command", ["status", "drift"])
def test_what_was_never_made_is_told_as_that(desk: Desk, command: str) -> None:
    told = desk.told(command, 8, stack="nothing-here")
    assert (told["code"], told["message"]) == ("AWS-NO-STACK", "there is no stack nothing-here")
    assert desk.answers("plan", stack="planned-only")["kind"] == "CREATE"
    told = desk.told(command, 8, stack="planned-only")
    assert told["code"] == "AWS-NO-STACK"
    assert told["message"].endswith("it was planned, and nothing was made")
    assert told["hint"] == "Run: aurora-migrate provision apply"


@pytest.mark.parametrize("command", ["plan", "apply", "status", "drift", "audit", "dms-roles"])
def test_an_endpoint_that_is_not_there(desk: Desk, command: str) -> None:
    told = replace(desk, endpoint="http://127.0.0.1:9").told(command, 8)
    assert told["code"] == "AWS-NO-ANSWER"
    assert "http://127.0.0.1:9 does not answer" in told["message"]
