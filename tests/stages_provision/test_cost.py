"""Costs by a price list: exactly one SKU or no price; ranges where usage decides; the file and the API alike.

The figures are made up; only their shape is AWS's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from migrate.aws.pricing import PriceList
from migrate.aws.session import AwsSession
from migrate.clock import SystemClock
from migrate.errors import AwsError, UsageError
from migrate.model.cluster_options import Capacity, Storage
from migrate.model.price import CostLine, CostReport
from migrate.model.replication import Compute
from migrate.operations import price_file
from migrate.operations.cost import cost
from migrate.report import cost as shown
from migrate.report.heading import headed
from migrate.stages.provision.cost import Machine, Usage, report
from tests.conforming import conforming
from tests.readiness.conftest import Told
from tests.template.variants import POSTGRES

REGION = "eu-central-1"
AURORA = {"databaseEngine": "Aurora PostgreSQL", "regionCode": REGION}
INSTANCE = {**AURORA, "instanceType": POSTGRES.instance_class, "deploymentOption": "Single-AZ"}
NOTHING_KNOWN = Usage()
MACHINE = Machine(Compute.INSTANCE, "dms.r6i.large", multi_az=False)


def product(
    sku: str, family: str, usd: str, unit: str, service: str = "AmazonRDS", **attributes: str
) -> dict[str, Any]:
    dimension = {"unit": unit, "description": "", "pricePerUnit": {"USD": usd}}
    return {
        "serviceCode": service,
        "publicationDate": "2026-10-01T00:00:00Z",
        "product": {"sku": sku, "productFamily": family, "attributes": attributes},
        "terms": {"OnDemand": {f"{sku}.T": {"priceDimensions": {f"{sku}.T.D": dimension}}}},
    }


LIST = [
    product("STD", "Database Instance", "0.30", "Hrs", **INSTANCE, storage="EBS Only"),
    product("IOPT", "Database Instance", "0.40", "Hrs", **INSTANCE, storage="Aurora IO Optimization Mode"),
    product("ACU", "ServerlessV2", "0.20", "ACU-Hr", **AURORA, usagetype="EUC1-Aurora:ServerlessV2Usage"),
    product("DECOY", "ServerlessV2", "0.00", "ACU-Hr", **AURORA,
            usagetype="EUC1-Aurora:ServerlessV2Usage-LimitlessPreview"),
    product("GB", "Database Storage", "0.10", "GB-Mo", regionCode=REGION, databaseEngine="Any",
            volumeType="General Purpose-Aurora"),
    product("IO", "System Operation", "0.0000002", "IOs", **AURORA, usagetype="EUC1-Aurora:StorageIOUsage"),
    product("BAK", "Storage Snapshot", "0.02", "GB-Mo", **AURORA, usagetype="EUC1-Aurora:BackupUsage"),
    product("DMS", "Replication Server", "0.50", "Hrs", "AWSDatabaseMigrationSvc", regionCode=REGION,
            usagetype="EUC1-InstanceUsg:dms.r6i.large"),
    product("DMS2", "Replication Server", "1.00", "Hrs", "AWSDatabaseMigrationSvc", regionCode=REGION,
            usagetype="EUC1-Multi-AZUsg:dms.r6i.large"),
]  # fmt: skip


@pytest.fixture
def priced(tmp_path: Path) -> Callable[..., CostReport]:
    def by(rows: Sequence[Mapping[str, Any]] = LIST, usage: Usage = NOTHING_KNOWN, **changes: Any) -> CostReport:
        path = tmp_path / "prices.json"
        price_file.save(path, "2026-11-01T12:00:00+00:00", rows)
        spec = replace(POSTGRES, readers=1, **changes)
        return report(spec, MACHINE, usage, REGION, price_file.read(path))

    return by


def named(lines: Sequence[CostLine]) -> dict[str, CostLine]:
    return {one.item: one for one in lines}


def test_a_month_of_a_cluster_and_the_migration_beside_it(priced: Callable[..., CostReport]) -> None:
    found = priced(usage=Usage(storage_gb=200, io_millions=(100, 500), days=10))
    monthly = named(found.monthly)
    assert monthly[f"2 of {POSTGRES.instance_class}"].cost == (Decimal("438.00"), Decimal("438.00"))
    assert monthly["storage"].cost == (20, 20)
    assert monthly["I/O requests"].cost == (20, 100)
    assert monthly["backups beyond the free part"].cost == (0, 4)
    once = named(found.migration)
    assert once["DMS dms.r6i.large"].cost == (120, 120)
    assert [round(one) for one in once["the target beside the source, its instances"].cost or ()] == [144, 144]
    assert once["data transfer"].cost is None
    rows = list(shown.rows(found.monthly))
    assert rows[0][2:] == ("0.3 USD/Hrs", "STD", "2026-10-01", "438.00")
    assert shown.summary(found.monthly).startswith("478.00 to 562.00 USD for 4 of 7 items; without")


def test_io_optimized_storage_has_its_own_price_and_no_requests(priced: Callable[..., CostReport]) -> None:
    monthly = named(priced(storage=Storage.IO_OPTIMIZED).monthly)
    compute = monthly[f"2 of {POSTGRES.instance_class}"]
    assert compute.product is not None
    assert compute.product.sku == "IOPT"
    assert "I/O requests" not in monthly
    assert monthly["storage"].unpriced == "no product fits", "a price of the other storage is no price of this one"


def test_serverless_is_a_range_and_the_preview_is_no_bargain(priced: Callable[..., CostReport]) -> None:
    capacity = Capacity(minimum=0.5, maximum=4)
    line = priced(instance_class="db.serverless", capacity=capacity).monthly[0]
    assert line.cost == (Decimal("146.00"), Decimal("1168.00"))


def test_two_that_fit_are_no_price(priced: Callable[..., CostReport]) -> None:
    twin = product("TWIN", "Database Instance", "0.31", "Hrs", **INSTANCE, storage="EBS Only")
    line = priced([*LIST, twin]).monthly[0]
    assert (line.cost, line.unpriced, line.candidates) == (None, "2 products fit", ("STD", "TWIN"))
    assert next(iter(shown.rows([line])))[2] == "not priced: 2 products fit"


def test_what_goes_by_use_has_a_price_and_no_sum_until_the_use_is_told(priced: Callable[..., CostReport]) -> None:
    found = priced()
    storage = named(found.monthly)["storage"]
    assert (storage.product is not None, storage.cost) == (True, None)
    assert "storage" in shown.summary(found.monthly).partition("without")[2]
    document = conforming(headed("cost", shown.document(found)))
    assert document["asked_at"] == "2026-11-01T12:00:00+00:00"
    json.dumps(document)


def test_another_region_is_not_priced_by_this_one(priced: Callable[..., CostReport]) -> None:
    rows = json.loads(json.dumps(LIST).replace(REGION, "us-east-1"))
    found = priced(rows)
    assert all(one.product is None for one in (*found.monthly, *found.migration))
    assert shown.summary(found.monthly).startswith("not priced")


def test_what_was_priced_is_what_the_readiness_report_shows(tmp_path: Path) -> None:
    told, prices = Told(tmp_path), tmp_path / "prices.json"
    price_file.save(prices, "2026-11-01T12:00:00+00:00", LIST)
    found = cost(told.session, Usage(days=10), saved=prices)
    on_record = told.report().price
    told.close()
    assert on_record is not None
    assert dict(on_record.lines) == {
        "the target, a month": shown.summary(found.monthly),
        "the migration, once, 10 days": shown.summary(found.migration),
        "prices": f"{found.source}, asked 2026-11-01T12:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no json", "PRV-051"),
        ("[]", "PRV-051"),
        ('{"PriceList": [{}]}', "PRV-051"),
        ('{"PriceList": ["{]"]}', "PRV-051"),
        (None, "PRV-050"),
    ],
)
def test_a_file_of_another_shape(tmp_path: Path, text: str | None, code: str) -> None:
    path = tmp_path / "prices.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError) as caught:
        price_file.read(path)
    assert caught.value.code == code


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> AwsSession:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    return AwsSession("us-east-1", None, "http://127.0.0.1:1")


def test_the_api_is_asked_and_what_it_said_can_be_saved(aws: AwsSession, tmp_path: Path) -> None:
    prices = PriceList(aws, SystemClock())
    terms = {"regionCode": REGION, "productFamily": "Replication Server"}
    filters = [{"Type": "TERM_MATCH", "Field": key, "Value": value} for key, value in terms.items()]
    asked = {"ServiceCode": "AWSDatabaseMigrationSvc", "Filters": filters, "FormatVersion": "aws_v1"}
    answer = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(one) for one in LIST[-2:]]}
    with Stubber(aws.client("pricing")) as stub:
        stub.add_response("get_products", answer, asked)
        found = prices.products("AWSDatabaseMigrationSvc", terms)
    assert [(one.sku, one.usd) for one in found] == [("DMS", Decimal("0.50")), ("DMS2", Decimal("1.00"))]
    price_file.save(tmp_path / "saved.json", prices.asked_at, prices.answered)
    saved = price_file.read(tmp_path / "saved.json")
    assert [one.sku for one in saved.products("AWSDatabaseMigrationSvc", terms)] == ["DMS", "DMS2"]


def test_what_aws_does_not_say_is_not_priced(aws: AwsSession) -> None:
    prices = PriceList(aws, SystemClock())
    with Stubber(aws.client("pricing")) as stub:
        for _ in range(5):
            stub.add_client_error("get_products", "AccessDeniedException", "no")
        found = report(POSTGRES, MACHINE, Usage(), REGION, prices)
    assert {one.unpriced for one in found.monthly[:4]} == {"AWS-AccessDeniedException: AWS did not say"}
    with Stubber(aws.client("pricing")) as stub:
        stub.add_response("get_products", {"PriceList": ['{"product": {}}']})
        with pytest.raises(AwsError):
            prices.products("AmazonRDS", {})
