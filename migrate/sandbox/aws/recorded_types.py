"""CloudFormation resource types that are accepted and kept in mind, and do nothing else.

They are what a target may have beside its cluster: of a proxy, a vault or a private endpoint only the record exists.
Names of types, properties and attributes are those of AWS's published resource schemas.
"""

from __future__ import annotations

import json
import secrets
from typing import Any, ClassVar

from moto.core.common_models import CloudFormationModel
from moto.kms.models import Key
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends

from migrate.sandbox.aws.resource_types import Properties, SandboxType


class RecordedType(SandboxType):
    """The last properties that were asked for. An attribute answers with a name made from the resource's own."""

    def _create(self, properties: Properties) -> None:
        self.properties = properties

    def _update(self, properties: Properties) -> None:
        self.properties = properties

    def _delete(self) -> None:
        """Nothing was made, nothing goes."""

    def _attribute(self, name: str) -> Any:
        return f"{self.physical_resource_id}.{name.lower()}"


class KeyType(CloudFormationModel):
    """AWS::KMS::Key, moto's. It keeps a template's policy as an object, and then cannot describe the key."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::KMS::Key"

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return bool(Key.has_cfn_attr(attr))

    @classmethod
    def create_from_cloudformation_json(cls, *args: Any, **options: Any) -> Key:
        key = Key.create_from_cloudformation_json(*args, **options)
        if not isinstance(key.policy, str):
            key.policy = json.dumps(key.policy, default=str)
        return key


class TopicType(SandboxType, CloudFormationModel):
    """AWS::SNS::Topic. moto's own cannot be updated."""

    kind, name_property = "AWS::SNS::Topic", "TopicName"
    attributes = frozenset({"TopicName", "TopicArn"})

    def _create(self, properties: Properties) -> None:
        self._topic = sns_backends[self.account][self.region].create_topic(self.physical_resource_id)
        self.physical_resource_id = self._topic.arn
        self._update(properties)

    def _update(self, properties: Properties) -> None:
        self._topic.kms_master_key_id = properties.get("KmsMasterKeyId", "")

    def _delete(self) -> None:
        sns_backends[self.account][self.region].delete_topic(self.physical_resource_id)

    def _attribute(self, name: str) -> Any:
        return self._topic.arn if name == "TopicArn" else self._topic.name


class TopicPolicyType(RecordedType, CloudFormationModel):
    """AWS::SNS::TopicPolicy."""

    kind = "AWS::SNS::TopicPolicy"


class SecretType(SandboxType, CloudFormationModel):
    """AWS::SecretsManager::Secret, with a value made up as GenerateSecretString asks."""

    kind, name_property = "AWS::SecretsManager::Secret", "Name"
    attributes = frozenset({"Id"})
    alphabet: ClassVar[str] = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

    def _create(self, properties: Properties) -> None:
        asked = properties.get("GenerateSecretString", {})
        word = "".join(secrets.choice(self.alphabet) for _ in range(int(asked.get("PasswordLength", 32))))
        value = json.loads(asked.get("SecretStringTemplate", "{}")) | {asked.get("GenerateStringKey", "password"): word}
        made = secretsmanager_backends[self.account][self.region].create_secret(
            name=self.physical_resource_id,
            secret_string=json.dumps(value),
            secret_binary=None,
            description=properties.get("Description"),
            tags=[],
            kms_key_id=properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        self.physical_resource_id = str(json.loads(made)["ARN"] if isinstance(made, str) else made["ARN"])

    def _update(self, properties: Properties) -> None:
        """The value stays: AWS makes a new one only where GenerateSecretString itself changes."""

    def _delete(self) -> None:
        secretsmanager_backends[self.account][self.region].delete_secret(self.physical_resource_id, None, True)

    def _attribute(self, name: str) -> Any:
        return self.physical_resource_id


class SecretAttachmentType(RecordedType, CloudFormationModel):
    """AWS::SecretsManager::SecretTargetAttachment. Host and port do not reach the secret here."""

    kind = "AWS::SecretsManager::SecretTargetAttachment"


class ProxyType(RecordedType, CloudFormationModel):
    """AWS::RDS::DBProxy."""

    kind, name_property = "AWS::RDS::DBProxy", "DBProxyName"
    attributes = frozenset({"Endpoint", "DBProxyArn", "VpcId"})


class ProxyTargetsType(RecordedType, CloudFormationModel):
    """AWS::RDS::DBProxyTargetGroup."""

    kind = "AWS::RDS::DBProxyTargetGroup"


class GlobalClusterType(RecordedType, CloudFormationModel):
    """AWS::RDS::GlobalCluster."""

    kind, name_property = "AWS::RDS::GlobalCluster", "GlobalClusterIdentifier"


class ClusterEndpointType(RecordedType, CloudFormationModel):
    """AWS::RDS::DBClusterEndpoint."""

    kind, name_property = "AWS::RDS::DBClusterEndpoint", "DBClusterEndpointIdentifier"


class VpcEndpointType(RecordedType, CloudFormationModel):
    """AWS::EC2::VPCEndpoint."""

    kind = "AWS::EC2::VPCEndpoint"


class ScalableTargetType(RecordedType, CloudFormationModel):
    """AWS::ApplicationAutoScaling::ScalableTarget."""

    kind = "AWS::ApplicationAutoScaling::ScalableTarget"


class ScalingPolicyType(RecordedType, CloudFormationModel):
    """AWS::ApplicationAutoScaling::ScalingPolicy."""

    kind = "AWS::ApplicationAutoScaling::ScalingPolicy"


class BackupVaultType(RecordedType, CloudFormationModel):
    """AWS::Backup::BackupVault."""

    kind, name_property = "AWS::Backup::BackupVault", "BackupVaultName"


class BackupPlanType(RecordedType, CloudFormationModel):
    """AWS::Backup::BackupPlan."""

    kind = "AWS::Backup::BackupPlan"


class BackupSelectionType(RecordedType, CloudFormationModel):
    """AWS::Backup::BackupSelection."""

    kind = "AWS::Backup::BackupSelection"
