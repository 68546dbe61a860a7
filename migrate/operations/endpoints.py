"""DMS endpoints from settings: one account reads the log, another writes rows, on each side."""

from __future__ import annotations

from checks.route import Engine, TargetEngine
from migrate.model.database import Side, Tls
from migrate.model.replication import EndpointSpec
from migrate.operations import names
from migrate.wiring.session import Session

DMS_ENGINE = {
    Engine.POSTGRES.value: "postgres",
    Engine.MYSQL.value: "mysql",
    Engine.MARIADB.value: "mariadb",
    TargetEngine.AURORA_POSTGRESQL.value: "aurora-postgresql",
    TargetEngine.AURORA_MYSQL.value: "aurora",
}
"""DMS spells Aurora MySQL `aurora` (DMS API reference, EngineName)."""

SSL_MODE = {
    Tls.VERIFY_FULL: "verify-full",
    Tls.VERIFY_CA: "verify-ca",
    Tls.REQUIRE: "require",
    Tls.DISABLE: "none",
}


def endpoint(session: Session, side: Side, role: str, identifier: str, slot: str | None = None) -> EndpointSpec:
    """The endpoint on `side` that plays `role` (source or target) in one task."""
    settings = session.settings
    address = session.source_address if side is Side.SOURCE else session.target_address
    engine = settings.source.engine.value if side is Side.SOURCE else settings.target.engine.value
    return EndpointSpec(
        identifier=identifier,
        role=role,
        engine=DMS_ENGINE[engine],
        secret_id=names.dms_secret(session.name, side, "capture" if role == "source" else "feed"),
        database=address.database,
        tls=SSL_MODE[address.tls],
        ca_file=address.ca_file,
        slot=slot,
        time_zone=settings.source.time_zone if side is Side.SOURCE else "UTC",
        bypass_constraints=role == "target",
    )
