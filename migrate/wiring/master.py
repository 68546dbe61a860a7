"""Where the password of the target's master user stands."""

from __future__ import annotations

from migrate.errors import UsageError
from migrate.model.cluster import Cluster
from migrate.target_settings import TargetSection


def master_password(target: TargetSection, cluster: Cluster) -> str:
    """Reference to it: migration.toml's, or the secret that RDS keeps. Raises UsageError CFG-096 for neither."""
    if target.password:
        return target.password
    if not cluster.master_secret_arn:
        raise UsageError(
            f"cluster {cluster.identifier} keeps no master secret",
            code="CFG-096",
            hint="Name where the password of master_username stands: password under [target].",
        )
    return f"aws:{cluster.master_secret_arn}"
