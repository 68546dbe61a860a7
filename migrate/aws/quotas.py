"""DMS's quotas of this account and region."""

from __future__ import annotations

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession
from migrate.model.quota import Quota


class DmsQuotas:
    """Implements `ports.cloud.Quotas`."""

    def __init__(self, session: AwsSession) -> None:
        self._dms = session.client("dms")

    def read(self) -> tuple[Quota, ...]:
        with aws_errors("read the quotas of DMS"):
            rows = self._dms.describe_account_attributes().get("AccountQuotas", [])
        return tuple(Quota(row["AccountQuotaName"], int(row["Used"]), int(row["Max"])) for row in rows)
