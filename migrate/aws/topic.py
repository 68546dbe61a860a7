"""An SNS topic that is told what a handover does."""

from __future__ import annotations

from collections.abc import Callable

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession
from migrate.errors import AwsError

SUBJECT_CHARACTERS = 100
"""SNS takes no longer subject, and no line break in one."""


def topic(session: AwsSession, arn: str) -> Callable[[str], str]:
    """Publishes one line; returns why it could not."""
    client = session.client("sns")

    def send(text: str) -> str:
        subject = text.encode("ascii", "replace").decode()[:SUBJECT_CHARACTERS]
        try:
            with aws_errors(f"publish to {arn}"):
                client.publish(TopicArn=arn, Subject=subject, Message=text)
        except AwsError as problem:
            return str(problem)
        return ""

    return send
