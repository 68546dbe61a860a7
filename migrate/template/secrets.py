"""Secrets whose values AWS makes up: one per use, so that a rotation of one breaks no other. No value stands here."""

from __future__ import annotations

import json

from troposphere import Output, Ref, Sub, Template, secretsmanager

from migrate.model.cluster import ClusterSpec
from migrate.model.cluster_options import SecretUse

LENGTH = 40
UNSAFE = "\"'@/\\;%+?#&{}[] "
"""Characters that connection strings and DMS read as something else."""


def add(template: Template, spec: ClusterSpec, key: object) -> dict[SecretUse, object]:
    """References to the secrets by use. The users are made in the database by those who own them."""
    return {use: _secret(template, spec, key, f"{use.value.capitalize()}Secret", use.value) for use in spec.secrets}


def add_master(template: Template, spec: ClusterSpec, key: object) -> object:
    """The master's secret as the stack's own, where RDS cannot manage it: in a global database."""
    return _secret(template, spec, key, "MasterSecret", "master", spec.master_username)


def attach(template: Template, spec: ClusterSpec) -> None:
    """Once the cluster stands, AWS writes its host, port and engine into each secret."""
    titles = [title for title in template.resources if title.endswith("Secret")]
    for title in titles:
        template.add_resource(
            secretsmanager.SecretTargetAttachment(
                f"{title}Target", SecretId=Ref(title), TargetId=Ref("Cluster"), TargetType="AWS::RDS::DBCluster"
            )
        )


def part(title: str, field: str) -> object:
    """A dynamic reference: CloudFormation puts the value in and shows it to nobody."""
    return Sub(f"{{{{resolve:secretsmanager:${{{title}}}:SecretString:{field}}}}}")


def _secret(template: Template, spec: ClusterSpec, key: object, title: str, use: str, user: str = "") -> object:
    known = {"username": user or f"{use}_user", "dbname": spec.database}
    template.add_resource(
        secretsmanager.Secret(
            title,
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            Name=f"{spec.stack}/{use}",
            Description=f"aurora-migrate {spec.stack}: login of {use}",
            KmsKeyId=key,
            GenerateSecretString=secretsmanager.GenerateSecretString(
                SecretStringTemplate=json.dumps(known),
                GenerateStringKey="password",
                PasswordLength=LENGTH,
                ExcludeCharacters=UNSAFE,
            ),
        )
    )
    template.add_output(Output(f"{title}Arn", Value=Ref(title)))
    return Ref(title)
