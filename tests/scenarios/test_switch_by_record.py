"""The application finds its database by a record in Route 53: there, back, there again; then the TTL is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.switched import Application, login_alone, there_and_back_and_there_again
from tests.scenarios.theatre import Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("switches")]
NAME, OLD, NEW = "db.ledger.internal", "old.ledger.internal", "new.ledger.internal"
TTL, LOW = 4, 1


@dataclass
class Dns:
    """Servers of the sandbox differ by their port, which DNS does not know: the names stand for their places."""

    staged: Staged
    zone: str

    def record(self) -> dict[str, Any]:
        sets = self.staged.boto("route53").list_resource_record_sets(HostedZoneId=self.zone)["ResourceRecordSets"]
        (found,) = [one for one in sets if one["Type"] == "CNAME"]
        return dict(found)

    def place(self) -> str:
        login = self.staged.login({OLD: "source", NEW: "target"}[self.record()["ResourceRecords"][0]["Value"]])
        return f"{login['host']}:{login['port']}"


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Dns]:
    for staged in stage(tmp_path):
        route53 = staged.boto("route53")
        made = route53.create_hosted_zone(Name="ledger.internal", CallerReference="once")["HostedZone"]["Id"]
        record = {"Name": NAME, "Type": "CNAME", "TTL": TTL, "ResourceRecords": [{"Value": OLD}]}
        changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=made, ChangeBatch=changes)
        zone = str(made).rpartition("/")[2]
        hosts = f'source_host = "{OLD}"\ntarget_host = "{NEW}"'
        login_alone(staged, f'record = "{NAME}"\nzone = "{zone}"\nttl_seconds = {LOW}\n{hosts}')
        yield Dns(replicated(staged), zone)


def test_there_and_back_and_there_again(named: Dns) -> None:
    staged = named.staged
    there_and_back_and_there_again(staged, Application(staged, named.place), f"record {NAME}")
    assert named.record()["TTL"] == LOW
    staged.must("cutover", "approve", "--finalize", "--by", "ann")
    staged.must("cutover", "finalize")
    assert (named.record()["TTL"], named.record()["ResourceRecords"]) == (TTL, [{"Value": NEW}])
