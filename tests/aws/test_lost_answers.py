"""An answer is lost, and botocore asks again: what was done is neither done twice nor told as a failure."""

from __future__ import annotations

import pytest
from botocore.stub import Stubber

from migrate.aws.endpoints import Endpoints
from migrate.aws.marks import TAG
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.aws.stack import CloudFormationStacks
from migrate.clock import SystemClock
from migrate.errors import AwsError
from migrate.model.cluster import StackEvent
from migrate.model.replication import EndpointSpec
from tests.aws.conftest import REGION, Proxy
from tests.aws.test_cloudformation_stacks import template
from tests.patience import PATIENCE

pytestmark = pytest.mark.server
STACK = "lost"
ENDPOINT = EndpointSpec(
    identifier="lost-source",
    role="source",
    engine="postgres",
    secret_id="lost/source",
    database="appdb",
    tls="require",
    ca_file=None,
)


def endpoints_of(session: AwsSession) -> Endpoints:
    role = "arn:aws:iam::123456789012:role/dms-secrets"
    return Endpoints(session, "lost", role, Poller(SystemClock(), 0.05, PATIENCE))


@pytest.fixture
def through(proxy: Proxy) -> AwsSession:
    """A session that asks the sandbox by way of the proxy."""
    return AwsSession(REGION, None, proxy.url)


def test_a_change_set_is_made_and_executed_once(through: AwsSession, proxy: Proxy) -> None:
    stacks = CloudFormationStacks(through, SystemClock(), 0.05)
    told: list[StackEvent] = []
    try:
        proxy.treat = {"CreateChangeSet": ["lose-answer"], "ExecuteChangeSet": ["lose-answer"]}
        stacks.execute(stacks.change_set(STACK, template(), {}, {}), told.append)
        assert [proxy.seen.count(one) for one in ("CreateChangeSet", "ExecuteChangeSet")] == [2, 2]
        assert stacks.status(STACK) == "CREATE_COMPLETE"
        made = [one.logical_id for one in told if one.status == "CREATE_COMPLETE"]
        assert sorted(made) == ["Key", "Log", STACK], "each once"
    finally:
        stacks.delete(STACK, lambda _: None)


def test_a_token_that_was_used_for_another_change_set_is_refused(session: AwsSession) -> None:
    stacks, client = CloudFormationStacks(session, SystemClock(), 0.05), session.client("cloudformation")
    first = stacks.change_set(STACK, template(), {}, {})
    stacks.execute(first, lambda _: None)
    try:
        second = stacks.change_set(STACK, template(days=3), {}, {})
        asked = {"StackName": STACK, "ChangeSetName": second.name, "ClientRequestToken": first.name}
        with pytest.raises(client.exceptions.ClientError, match="TokenAlreadyExists"):
            client.execute_change_set(**asked)
    finally:
        stacks.delete(STACK, lambda _: None)


def test_an_endpoint_that_was_made_by_a_lost_request_is_taken(through: AwsSession, proxy: Proxy) -> None:
    endpoints = endpoints_of(through)
    try:
        proxy.treat = {"CreateEndpoint": ["lose-answer"]}
        endpoints.ensure(ENDPOINT, None)
        assert proxy.seen.count("CreateEndpoint") == 2
    finally:
        endpoints.delete([ENDPOINT.identifier])


@pytest.mark.parametrize(
    ("owner", "database", "code"), [("orders", "appdb", "AWS-NOT-OURS"), ("lost", "else", "AWS-ENDPOINT-DIFFERS")]
)
def test_an_endpoint_that_was_made_otherwise_in_that_moment_is_not_taken(owner: str, database: str, code: str) -> None:
    session = AwsSession(REGION, None, "http://127.0.0.1:1")
    found = {
        "EndpointArn": "arn:aws:dms:eu-central-1:123456789012:endpoint:1",
        "EndpointType": "SOURCE",
        "EngineName": "postgres",
        "SslMode": "require",
        "PostgreSQLSettings": {"DatabaseName": database},
    }
    with Stubber(session.client("dms")) as answers:
        answers.add_client_error("describe_endpoints", "ResourceNotFoundFault", "no")
        answers.add_client_error("create_endpoint", "ResourceAlreadyExistsFault", "no")
        answers.add_response("describe_endpoints", {"Endpoints": [found]})
        tags = [{"Key": TAG, "Value": owner}]
        answers.add_response("list_tags_for_resource", {"TagList": tags})
        with pytest.raises(AwsError) as caught:
            endpoints_of(session).ensure(ENDPOINT, None)
    assert caught.value.code == code
