"""Where the state database of a migration lies."""

from __future__ import annotations

from migrate.settings import Settings


def state_url(settings: Settings) -> str:
    """Its address; a file's path is made absolute, from the folder of migration.toml."""
    url, prefix = settings.migration.state, "sqlite:///"
    return f"{prefix}{settings.path(url.removeprefix(prefix))}" if url.startswith(prefix) else url
