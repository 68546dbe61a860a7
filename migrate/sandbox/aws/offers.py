"""DescribeOrderableDBInstanceOptions for Aurora.

Offered are the sizes of the families below for every version, in every zone (assumption: AWS's list differs by version
and region). Another class gets an empty answer, as AWS gives.
"""

from __future__ import annotations

import re

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

CLASSES = re.compile(
    r"db\.((r5|r6g|r6i|r7g|r7i|r8g|x2g)\.(large|(|2|4|8|12|16|24)xlarge)|(t3|t4g)\.(medium|large)|serverless)"
)
ENGINES = ("aurora-postgresql", "aurora-mysql")
ZONES = "abcdef"


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
