"""DMS endpoints: made from a secret that DMS reads itself, then tested from the replication instance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.endpoint_settings import endpoint_settings, member_of
from migrate.aws.errors import aws_errors, code_of
from migrate.aws.failures import cause_of, said
from migrate.aws.instance import EXISTS, GONE
from migrate.aws.marks import require_ours, tags_of
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.errors import AwsError
from migrate.model.replication import EndpointSpec


class Endpoints:
    """`ensure` and `delete` are idempotent; an endpoint of that name that differs or is foreign is an error."""

    def __init__(self, session: AwsSession, migration: str, secret_role_arn: str, poller: Poller) -> None:
        self._dms = session.client("dms")
        self._migration, self._role, self._poller = migration, secret_role_arn, poller

    def ensure(self, spec: EndpointSpec, instance_arn: str | None) -> str:
        """Create or adopt, wait until active, test the connection; returns the ARN.

        Without an instance there is nothing to test from: a serverless replication tests when it is started.
        """
        wanted = self._definition(spec)
        found = self._find(spec.identifier)
        if found is None and not self._create(wanted):
            found = self._find(spec.identifier)
        if found is not None:
            require_ours(self._dms, found["EndpointArn"], spec.identifier, self._migration)
            self._require_same(spec.identifier, wanted, found)
        arn = self._poller.wait(f"endpoint {spec.identifier}: active", lambda: self._active(spec.identifier))
        if instance_arn is not None:
            self._test(spec.identifier, arn, instance_arn)
        return arn

    def arn(self, identifier: str) -> str:
        """Raises AwsError(AWS-ResourceNotFoundFault) where there is none."""
        found = self._find(identifier)
        if found is None:
            raise AwsError(f"there is no endpoint {identifier}", code=f"AWS-{GONE}")
        return str(found["EndpointArn"])

    def test(self, arn: str, instance_arn: str) -> None:
        """Test an endpoint's connection anew. Raises AwsError(AWS-CONNECTION-FAILED) with the cause."""
        with aws_errors("describe an endpoint"):
            found = self._dms.describe_endpoints(Filters=[{"Name": "endpoint-arn", "Values": [arn]}])["Endpoints"]
        self._test(str(found[0]["EndpointIdentifier"]), arn, instance_arn)

    def delete(self, identifiers: Iterable[str]) -> None:
        """Delete these and wait until they are gone; certificates stay, for other endpoints may use them."""
        for identifier in identifiers:
            found = self._find(identifier)
            if found is None:
                continue
            require_ours(self._dms, found["EndpointArn"], identifier, self._migration)
            if found.get("Status") != "deleting":
                with aws_errors(f"delete the endpoint {identifier}"):
                    self._dms.delete_endpoint(EndpointArn=found["EndpointArn"])
            self._poller.wait(f"endpoint {identifier}: gone", partial(self._gone, identifier))

    def _create(self, wanted: dict[str, Any]) -> bool:
        """False where one was made meanwhile: by a request whose answer was lost, or by somebody else."""
        with aws_errors(f"create the endpoint {wanted['EndpointIdentifier']}"):
            try:
                self._dms.create_endpoint(**wanted, Tags=tags_of(self._migration))
            except ClientError as problem:
                if code_of(problem) != EXISTS:
                    raise
                return False
        return True

    def _gone(self, identifier: str) -> bool | None:
        return self._find(identifier) is None or None

    def _definition(self, spec: EndpointSpec) -> dict[str, Any]:
        member = member_of(spec.engine)
        settings = endpoint_settings(spec, self._role)
        certificate = {} if spec.ca_file is None else {"CertificateArn": self._certificate(spec.ca_file)}
        database = {"DatabaseName": spec.database} if "DatabaseName" in settings else {}
        return {
            "EndpointIdentifier": spec.identifier,
            "EndpointType": spec.role,
            "EngineName": spec.engine,
            "SslMode": spec.tls,
            member: settings,
            **database,
            **certificate,
        }

    def _certificate(self, ca_file: str) -> str:
        """Import the CA under a name made of its content, so that the same file is the same certificate."""
        try:
            pem = Path(ca_file).read_text(encoding="ascii")
        except (OSError, ValueError) as problem:
            raise AwsError(
                f"cannot read the CA file {ca_file}: {problem}", code="AWS-CA-FILE", hint="Give a PEM file."
            ) from None
        name = f"aurora-migrate-{hashlib.sha256(pem.encode()).hexdigest()[:16]}"
        with aws_errors(f"import the CA file {ca_file}"):
            try:
                answer = self._dms.import_certificate(
                    CertificateIdentifier=name, CertificatePem=pem, Tags=tags_of(self._migration)
                )
                return str(answer["Certificate"]["CertificateArn"])
            except ClientError as problem:
                if code_of(problem) != EXISTS:
                    raise
            found = self._dms.describe_certificates(Filters=[{"Name": "certificate-id", "Values": [name]}])
        return str(found["Certificates"][0]["CertificateArn"])

    def _active(self, identifier: str) -> str | None:
        found = self._find(identifier)
        status = found.get("Status") if found else "gone"
        if found and status == "active":
            return str(found["EndpointArn"])
        if status in ("failed", "deleting", "gone"):
            raise AwsError(f"the endpoint {identifier} is {status}", code="AWS-ENDPOINT-BROKEN")
        return None

    def _test(self, identifier: str, arn: str, instance_arn: str) -> None:
        with aws_errors(f"test the connection of endpoint {identifier}"):
            try:
                self._dms.test_connection(ReplicationInstanceArn=instance_arn, EndpointArn=arn)
            except ClientError as problem:
                if code_of(problem) != "InvalidResourceStateFault" or self._connection(arn, instance_arn) is None:
                    raise
        self._poller.wait(
            f"connection of endpoint {identifier}: tested", lambda: self._tested(identifier, arn, instance_arn)
        )

    def _tested(self, identifier: str, arn: str, instance_arn: str) -> bool | None:
        connection = self._connection(arn, instance_arn) or {}
        match connection.get("Status"):
            case "successful":
                return True
            case "failed":
                raise _unconnected(identifier, connection.get("LastFailureMessage") or "no reason given")
            case _:
                return None

    def _connection(self, arn: str, instance_arn: str) -> dict[str, Any] | None:
        filters = [
            {"Name": "endpoint-arn", "Values": [arn]},
            {"Name": "replication-instance-arn", "Values": [instance_arn]},
        ]
        with aws_errors("describe a connection"):
            try:
                found: list[dict[str, Any]] = self._dms.describe_connections(Filters=filters).get("Connections", [])
            except ClientError as problem:
                if code_of(problem) == GONE:
                    return None
                raise
        return found[0] if found else None

    def _require_same(self, identifier: str, wanted: dict[str, Any], found: dict[str, Any]) -> None:
        """Every key that would be sent has that value; DMS adds keys of its own."""
        member = member_of(wanted["EngineName"])
        settings = found.get(member) or {}
        differs = [key for key, value in wanted[member].items() if settings.get(key) != value]
        differs += [
            key
            for key in ("EngineName", "DatabaseName", "SslMode", "CertificateArn")
            if key in wanted and found.get(key) != wanted[key]
        ]
        if found["EndpointType"].lower() != wanted["EndpointType"]:
            differs.append("EndpointType")
        if differs:
            raise AwsError(
                f"the endpoint {identifier} exists with other settings: {', '.join(sorted(set(differs)))}",
                code="AWS-ENDPOINT-DIFFERS",
                hint="Delete the endpoint and its task, or take the changed setting back, then start again.",
            )

    def _find(self, identifier: str) -> dict[str, Any] | None:
        with aws_errors(f"describe the endpoint {identifier}"):
            try:
                answer = self._dms.describe_endpoints(Filters=[{"Name": "endpoint-id", "Values": [identifier]}])
            except ClientError as problem:
                if code_of(problem) == GONE:
                    return None
                raise
        found: list[dict[str, Any]] = answer.get("Endpoints", [])
        return found[0] if found else None


def _unconnected(identifier: str, reason: str) -> AwsError:
    cause = cause_of(reason)
    what, fix = (f"{cause.what}: ", cause.fix) if cause else ("", "Check address, security groups, TLS and the secret.")
    return AwsError(
        f"DMS cannot connect through endpoint {identifier}: {what}{said(reason)}",
        code="AWS-CONNECTION-FAILED",
        hint=f"{fix} Then repeat the command.",
    )
