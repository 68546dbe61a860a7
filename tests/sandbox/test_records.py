"""The sandbox's Route 53, asked as anybody's script would: a batch is made as a whole, and only over what it names."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.server
NAME = "db.shop.internal."
_numbers = itertools.count()


class Zone:
    def __init__(self, api: Any) -> None:
        self.api = api
        made = api.create_hosted_zone(Name="shop.internal", CallerReference=f"zone-{next(_numbers)}")
        self.id = made["HostedZone"]["Id"]
        self.change(("CREATE", NAME, 300, "old.example.com"))

    def change(self, *changes: tuple[str, str, int, str]) -> dict[str, Any]:
        batch = [
            {"Action": action, "ResourceRecordSet": {
                "Name": name, "Type": "CNAME", "TTL": ttl, "ResourceRecords": [{"Value": value}]}}
            for action, name, ttl, value in changes
        ]  # fmt: skip
        answer: dict[str, Any] = self.api.change_resource_record_sets(
            HostedZoneId=self.id, ChangeBatch={"Changes": batch}
        )["ChangeInfo"]
        return answer

    def refused(self, *changes: tuple[str, str, int, str]) -> str:
        with pytest.raises(ClientError) as caught:
            self.change(*changes)
        return str(caught.value.response["Error"]["Code"])

    @property
    def held(self) -> list[tuple[str, int, str]]:
        sets = self.api.list_resource_record_sets(HostedZoneId=self.id)["ResourceRecordSets"]
        return [(s["Name"], s["TTL"], s["ResourceRecords"][0]["Value"]) for s in sets if s["Type"] == "CNAME"]


@pytest.fixture
def zone(client: Callable[[str], Any]) -> Zone:
    return Zone(client("route53"))


def test_a_record_is_exchanged_in_one_batch_and_back(zone: Zone) -> None:
    for old, new in (("old", "new"), ("new", "old"), ("old", "new")):
        change = zone.change(("DELETE", NAME, 300, f"{old}.example.com"), ("CREATE", NAME, 300, f"{new}.example.com"))
        assert zone.api.get_change(Id=change["Id"])["ChangeInfo"]["Status"] == "INSYNC"
        assert zone.held == [(NAME, 300, f"{new}.example.com")]


@pytest.mark.parametrize(("ttl", "value"), [(300, "new.example.com"), (301, "old.example.com")])
def test_a_delete_that_is_not_exact_makes_nothing_of_the_batch(zone: Zone, ttl: int, value: str) -> None:
    other = "other.shop.internal."
    code = zone.refused(("CREATE", other, 60, "x.example.com"), ("DELETE", NAME, ttl, value))
    assert code == "InvalidChangeBatch"
    assert zone.held == [(NAME, 300, "old.example.com")]


def test_what_a_record_was_before_does_not_count(zone: Zone) -> None:
    zone.change(("UPSERT", NAME, 60, "new.example.com"))
    assert zone.refused(("DELETE", NAME, 300, "old.example.com")) == "InvalidChangeBatch"
    assert zone.held == [(NAME, 60, "new.example.com")]


def test_one_that_is_there_is_not_created_again(zone: Zone) -> None:
    assert zone.refused(("CREATE", NAME, 60, "new.example.com")) == "InvalidChangeBatch"
    assert zone.held == [(NAME, 300, "old.example.com")]
