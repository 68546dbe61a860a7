"""What CloudFormation and RDS refuse, by plain boto3: changes that replace, failures that were asked for, quotas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from migrate.sandbox.client import Launched, fault

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def shared_stack(stacks: Any) -> Iterator[str]:
    """A stack nobody changes: change sets are only looked at."""
    stacks.create("limits")
    yield "limits"
    stacks.delete("limits")


@pytest.mark.parametrize(
    ("resource", "name", "value", "replacement"),
    [
        ("Cluster", "KmsKeyId", "arn:aws:kms:eu-central-1:123456789012:key/other", "True"),
        ("Cluster", "DBClusterIdentifier", "another", "True"),
        ("Cluster", "DBSubnetGroupName", "another", "True"),
        ("Cluster", "EngineVersion", "16.9", "False"),
        ("Cluster", "StorageType", "aurora", "False"),
        ("Cluster", "Port", 5434, "False"),
        ("Writer", "DBInstanceClass", "db.r7g.xlarge", "False"),
        ("Writer", "PromotionTier", 1, "False"),
        ("ClusterParams", "Family", "aurora-postgresql17", "True"),
        ("ClusterParams", "Parameters", {"rds.force_ssl": "0"}, "False"),
        ("InstanceParams", "Description", "another", "True"),
        ("Group", "GroupDescription", "another", "True"),
        ("Key", "EnableKeyRotation", False, "False"),
        ("Log", "RetentionInDays", 30, "False"),
        ("Log", "LogGroupName", "/another", "True"),
    ],
)
def test_replacement_is_what_the_resources_schema_says(
    stacks: Any, shared_stack: str, resource: str, name: str, value: object, replacement: str
) -> None:
    template = stacks.template()
    template["Resources"][resource]["Properties"][name] = value
    rows = stacks.change_set(shared_stack, template, "UPDATE")["Changes"]
    changes = {row["ResourceChange"]["LogicalResourceId"]: row["ResourceChange"] for row in rows}
    assert (changes[resource]["Action"], changes[resource]["Replacement"]) == ("Modify", replacement)
    always = {one["Target"]["RequiresRecreation"] for one in changes[resource]["Details"]}
    assert always == {"Always" if replacement == "True" else "Never"}


def test_what_refers_to_a_replaced_resource_is_perhaps_replaced_too(stacks: Any, shared_stack: str) -> None:
    """A new key would be a new KmsKeyId: the cluster follows, and its instances follow the cluster."""
    template = stacks.template()
    template["Resources"]["Group"]["Properties"]["GroupDescription"] = "another"
    rows = stacks.change_set(shared_stack, template, "UPDATE")["Changes"]
    fates = {row["ResourceChange"]["LogicalResourceId"]: row["ResourceChange"]["Replacement"] for row in rows}
    assert fates == {"Group": "True", "Cluster": "False", "FromSelf": "Conditional"}, "a cluster changes its groups"


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ("Writer", "We currently do not have sufficient db.r7g.large capacity (Service: Rds)"),
        ("AWS::RDS::DBCluster", "Cannot create more than 40 DBClusters (Service: Rds, DBClusterQuotaExceededFault)"),
        ("Cluster", "The specified KMS key is not accessible (Service: Rds, KMSKeyNotAccessibleFault)"),
    ],
)
def test_a_failure_is_asked_for_by_name_or_type_and_happens_once(
    stacks: Any, stack_name: str, sandbox: Launched, resource: str, reason: str
) -> None:
    template = stacks.template()
    template["Resources"]["Log"]["DeletionPolicy"] = "Delete"
    fault(sandbox.control_url, "fail-create", resource, reason)
    assert stacks.create(stack_name, template) == "ROLLBACK_COMPLETE"
    rows = stacks.api.describe_stack_events(StackName=stack_name)["StackEvents"]
    assert [row["ResourceStatusReason"] for row in rows if row["ResourceStatus"] == "CREATE_FAILED"] == [reason]
    assert stacks.delete(stack_name) == "DELETE_COMPLETE", "which is all that can be done with it"
    assert stacks.create(stack_name, template) == "CREATE_COMPLETE"


def test_one_parameter_group_too_many_is_refused_and_rolls_a_stack_back(stacks: Any, stack_name: str) -> None:
    rds = stacks.client("rds")
    quota = {row["AccountQuotaName"]: row for row in rds.describe_account_attributes()["AccountQuotas"]}
    assert quota["DBClusters"]["Max"] == 40
    groups = quota["DBParameterGroups"]
    made = [f"filler-{number}" for number in range(groups["Max"] - groups["Used"])]
    family = {"DBParameterGroupFamily": "aurora-postgresql16", "Description": "filler"}
    try:
        for name in made:
            rds.create_db_parameter_group(DBParameterGroupName=name, **family)
        with pytest.raises(ClientError) as refused:
            rds.create_db_parameter_group(DBParameterGroupName="one-too-many", **family)
        assert refused.value.response["Error"]["Code"] == "DBParameterGroupQuotaExceeded"
        assert stacks.create(stack_name) == "ROLLBACK_COMPLETE"
        rows = stacks.api.describe_stack_events(StackName=stack_name)["StackEvents"]
        [failed] = [row for row in rows if row["ResourceStatus"] == "CREATE_FAILED"]
        assert failed["LogicalResourceId"] == "InstanceParams"
        assert f"Cannot create more than {groups['Max']} DBParameterGroups" in failed["ResourceStatusReason"]
    finally:
        for name in made:
            rds.delete_db_parameter_group(DBParameterGroupName=name)
