"""What a target costs by AWS's own Price List. Exactly one SKU, or the item is not priced; no price is built in.

Which attributes tell the products apart was read from public programs that ask the Price List (aurora.md §11), not
from documentation of AWS's: an item whose attributes changed becomes "not priced", never wrongly priced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.route import TargetEngine
from migrate.errors import AwsError
from migrate.model.cluster import ClusterSpec
from migrate.model.cluster_options import Storage
from migrate.model.price import Amount, CostLine, CostReport, Product
from migrate.model.replication import Compute
from migrate.ports.prices import Prices

RDS, DMS = "AmazonRDS", "AWSDatabaseMigrationSvc"
SERVERLESS = "db.serverless"
MONTH_HOURS = 730
ENGINES = {TargetEngine.AURORA_POSTGRESQL: "Aurora PostgreSQL", TargetEngine.AURORA_MYSQL: "Aurora MySQL"}
DECOY = "-LimitlessPreview"
"""Products of a preview that are listed at 0.00."""


@dataclass(frozen=True)
class Usage:
    """What only the operator knows. None: the price of a unit is all that can be said."""

    storage_gb: int | None = None
    io_millions: tuple[int, int] | None = None
    """Requests in a month, least and most."""
    days: int = 14
    """How long DMS runs and both databases stand side by side."""


@dataclass(frozen=True)
class Machine:
    """What replicates: `[replication]` of migration.toml."""

    compute: Compute
    instance_class: str
    multi_az: bool


def report(spec: ClusterSpec, machine: Machine, usage: Usage, region: str, prices: Prices) -> CostReport:
    """Asks for each item by itself: one that AWS does not price hides no other."""
    asked = _Asked(prices, region)
    monthly = tuple(_monthly(spec, usage, asked))
    return CostReport(
        region=region,
        asked_at=prices.asked_at,
        source=prices.source,
        days=usage.days,
        monthly=monthly,
        migration=tuple(_once(machine, usage, monthly, asked)),
    )


@dataclass(frozen=True)
class _Asked:
    prices: Prices
    region: str

    def line(
        self,
        item: str,
        service: str,
        terms: Mapping[str, str],
        fits: Callable[[Mapping[str, str]], bool],
        amount: Amount | None,
    ) -> CostLine:
        try:
            found = self.prices.products(service, {"regionCode": self.region, **terms})
        except AwsError as problem:
            return CostLine(item, amount, unpriced=f"{problem.code}: AWS did not say")
        fitting = {
            one.sku: one
            for one in found
            if fits(one.attributes) and not one.attributes.get("usagetype", "").endswith(DECOY)
        }
        if len(fitting) != 1:
            why = f"{len(fitting)} products fit" if fitting else "no product fits"
            return CostLine(item, amount, unpriced=why, candidates=tuple(sorted(map(_told, fitting.values()))))
        product = next(iter(fitting.values()))
        if product.usd is None:
            return CostLine(item, amount, unpriced="its price is tiered, or not in USD", candidates=(_told(product),))
        return CostLine(item, amount, product)


def _told(product: Product) -> str:
    return f"{product.sku} {product.attributes.get('usagetype', '')}".rstrip()


def _exactly(quantity: int, basis: str) -> Amount:
    return Amount(Decimal(quantity), Decimal(quantity), basis)


def _monthly(spec: ClusterSpec, usage: Usage, asked: _Asked) -> Iterator[CostLine]:
    optimized = spec.storage is Storage.IO_OPTIMIZED
    yield _compute(spec, asked, optimized=optimized)
    size = None if usage.storage_gb is None else _exactly(usage.storage_gb, f"{usage.storage_gb} GB, once a cluster")
    yield asked.line(
        "storage",
        RDS,
        {"productFamily": "Database Storage"},
        lambda of: (
            of.get("volumeType") == ("IO Optimized-Aurora" if optimized else "General Purpose-Aurora")
            and of.get("databaseEngine", "Any") in (ENGINES[spec.engine], "Any")
        ),
        size,
    )
    if not optimized:
        yield asked.line(
            "I/O requests",
            RDS,
            {"productFamily": "System Operation", "databaseEngine": ENGINES[spec.engine]},
            lambda of: of.get("usagetype", "").endswith(":StorageIOUsage"),
            _requests(usage),
        )
    yield asked.line(
        "backups beyond the free part",
        RDS,
        {"productFamily": "Storage Snapshot"},
        lambda of: (
            of.get("usagetype", "").endswith("Aurora:BackupUsage")
            and of.get("databaseEngine", "Any") in (ENGINES[spec.engine], "Any")
        ),
        None if usage.storage_gb is None else Amount(
            Decimal(0), Decimal(usage.storage_gb), "as much as the cluster holds is free; more goes with the writes"
        ),
    )  # fmt: skip
    for item, why in _never_priced(spec):
        yield CostLine(item, unpriced=why)


def _compute(spec: ClusterSpec, asked: _Asked, *, optimized: bool) -> CostLine:
    count = 1 + spec.readers
    if spec.instance_class == SERVERLESS:
        usage = "ServerlessV2IOOptimizedUsage" if optimized else "ServerlessV2Usage"
        hours = MONTH_HOURS * count
        least, most = (Decimal(str(one)) * hours for one in (spec.capacity.minimum, spec.capacity.maximum))
        basis = f"{count} of {spec.capacity.minimum} to {spec.capacity.maximum} ACU, {MONTH_HOURS} hours"
        return asked.line(
            f"{count} instances, serverless",
            RDS,
            {"databaseEngine": ENGINES[spec.engine]},
            lambda of: of.get("usagetype", "").endswith(f"Aurora:{usage}"),
            Amount(least, most, basis),
        )
    terms = {
        "productFamily": "Database Instance",
        "databaseEngine": ENGINES[spec.engine],
        "instanceType": spec.instance_class,
        "deploymentOption": "Single-AZ",
    }
    storage = "Aurora IO Optimization Mode" if optimized else "EBS Only"
    return asked.line(
        f"{count} of {spec.instance_class}",
        RDS,
        terms,
        lambda of: of.get("storage") == storage and "extendedSupportPricingYear" not in of,
        _exactly(MONTH_HOURS * count, f"{count} instances, {MONTH_HOURS} hours"),
    )


def _requests(usage: Usage) -> Amount | None:
    if usage.io_millions is None:
        return None
    least, most = usage.io_millions
    return Amount(Decimal(least) * 10**6, Decimal(most) * 10**6, f"{least} to {most} million requests")


def _never_priced(spec: ClusterSpec) -> Iterator[tuple[str, str]]:
    """Named, so that nobody takes their silence for nothing."""
    yield "Database Insights, Enhanced Monitoring", "which product that is could not be settled"
    yield "logs, metrics, alarms", "goes with their volume (CloudWatch)"
    yield "key, secrets, notices", "goes with their use (KMS, Secrets Manager, SNS)"
    if spec.extended_support:
        yield "Extended Support", "goes with vCPU and year of support; begins with the end of standard support"
    if spec.proxy:
        yield "RDS Proxy", "goes with the vCPU or ACU behind it"
    if spec.global_identifier:
        yield "global database", "goes with replicated writes"
    if spec.backup.plan_days:
        yield "AWS Backup", "goes with what the vault keeps"
    if spec.vpc_endpoints:
        yield "private endpoints", "go by zone, hour and volume"


def _once(machine: Machine, usage: Usage, monthly: tuple[CostLine, ...], asked: _Asked) -> Iterator[CostLine]:
    hours = usage.days * 24
    if machine.compute is Compute.SERVERLESS:
        yield CostLine("DMS Serverless", unpriced="the names of its usage types are not settled")
    else:
        wanted = f"{'Multi-AZUsg' if machine.multi_az else 'InstanceUsg'}:{machine.instance_class}"
        yield asked.line(
            f"DMS {machine.instance_class}{', two zones' if machine.multi_az else ''}",
            DMS,
            {"productFamily": "Replication Server"},
            lambda of: of.get("usagetype", "").endswith(wanted),
            _exactly(hours, f"{usage.days} days"),
        )
    compute = monthly[0]
    yield CostLine(
        "the target beside the source, its instances",
        _part(compute, usage.days),
        compute.product,
        compute.unpriced,
        compute.candidates,
    )
    yield CostLine("the source, as long as both stand", unpriced="what it costs is not known here")
    yield CostLine("data transfer", unpriced="goes with volume and path: zone, region, internet, Direct Connect")


def _part(line: CostLine, days: int) -> Amount | None:
    """The share of a month that `days` are; an instance is billed by the hour."""
    if line.amount is None:
        return None
    share = Decimal(days * 24) / MONTH_HOURS
    return Amount(line.amount.least * share, line.amount.most * share, f"{days} days")
