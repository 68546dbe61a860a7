"""From an Aurora MySQL cluster parameter group to settings of a stock MySQL server.

Source: Aurora User Guide, Aurora MySQL configuration parameters: binlog_format is OFF by default, and OFF means no
log at all; log_bin_trust_function_creators is 0; require_secure_transport is OFF in version 3 and ON from 8.4 on.
GTIDs are off as in stock MySQL (assumption).
"""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Mapping

from migrate.sandbox.servers.account import server_account
from migrate.sandbox.servers.mysql_binaries import Flavor, MySqlBinaries, find
from migrate.sandbox.servers.process import clean_environment

AURORA_DEFAULTS = {
    "binlog_format": "OFF",
    "gtid_mode": "OFF",
    "enforce_gtid_consistency": "OFF",
    "log_bin_trust_function_creators": "0",
}
THE_SANDBOX_DECIDES = re.compile(
    r"^(bind_address|port|socket|datadir|basedir|tmpdir|pid_file|server_id|secure_file_priv|log_bin|log_error.*|ssl_.*"
    r"|innodb_(buffer_pool|log_file|redo_log|undo|data|temp)_.*|require_secure_transport|default_authentication_plugin"
    r"|authentication_policy|.*_(dir|directory|file)|plugin.*|early_plugin.*|mysqlx.*|admin_.*|skip_.*)$"
)
AURORA_ONLY = re.compile(r"^(rds|aurora|server_audit)_")
UTC = {"utc": "+00:00", "system": "+00:00"}
FIRST_WITH_FORCED_TLS = (8, 4)


class AuroraMySql:
    """Aurora MySQL, served by MySQL."""

    name = "aurora-mysql"
    engine = Flavor.MYSQL.value

    def server_settings(self, group: Mapping[str, str]) -> dict[str, str]:
        """What of `group` a stock server understands.

        Aurora's own parameters, formulas over the instance's memory, and names this server does not know are left out,
        as is a time zone other than UTC, for a new server knows no names of zones.
        """
        wanted = AURORA_DEFAULTS | {name.replace("-", "_"): value for name, value in group.items()}
        known = _known(find(Flavor.MYSQL, server_account()))
        settings = {
            name: value
            for name, value in wanted.items()
            if name in known
            and name != "binlog_format"
            and not (AURORA_ONLY.match(name) or THE_SANDBOX_DECIDES.match(name) or "{" in value)
        }
        if wanted["binlog_format"] == "OFF":
            settings["log_bin"] = "OFF"
        elif "binlog_format" in known:
            settings["binlog_format"] = wanted["binlog_format"]
        zone = wanted.get("time_zone", "UTC").lower()
        if zone in UTC or re.fullmatch(r"[+-]\d\d:\d\d", zone):
            settings["default_time_zone"] = UTC.get(zone, zone)
        return settings

    def wants_tls(self, group: Mapping[str, str], engine_version: str) -> bool:
        """Whether the cluster refuses plain connections: require_secure_transport."""
        # `8.0.mysql_aurora.3.08.0` is version 3, `8.4.mysql_aurora.8.4.7` is 8.4.
        found = re.match(r"(\d+)\.(\d+)", engine_version)
        forced = found is not None and (int(found[1]), int(found[2])) >= FIRST_WITH_FORCED_TLS
        return group.get("require_secure_transport", "ON" if forced else "OFF").upper() in ("1", "ON")


@functools.cache
def _known(binaries: MySqlBinaries) -> frozenset[str]:
    """The names of the server's variables: the table that ends what `mysqld --verbose --help` prints."""
    account = server_account()
    answer = subprocess.run(
        [*binaries.command, "--no-defaults", "--verbose", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
        env=clean_environment(),
        user=account.uid if account.switch else None,
        group=account.gid if account.switch else None,
        extra_groups=[] if account.switch else None,
    )
    table = re.split(r"^-+ -+$", answer.stdout, maxsplit=1, flags=re.MULTILINE)[-1]
    return frozenset(line.split()[0].replace("-", "_") for line in table.splitlines() if line[:1].islower())
