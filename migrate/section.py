"""What every section of migration.toml has in common."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

REFERENCE = re.compile(r"^(env|file|aws):.+$")


def _reference(value: Any) -> Any:
    if isinstance(value, str) and not REFERENCE.match(value):
        raise ValueError("must be a reference: env:NAME, file:PATH or aws:SECRET_ID, never the secret itself")
    return value


SecretReference = Annotated[str, BeforeValidator(_reference)]


class Section(BaseModel):
    """Unknown keys and wrong types are errors; nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
