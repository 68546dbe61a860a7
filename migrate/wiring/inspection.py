"""Adapters that look at AWS beside a migration's own acts: rights, drift, prices, metrics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from migrate.aws import pricing
from migrate.aws.drift import StackDrifts
from migrate.aws.metrics import Metrics
from migrate.aws.offers import InstanceOffers
from migrate.aws.permissions import IamPermissions
from migrate.aws.pricing import PriceList
from migrate.aws.secret_readers import PolicyReaders
from migrate.aws.service_roles import DmsServiceRoles
from migrate.aws.session import AwsSession
from migrate.clock import Clock
from migrate.ports.drift import Drifts
from migrate.ports.offers import Offers
from migrate.ports.permissions import Permissions, ServiceRoles
from migrate.ports.telemetry import SecretReaders, Telemetry
from migrate.settings import AwsSection


@dataclass
class Inspection:
    """Built when first asked for, as a session's other adapters are."""

    aws: AwsSession
    settings: AwsSection
    clock: Clock

    @cached_property
    def permissions(self) -> Permissions:
        return IamPermissions(self.aws)

    @cached_property
    def service_roles(self) -> ServiceRoles:
        return DmsServiceRoles(self.aws)

    @cached_property
    def drifts(self) -> Drifts:
        return StackDrifts(self.aws, self.clock)

    @cached_property
    def prices(self) -> PriceList:
        """The Price List answers for every region, in one of its own."""
        there = AwsSession(pricing.REGION, self.settings.profile, self.settings.endpoint_url)
        return PriceList(there, self.clock)

    @cached_property
    def offers(self) -> Offers:
        return InstanceOffers(self.aws)

    @cached_property
    def telemetry(self) -> Telemetry:
        return Metrics(self.aws)

    @cached_property
    def secret_readers(self) -> SecretReaders:
        return PolicyReaders(self.aws)
