"""From an endpoint to what a driver needs: host, port, user, password, TLS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrate.sandbox.dms import wire
from migrate.sandbox.dms.context import ReadSecret
from migrate.sandbox.dms.resources import Endpoint

SECRET_KEYS = ("username", "password", "host", "port")
"""What a secret must hold; other keys are ignored (dms.md §11)."""
NOT_FOR_THE_WORKER = frozenset(
    {"Password", "Username", "ServerName", "Port", "SecretsManagerSecretId", "SecretsManagerAccessRoleArn"}
)


class LoginError(Exception):
    """The endpoint's credentials cannot be had; the message carries no secret."""


@dataclass(frozen=True)
class Login:
    """One server, ready to connect to."""

    engine: str
    family: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    ssl_mode: str
    ca_file: str | None
    settings: dict[str, Any]
    extra: str

    def document(self) -> dict[str, Any]:
        """The `source` or `target` object of the worker's protocol. It holds the password: for stdin only."""
        return {
            "engine": self.engine,
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "database": self.database,
            "ssl_mode": self.ssl_mode,
            "ca_file": self.ca_file,
            "settings": self.settings,
            "extra": self.extra,
        }


def resolve(endpoint: Endpoint, ca_file: str | None, read_secret: ReadSecret) -> Login:
    """Read the secret if there is one (dms.md §11). Raises LoginError. May take the time of a network call."""
    secret_id = endpoint.get("SecretsManagerSecretId")
    if secret_id:
        host, port, user, password = _from_secret(str(secret_id), read_secret)
    else:
        host, port = str(endpoint.get("ServerName")), int(endpoint.get("Port"))
        user, password = str(endpoint.get("Username")), str(endpoint.get("Password"))
    extra = str(endpoint.definition.get("ExtraConnectionAttributes", ""))
    settings = {name: value for name, value in endpoint.settings.items() if name not in NOT_FOR_THE_WORKER}
    return Login(
        engine=endpoint.engine_name,
        family=endpoint.engine.family,
        host=host,
        port=port,
        user=user,
        password=password,
        database=str(endpoint.get("DatabaseName", "")),
        ssl_mode=str(endpoint.definition.get("SslMode", "none")),
        ca_file=ca_file,
        settings={**_attributes(endpoint.engine.settings_member, extra), **settings},
        extra=extra,
    )


def _from_secret(secret_id: str, read_secret: ReadSecret) -> tuple[str, int, str, str]:
    try:
        secret = read_secret(secret_id)
    except Exception as error:
        raise LoginError(f"The secret {secret_id} cannot be read ({type(error).__name__}).") from None
    missing = [key for key in SECRET_KEYS if not secret.get(key)]
    if missing:
        raise LoginError(f"The secret {secret_id} lacks {', '.join(missing)}.")
    if not str(secret["port"]).isdigit():
        raise LoginError(f"The port in secret {secret_id} is not a number.")
    return secret["host"], int(secret["port"]), secret["username"], secret["password"]


def _attributes(member: str, extra: str) -> dict[str, Any]:
    """ExtraConnectionAttributes `a=b;c=d` (dms.md §10) as settings of the same meaning, whatever their case."""
    known = {name.lower(): (name, kind) for name, kind in wire.members(member).items()}
    settings: dict[str, Any] = {}
    for pair in filter(None, extra.split(";")):
        key, _, value = pair.partition("=")
        name, kind = known.get(key.strip().lower(), (key.strip(), "string"))
        match kind:
            case "boolean":
                settings[name] = value.strip().lower() in ("true", "1", "y", "yes")
            case "integer" if value.strip().lstrip("-").isdigit():
                settings[name] = int(value)
            case _:
                settings[name] = value.strip()
    return settings
