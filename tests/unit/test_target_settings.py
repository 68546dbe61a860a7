"""[target] refuses what AWS would refuse late, or what a reviewer would: with the reason, before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from migrate.errors import UsageError
from migrate.model.cluster_options import Capacity, SecretUse, Storage
from migrate.model.subnet import Subnet
from migrate.model.tags import MARK
from migrate.operations.target import cluster_spec, fit_network, fit_offer, obey_policy
from migrate.settings import Settings
from migrate.target_settings import TargetSection

POSTGRES = {"engine": "aurora-postgresql", "version": "17.5", "stack": "ledger", "database": "appdb"}
MYSQL = {"engine": "aurora-mysql", "version": "3.10.0", "stack": "shop", "database": "shop"}
TAGS = {
    "Environment": "Production",
    "Application": "ledger",
    "Owner": "payments",
    "DataClassification": "confidential",
    "CostCenter": "4711",
}
SUBNETS = ("subnet-0a1b2c3d", "subnet-4e5f6a7b")


def settings(**target: Any) -> Settings:
    return Settings.model_validate(
        {
            "migration": {"name": "ledger"},
            "source": {"engine": "postgres", "host": "h", "port": 5432, "database": "appdb", "user": "u"},
            "target": {**POSTGRES, **target},
            "aws": {"region": "eu-central-1"},
            "application": {"secret": "app"},
            "replication": {"security_group_ids": ["sg-0a1b2c3d"]},
        }
    )


@pytest.mark.parametrize(
    ("base", "given", "why"),
    [
        (POSTGRES, {"client_security_groups": ["0.0.0.0/0"]}, "is an address range: only members of security groups"),
        (POSTGRES, {"client_security_groups": ["10.0.0.0/8"]}, "an address says nothing about who uses it"),
        (POSTGRES, {"client_security_groups": ["everyone"]}, "is not the id of a security group"),
        (POSTGRES, {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": ["subnet-0a1b2c3d"]}, "names one subnet"),
        (POSTGRES, {"subnet_ids": SUBNETS}, "without vpc_id"),
        (POSTGRES, {"stack": "a" * 64}, "at most 63"),
        (POSTGRES, {"stack": "two--hyphens"}, "should match pattern"),
        (POSTGRES, {"stack": "hyphen-at-the-end-"}, "should match pattern"),
        (POSTGRES, {"master_username": "postgres"}, "taken by Aurora or guessed first"),
        (POSTGRES, {"master_username": "m" * 33}, "32 in all"),
        (POSTGRES, {"tags": {"aws:owner": "me"}}, "belongs to AWS"),
        (POSTGRES, {"tags": {"Owner": "x" * 257}}, "more than 256"),
        (POSTGRES, {"tags": {"Owner": "<script>"}}, "characters that AWS refuses"),
        (POSTGRES, {"tags": {f"t{n}": "" for n in range(46)}}, "at most 45"),
        (POSTGRES, {"capacity": {"minimum": 0}}, "greater than or equal to 0.5"),
        (POSTGRES, {"capacity": {"minimum": 8, "maximum": 4}}, "minimum is more than maximum"),
        (POSTGRES, {"capacity": {"minimum": 0.7}}, "multiple of 0.5"),
        (POSTGRES, {"backup": {"backtrack_hours": 24}}, "only Aurora MySQL can backtrack"),
        (MYSQL, {"backup": {"backtrack_hours": 24}}, "excludes the binary log, which the way back reads"),
        (POSTGRES, {"proxy": {}, "port": 5433, "secrets": ["application"]}, "always listens on port 5432"),
        (POSTGRES, {"proxy": {}}, 'secrets = ["application"]'),
        (POSTGRES, {"monitoring": {"log_days": 100}}, "log_days"),
        (POSTGRES, {"custom_endpoint": {"name": "reports", "readers": [3]}}, "there are 1 readers"),
        (POSTGRES, {"stack": "a" * 51, "backup": {"plan_days": 35}}, "in at most 50 characters"),
        (POSTGRES, {"database": "d" * 64}, "names of at most 63 characters"),
        (MYSQL, {"database": "d" * 65}, "names of at most 64 characters"),
        (POSTGRES, {"kms_key_arn": "alias/mine"}, "should match pattern"),
        (POSTGRES, {"backup_retention_days": 36}, "less than or equal to 35"),
    ],
)
def test_what_would_not_do_is_refused_with_the_reason(base: dict[str, Any], given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TargetSection.model_validate({**base, **given})
    assert why in str(caught.value)


def test_backtrack_is_taken_once_the_way_back_was_given_up() -> None:
    target = {**MYSQL, "backup": {"backtrack_hours": 24}, "parameters": {"binlog_format": "OFF"}}
    assert TargetSection.model_validate(target).backup.backtrack_hours == 24


def test_every_option_reaches_the_spec() -> None:
    spec = cluster_spec(
        settings(
            tags=TAGS,
            storage="io-optimized",
            instance_class="db.serverless",
            capacity={"minimum": 2, "maximum": 32},
            client_security_groups=["sg-0123456789abcdef0"],
            secrets=["application", "dms", "toolkit"],
            proxy={},
            autoscaling={"maximum": 3},
            custom_endpoint={"name": "reports", "readers": [1]},
            backup={"plan_days": 35},
        ),
        "vpc-0a1b2c3d",
        SUBNETS,
    )
    assert spec.storage is Storage.IO_OPTIMIZED
    assert spec.capacity == Capacity(minimum=2, maximum=32)
    assert spec.client_groups == ("sg-0123456789abcdef0", "sg-0a1b2c3d"), "DMS's own groups reach the cluster too"
    assert spec.secrets == tuple(SecretUse)
    assert dict(spec.tags) == {MARK: "ledger", **TAGS}
    assert spec.dms_instance == "aurora-migrate-ledger"
    assert spec.proxy is not None
    assert spec.autoscaling is not None
    assert spec.autoscaling.maximum == 3
    assert spec.custom_endpoint is not None
    assert spec.backup.plan_days == 35


def test_a_version_that_does_not_exist_is_refused_with_the_newest() -> None:
    with pytest.raises(UsageError) as caught:
        cluster_spec(settings(version="17.99"), "vpc-0a1b2c3d", SUBNETS)
    assert caught.value.code == "PRV-020"
    assert "no version 17.99" in str(caught.value)
    assert "18.6" in caught.value.hint


def test_the_house_policy_names_everything_that_lacks_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        obey_policy(settings(tags={"Environment": "production", "Owner": " "}), stand_in=False)
    assert caught.value.code == "PRV-021"
    assert "Application is missing" in str(caught.value)
    assert "Owner is missing or empty" in str(caught.value)
    assert "CostCenter is missing" in str(caught.value)


def test_the_name_follows_from_the_tags() -> None:
    with pytest.raises(UsageError, match="ask for aurora-ledger-production-cluster"):
        obey_policy(settings(tags=TAGS), stand_in=True)
    obey_policy(settings(tags=TAGS, stack="aurora-ledger-production-cluster"), stand_in=False)
    obey_policy(settings(tags=TAGS, naming=""), stand_in=False)
    obey_policy(settings(required_tags=[], naming=""), stand_in=False)
    with pytest.raises(UsageError, match="needs tags that are not there"):
        obey_policy(settings(tags=TAGS, naming="aurora-{Team}"), stand_in=False)


def test_tags_may_be_left_out_against_a_stand_in_only() -> None:
    obey_policy(settings(), stand_in=True)
    with pytest.raises(UsageError, match="Environment is missing"):
        obey_policy(settings(), stand_in=False)


def subnet(name: str, zone: str, *, vpc: str = "vpc-1", public: bool = False) -> Subnet:
    return Subnet(name, vpc, zone, public)


@pytest.mark.parametrize(
    ("subnets", "code", "why"),
    [
        ([subnet("a", "eu-1a"), subnet("b", "eu-1a")], "PRV-022", "all subnets of the target lie in eu-1a"),
        ([subnet("a", "eu-1a"), subnet("b", "eu-1b", public=True)], "PRV-023", "b can be reached from the internet"),
        ([subnet("a", "eu-1a"), subnet("b", "eu-1b", vpc="vpc-2")], "PRV-024", "b lies in another VPC than vpc-1"),
    ],
)
def test_a_network_that_would_not_do_is_refused(subnets: list[Subnet], code: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        fit_network(settings(), "vpc-1", subnets)
    assert caught.value.code == code
    assert why in str(caught.value)


def test_a_network_that_does() -> None:
    fit_network(settings(), "vpc-1", [subnet("a", "eu-1a"), subnet("b", "eu-1b")])
    public = [subnet("a", "eu-1a", public=True), subnet("b", "eu-1b")]
    fit_network(settings(allow_public_subnets=True), "vpc-1", public)


def test_a_class_that_the_version_refuses_or_that_one_zone_alone_has() -> None:
    own = settings(instance_class="db.r7g.large", readers=1)
    subnets = [subnet("a", "eu-1a"), subnet("b", "eu-1b")]
    fit_offer(own, {"eu-1a", "eu-1b", "eu-1c"}, subnets)
    for offered, code in ((set(), "PRV-025"), ({"eu-1a", "eu-1c"}, "PRV-026")):
        with pytest.raises(UsageError) as caught:
            fit_offer(own, offered, subnets)
        assert caught.value.code == code
    fit_offer(settings(readers=0), {"eu-1a"}, subnets)
