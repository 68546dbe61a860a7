"""Policy documents as IAM and KMS read them."""

from __future__ import annotations


def policy(*statements: dict[str, object]) -> dict[str, object]:
    """A document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(service: str) -> dict[str, object]:
    """Lets an AWS service take a role on."""
    return policy({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})
