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
from migrate.sandbox.client import Launched, clear_faults, set_fault

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


def test_it_is_given_another_class_and_more_storage_and_no_less(
    made: Made, shown: Callable[[], dict[str, Any]]
) -> None:
    made(allocated_storage_gb=100).ensure()
    larger = made(instance_class="dms.r6i.large", allocated_storage_gb=200)
    assert larger.differing() == ["ReplicationInstanceClass", "AllocatedStorage"]
    for _ in range(2):
        larger.modify()
        assert larger.differing() == []
    found = shown()
    assert (found["ReplicationInstanceClass"], found["AllocatedStorage"]) == ("dms.r6i.large", 200)
    assert found["ReplicationInstanceStatus"] == "available"
    smaller = made(allocated_storage_gb=100)
    assert smaller.differing() == ["ReplicationInstanceClass"]
    smaller.modify()
    assert shown()["AllocatedStorage"] == 200, "storage never shrinks"


def test_a_full_disk_is_mended_by_more_storage_alone(
    made: Made, sandbox: Launched, shown: Callable[[], dict[str, Any]]
) -> None:
    made(allocated_storage_gb=100).ensure()
    set_fault(sandbox.control_url, "disk-full")
    try:
        with pytest.raises(AwsError) as caught:
            made(instance_class="dms.r6i.large", allocated_storage_gb=100).modify()
        assert caught.value.code == "AWS-INSTANCE-BROKEN"
        assert "larger allocated_storage_gb" in caught.value.hint
        made(instance_class="dms.r6i.large", allocated_storage_gb=200).modify()
        assert shown()["ReplicationInstanceStatus"] == "available"
    finally:
        clear_faults(sandbox.control_url)


def test_where_there_is_none_there_is_nothing_to_change(made: Made) -> None:
    assert made(instance_class="dms.r6i.large").differing() == []
    made(instance_class="dms.r6i.large").modify()
