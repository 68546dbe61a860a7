"""What the service offers: engine versions, instance classes, endpoint types and settings.

A few rows each, in the real shapes; the figures of classes are an assumption.
"""

from __future__ import annotations

from typing import Any

from migrate.sandbox.dms import wire
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.engines import ENGINES
from migrate.sandbox.dms.faults import invalid_value
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.quotas import attributes
from migrate.sandbox.dms.request_filters import matching

ENGINE_VERSIONS = ("3.5.4", "3.6.1", "3.6.0", "3.5.3")
"""The default first (dms.md §16, engine versions)."""
CLASSES = (
    *("dms.t3.micro", "dms.t3.small", "dms.t3.medium", "dms.t3.large", "dms.c5.large", "dms.r5.large"),
    *(f"dms.r6i.{size}large" for size in ("", "x", "2x", "4x", "8x", "12x", "16x", "24x", "32x")),
)
ZONES = ("a", "b", "c")


class Offers:
    """DescribeAccountAttributes, …EndpointTypes, …EndpointSettings, …EngineVersions, …OrderableReplicationInstances."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def handlers(self) -> dict[str, Handler]:
        return {
            "DescribeAccountAttributes": self._account,
            "DescribeEndpointTypes": self._endpoint_types,
            "DescribeEndpointSettings": self._endpoint_settings,
            "DescribeEngineVersions": self._engine_versions,
            "DescribeOrderableReplicationInstances": self._orderable,
        }

    def _account(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The identifier's form is botocore's text."""
        return {
            "AccountQuotas": attributes(self._context),
            "UniqueAccountIdentifier": f"c{self._context.arns.account[-11:]}",
        }

    def _endpoint_types(self, payload: dict[str, Any]) -> dict[str, Any]:
        types = [
            {
                "EngineName": name,
                "SupportsCDC": True,
                "EndpointType": side,
                "EngineDisplayName": engine.display_name,
            }
            for name, engine in ENGINES.items()
            for side in ("source", "target")
        ]
        found = matching(
            types,
            payload,
            {"engine-name": lambda one: str(one["EngineName"]), "endpoint-type": lambda one: str(one["EndpointType"])},
        )
        return page("SupportedEndpointTypes", found, payload)

    def _endpoint_settings(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The legal settings, from the model (dms.md §10); types and enumerations only, no defaults."""
        engine = ENGINES.get(payload["EngineName"])
        if engine is None:
            raise invalid_value(f"Unknown EngineName; known are {', '.join(ENGINES)}.")
        shape = engine.settings_member
        settings = []
        for name, kind in wire.members(shape).items():
            allowed = wire.choices(shape, name) if kind == "string" else []
            setting: dict[str, Any] = {"Name": name, "Type": "enum" if allowed else kind, "Sensitive": False}
            if allowed:
                setting["EnumValues"] = allowed
            settings.append(setting)
        return page("EndpointSettings", settings, payload)

    def _engine_versions(self, payload: dict[str, Any]) -> dict[str, Any]:
        versions = [{"Version": version, "ReleaseStatus": "prod"} for version in ENGINE_VERSIONS]
        return page("EngineVersions", versions, payload)

    def _orderable(self, payload: dict[str, Any]) -> dict[str, Any]:
        offered = [
            {
                "EngineVersion": version,
                "ReplicationInstanceClass": name,
                "StorageType": "gp2",
                "MinAllocatedStorage": 5,
                "MaxAllocatedStorage": 6144,
                "DefaultAllocatedStorage": 50,
                "IncludedAllocatedStorage": 50,
                "AvailabilityZones": [f"{self._context.arns.region}{zone}" for zone in ZONES],
            }
            for version in ENGINE_VERSIONS
            for name in CLASSES
        ]
        return page("OrderableReplicationInstances", offered, payload)
