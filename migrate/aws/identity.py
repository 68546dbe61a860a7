"""Whose account this is."""

from __future__ import annotations

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession


def account(session: AwsSession) -> tuple[str, str]:
    """Partition (`aws`, `aws-us-gov`…) and account number of the credentials in use."""
    with aws_errors("ask whose account this is"):
        found = session.client("sts").get_caller_identity()
    return str(found["Arn"]).split(":")[1], str(found["Account"])
