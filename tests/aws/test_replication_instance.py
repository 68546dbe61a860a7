"""The replication instance as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from migrate.aws.instance import InstanceSpec, ReplicationInstance
from migrate.aws.polling import Poller
from migrate.aws.session import AwsSession
from migrate.clock import SystemClock
from migrate.errors import AwsError
from migrate.events import silent

pytestmark = pytest.mark.server
Made = Callable[..., ReplicationInstance]


@pytest.fixture
def made(session: AwsSession) -> Iterator[Made]:
    """The instance of one migration, by what is asked for."""
    poller = Poller(SystemClock(), 0.1, 60.0, silent, silent)

    def made(**asked: Any) -> ReplicationInstance:
        return ReplicationInstance(session, "sized", InstanceSpec(**asked), poller)

    yield made
    made().delete()


@pytest.fixture
def shown(session: AwsSession) -> Callable[[], dict[str, Any]]:
    def shown() -> dict[str, Any]:
        (found,) = session.client("dms").describe_replication_instances()["ReplicationInstances"]
        return dict(found)

    return shown


def test_the_newest_engine_is_taken_unless_one_is_named(made: Made, shown: Callable[[], dict[str, Any]]) -> None:
    """DMS's default is older: it does not read PostgreSQL 17."""
    made().ensure()
    assert shown()["EngineVersion"] == "3.6.1"
    made().delete()
    made(engine_version="3.6.0").ensure()
    assert shown()["EngineVersion"] == "3.6.0"


def test_it_has_no_public_address_and_upgrades_nothing_by_itself(
    made: Made, shown: Callable[[], dict[str, Any]]
) -> None:
    """DMS's defaults are the opposite, and an upgrade of its own may fall into a cutover."""
    made().ensure()
    assert (shown()["PubliclyAccessible"], shown()["AutoMinorVersionUpgrade"]) == (False, False)


def test_a_class_that_is_not_offered_is_refused_with_how_to_see_those_that_are(made: Made) -> None:
    with pytest.raises(AwsError) as caught:
        made(instance_class="dms.r1.huge").ensure()
    assert caught.value.code == "AWS-CLASS-NOT-OFFERED"
    assert "describe-orderable-replication-instances" in caught.value.hint
