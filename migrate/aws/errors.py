"""From botocore's exceptions to AwsError. Nothing else of botocore leaves this package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from migrate.aws.silence import NoAnswer
from migrate.errors import AwsError

RETRYABLE = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "TooManyRequestsException",
        "KMSThrottlingFault",
        "InternalFailure",
        "InternalError",
        "InternalServiceError",
        "InternalServiceErrorException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InsufficientResourceCapacityFault",
    }
)
NOT_KNOWN = "Check the AWS credentials; a region that this account has not enabled knows nobody, either."
HINTS = {
    "AccessDenied": "Grant the calling role this action. All that it lacks, at once: aurora-migrate doctor",
    "AccessDeniedException": "Grant the calling role this action. All that it lacks, at once: aurora-migrate doctor",
    "UnauthorizedOperation": "Grant the calling role this action. All that it lacks, at once: aurora-migrate doctor",
    "AccessDeniedFault": "Grant the action, and check that the account has the role dms-vpc-role.",
    "ExpiredToken": "Log in to AWS again, then repeat the command: it goes on where it stopped.",
    "ExpiredTokenException": "Log in to AWS again, then repeat the command: it goes on where it stopped.",
    "RequestExpired": "Log in to AWS again, or set this machine's clock; then repeat the command.",
    "InvalidClientTokenId": NOT_KNOWN,
    "UnrecognizedClientException": NOT_KNOWN,
    "AuthFailure": NOT_KNOWN,
    "OptInRequired": NOT_KNOWN,
    "ResourceQuotaExceededFault": "Ask AWS for a higher quota, or delete what is no longer used.",
    "ReplicationSubnetGroupDoesNotCoverEnoughAZs": "Give subnets in at least two availability zones.",
    "StorageQuotaExceededFault": "Ask AWS for more storage of DMS, or delete what is no longer used.",
    "InsufficientResourceCapacityFault": "Try again later, or name another instance_class or zone.",
    "InvalidSubnet": "Name subnets that exist, of one VPC, under [replication].",
    "SubnetAlreadyInUse": "Name another subnet under [replication]: this one cannot be used a second time.",
    "InvalidResourceStateFault": "Something else acts on it. Look with: aurora-migrate replicate status",
    "ResourceNotFoundFault": "Look at what there is with: aurora-migrate cleanup --plan",
    "ResourceAlreadyExistsFault": "Look at what there is with: aurora-migrate cleanup --plan",
    "ThrottlingException": "Too many calls in this account. Wait a minute, or raise aws.poll_seconds; repeat it.",
    "KMSAccessDeniedFault": "Let the service use the KMS key in the key's policy.",
    "KMSDisabledFault": "Enable the KMS key.",
    "KMSInvalidStateFault": "The KMS key cannot be used: is it being deleted?",
    "KMSNotFoundFault": "Name a KMS key that exists in this region.",
    "KMSFault": "Look at the KMS key and its policy.",
    "S3AccessDeniedFault": "Let the role write to the bucket.",
    "S3ResourceNotFoundFault": "Name a bucket that exists.",
    "UpgradeDependencyFailureFault": "Upgrade what it depends on first, then repeat the command.",
    "InvalidCertificateFault": "Is ca_file a PEM file with certificates of authorities? Mend or replace it.",
    "FailedDependencyFault": "Read what AWS says, mend that, then repeat the command.",
    "InvalidOperationFault": "Read what AWS says: this cannot be done with it as it stands.",
    "KMSKeyNotAccessibleFault": "Let the service use the KMS key in the key's policy.",
    "ResourceNotFoundException": "Check the name and the region.",
}


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """Turn what botocore raises inside into AwsError. `doing` reads as `create the endpoint x`."""
    try:
        yield
    except ClientError as problem:
        raise _refused(doing, problem) from None
    except ResponseParserError:
        message = f"could not {doing}: the answer is not AWS's"
        hint = "Is there a proxy on the way? Check the endpoint."
        raise AwsError(message, code="AWS-UNREADABLE", hint=hint, retryable=True) from None
    except NoAnswer as problem:
        raise AwsError(
            f"could not {doing}: {problem}",
            code="AWS-NO-ANSWER",
            hint="Is the sandbox up, is there a way to AWS? Check aws.region and aws.endpoint_url in migration.toml, "
            "and whether a proxy stands between.",
        ) from None
    except BotoCoreError as problem:
        raise _not_asked(doing, problem) from None


def code_of(problem: ClientError) -> str:
    """The service's fault name, e.g. `ResourceNotFoundFault`."""
    return str(problem.response.get("Error", {}).get("Code", "Unknown"))


def status_of(problem: ClientError) -> int:
    """HTTP status, 0 where the response carries none."""
    return int(problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _refused(doing: str, problem: ClientError) -> AwsError:
    code = code_of(problem)
    text = str(problem.response.get("Error", {}).get("Message", "")) or "no reason given"
    retryable = code in RETRYABLE or status_of(problem) >= 500
    return AwsError(
        f"could not {doing}: {code}: {text}", code=f"AWS-{code}", hint=HINTS.get(code, ""), retryable=retryable
    )


def _not_asked(doing: str, problem: BotoCoreError) -> AwsError:
    """Texts of botocore's own that may hold parameter values (and so a secret) are left out."""
    match problem:
        case ParamValidationError():
            text, hint, retryable = "the request does not fit the API", "This is a fault of this program.", False
        case NoCredentialsError() | PartialCredentialsError():
            text, hint, retryable = (
                "no AWS credentials found",
                "Log in to AWS, or name a profile in migration.toml.",
                False,
            )
        case ProfileNotFound():
            text, hint, retryable = str(problem), "Name a profile that exists in ~/.aws/config.", False
        case CredentialRetrievalError() | SSOError() | TokenRetrievalError():
            text, hint, retryable = "the AWS login has ended or failed", HINTS["ExpiredToken"], False
        case HTTPClientError() | NoConnectionError():
            text, hint, retryable = str(problem), "Check the network and the endpoint.", True
        case _:
            text, hint, retryable = type(problem).__name__, "", False
    return AwsError(f"could not {doing}: {text}", code=f"AWS-{type(problem).__name__}", hint=hint, retryable=retryable)
