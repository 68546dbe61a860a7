"""What a handover moves so that the application finds the other side: its secret, or what [switch] names instead."""

from __future__ import annotations

from pydantic import Field, model_validator

from migrate.section import Section

KINDS = {
    "command": ("seconds",),
    "parameter": ("value", "source_host", "target_host"),
    "record": ("zone", "ttl_seconds", "source_host", "target_host"),
}
"""The keys of which one is given, and those that belong to each."""


class SwitchSection(Section):
    command: tuple[str, ...] = ()
    seconds: float = Field(default=60.0, gt=0, le=600)
    parameter: str = Field(default="", pattern=r"^([a-zA-Z0-9_.-]+|(/[a-zA-Z0-9_.-]+)+|)$")
    value: str = "{host}"
    record: str = Field(default="", pattern=r"^([a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)+\.?)?$")
    zone: str = Field(default="", pattern=r"^([A-Z0-9]{1,32})?$")
    ttl_seconds: int = Field(default=5, ge=1, le=60)
    source_host: str = ""
    target_host: str = ""

    @model_validator(mode="after")
    def _means_one_thing(self) -> SwitchSection:
        given = [kind for kind in KINDS if getattr(self, kind)]
        if len(given) != 1:
            kinds = ", ".join(KINDS)
            raise ValueError(f"exactly one of {kinds} says what is switched; without [switch] it is the secret")
        strange = sorted(self.model_fields_set - {given[0], *KINDS[given[0]]})
        if strange:
            raise ValueError(f"{', '.join(strange)} does not belong to a switch by {given[0]}")
        if self.record and not self.zone:
            raise ValueError("zone, the id of the hosted zone, belongs to record")
        return self

    @model_validator(mode="after")
    def _tells_the_sides_apart(self) -> SwitchSection:
        if "{host}" not in self.value and "{port}" not in self.value:
            raise ValueError("value must hold {host} or {port}, or both sides would have the same")
        return self

    @property
    def what(self) -> str:
        """As it completes `the application's …`."""
        if self.command:
            return f"traffic (command {self.command[0]})"
        return f"parameter {self.parameter}" if self.parameter else f"record {self.record}"

    def filled(self, host: str, port: int, database: str) -> str:
        """What the parameter, or the record, holds for the side at this place."""
        places = {"{host}": host, "{port}": str(port), "{database}": database}
        text = self.value
        for name, place in places.items():
            text = text.replace(name, place)
        return text
