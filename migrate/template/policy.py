"""Policy documents as IAM and KMS read them."""

from __future__ import annotations

from dataclasses import dataclass


def policy(*statements: dict[str, object]) -> dict[str, object]:
    """A document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(service: str) -> dict[str, object]:
    """Lets an AWS service take a role on."""
    return policy({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


@dataclass(frozen=True)
class Place:
    """Where the policies hold."""

    partition: str
    region: str
    account: str
    migration: str
    application_secret: str
    """Name of the secret that holds the application's login; the switch moves it where nothing else is named."""
    parameter: str = ""
    """Name of the SSM parameter that the switch moves, if it does."""
    zone: str = ""
    """Id of the hosted zone in which it moves a record, if it does."""

    def arn(self, service: str, path: str, *, regional: bool = True) -> str:
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account}:{path}"


def allow(sid: str, actions: str, resources: list[str]) -> dict[str, object]:
    """A statement that allows these actions, named in one text, on these resources."""
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions.split()), "Resource": resources}
