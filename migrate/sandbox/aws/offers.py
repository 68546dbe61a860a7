"""DescribeOrderableDBInstanceOptions and DescribeDBMajorEngineVersions for Aurora.

Offered are the sizes of the families below for every version, in every zone (assumption: AWS's list differs by version
and region). Another class gets an empty answer, as AWS gives. Standard support has ended for the majors named below and
goes on for all others (assumption: which, and until when).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

CLASSES = re.compile(
    r"db\.((r5|r6g|r6i|r7g|r7i|r8g|x2g)\.(large|(|2|4|8|12|16|24)xlarge)|(t3|t4g)\.(medium|large)|serverless)"
)
ENGINES = ("aurora-postgresql", "aurora-mysql")
ZONES = "abcdef"
BEGAN, GOES_ON = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
ENDED = {
    ("aurora-postgresql", "11"): datetime(2024, 2, 29, tzinfo=UTC),
    ("aurora-postgresql", "12"): datetime(2025, 2, 28, tzinfo=UTC),
    ("aurora-mysql", "5.7"): datetime(2024, 10, 31, tzinfo=UTC),
}


def describe_orderable_db_instance_options(response: RDSResponse) -> ActionResult:
    """One row for the class that was asked for, or none."""
    engine, wanted = response._get_param("Engine"), response._get_param("DBInstanceClass") or ""
    if engine not in ENGINES or not CLASSES.fullmatch(wanted):
        return ActionResult({"OrderableDBInstanceOptions": []})
    row = {
        "Engine": engine,
        "EngineVersion": response._get_param("EngineVersion"),
        "DBInstanceClass": wanted,
        "AvailabilityZones": [{"Name": f"{response.region}{letter}"} for letter in ZONES],
        "StorageType": "aurora",
        "Vpc": True,
    }
    return ActionResult({"OrderableDBInstanceOptions": [row]})


def describe_db_major_engine_versions(response: RDSResponse) -> ActionResult:
    """The major that was asked for with its standard support; nothing of other engines."""
    engine, major = response._get_param("Engine"), response._get_param("MajorEngineVersion")
    if engine not in ENGINES or not major:
        return ActionResult({"DBMajorEngineVersions": []})
    standard = {
        "LifecycleSupportName": "open-source-rds-standard-support",
        "LifecycleSupportStartDate": BEGAN,
        "LifecycleSupportEndDate": ENDED.get((engine, major), GOES_ON),
    }
    row = {"Engine": engine, "MajorEngineVersion": major, "SupportedEngineLifecycles": [standard]}
    return ActionResult({"DBMajorEngineVersions": [row]})
