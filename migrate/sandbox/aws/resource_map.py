"""A stack's resources, made only when the stack says so. moto's own map makes them whenever somebody looks."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.parsing import (
    ResourceMap,
    clean_json,
    get_model_map,
    parse_and_create_resource,
    parse_resource_and_generate_name,
)

from migrate.sandbox.aws.resource_types import SandboxType
from migrate.sandbox.aws.template import CREATE_ONLY, creation_order, dependencies, references

UNKNOWN = object()
"""A property whose value depends on something that does not exist yet."""
ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy", "Metadata")


@dataclass
class ResourceChange:
    """One resource of a change set. moto's serializer reads these names."""

    action: str
    logical_resource_id: str
    resource_type: str
    physical_resource_id: str | None = None
    replacement: str | None = None
    """`True`, `False` or `Conditional`; only for Modify."""
    scope: list[str] = field(default_factory=list)
    details: list[dict[str, Any]] = field(default_factory=list)
    policy_action: str | None = None


class SandboxResourceMap(ResourceMap):
    """Logical name → resource, in the order the template asks for."""

    def __getitem__(self, key: str) -> Any:
        if key in self._parsed_resources:
            return self._parsed_resources[key]
        if key in self._resource_json_map:
            return None
        raise KeyError(key)

    def check(self) -> None:
        """Raise ValidationError for types nobody can create here, and for circles."""
        unknown = sorted({row["Type"] for row in self._resource_json_map.values()} - set(get_model_map()))
        if unknown:
            raise ValidationError(message=f"Template format error: Unrecognized resource types: {unknown}")
        try:
            creation_order(self._resource_json_map)
        except ValueError as error:
            raise ValidationError(message=str(error)) from error

    def order(self) -> list[str]:
        """Logical names to create, those whose condition is false left out."""
        return [name for name in creation_order(self._resource_json_map) if self._wanted(name)]

    def _wanted(self, name: str) -> bool:
        condition = self._resource_json_map[name].get("Condition")
        return not condition or bool(self.lazy_condition_map[condition])

    def existing(self) -> dict[str, Any]:
        """The resources that exist, by logical name."""
        return {
            name: self._parsed_resources[name] for name in self._resource_json_map if name in self._parsed_resources
        }

    def json_of(self, name: str) -> dict[str, Any]:
        """A resource as the template has it."""
        row: dict[str, Any] = self._resource_json_map[name]
        return row

    def needs(self, name: str) -> set[str]:
        """The logical names a resource refers to or depends on."""
        return set(dependencies(self.json_of(name)))

    def adopt(self, name: str, resource: Any) -> None:
        """Take over a resource that exists already."""
        self._parsed_resources[name] = resource

    def forget(self, name: str) -> None:
        """The resource is gone or no longer the stack's."""
        self._parsed_resources.pop(name, None)

    def make(self, name: str) -> Any:
        """Create a resource and return it."""
        resource = parse_and_create_resource(
            name,
            copy.deepcopy(self.json_of(name)),
            self,
            account_id=self._account_id,
            region_name=self._region_name,
        )
        self._parsed_resources[name] = resource
        return resource

    def change(self, name: str) -> None:
        """Bring an existing resource to what this map's template says."""
        resource = self._parsed_resources[name]
        model, row, _ = parse_resource_and_generate_name(name, copy.deepcopy(self.json_of(name)), self)
        if hasattr(model.update_from_cloudformation_json, "__isabstractmethod__"):
            return
        changed = model.update_from_cloudformation_json(
            original_resource=resource,
            new_resource_name=physical_id(resource),
            cloudformation_json=row,
            account_id=self._account_id,
            region_name=self._region_name,
        )
        changed.cf_resource_type, changed.logical_resource_id = row["Type"], name
        self._parsed_resources[name] = changed

    def end(self, name: str, resource: Any) -> None:
        """Delete a resource."""
        if isinstance(resource, SandboxType):
            resource.delete(self._account_id, self._region_name)
        else:
            self._delete_resource(resource, self.json_of(name))

    def properties(self, name: str) -> dict[str, Any]:
        """The resource's properties with every reference resolved, as far as it can be now."""
        found = {}
        for key, value in self.json_of(name).get("Properties", {}).items():
            try:
                found[key] = clean_json(copy.deepcopy(value), self)
            except (ValidationError, KeyError, AttributeError):
                found[key] = UNKNOWN
        return found

    def changes_to(self, new: SandboxResourceMap) -> list[ResourceChange]:
        """What has to happen to come from this map to `new`, in the order in which it would."""
        here, changes = self.existing(), []
        replaced: set[str] = set()
        for name in new.order():
            row = new.json_of(name)
            if name not in here:
                changes.append(ResourceChange("Add", name, row["Type"]))
                continue
            change = self._modification(new, name, replaced)
            if change is not None:
                changes.append(change)
                if change.replacement != "False":
                    replaced.add(name)
        for name in reversed(list(here)):
            if name not in new.order():
                row = self.json_of(name)
                policy = {"Retain": "Retain", "Snapshot": "Snapshot"}.get(row.get("DeletionPolicy", ""), "Delete")
                gone = ResourceChange("Remove", name, row["Type"], physical_id(here[name]), policy_action=policy)
                changes.append(gone)
        return changes

    def _modification(self, new: SandboxResourceMap, name: str, replaced: set[str]) -> ResourceChange | None:
        before, after = self.properties(name), new.properties(name)
        raw = new.json_of(name).get("Properties", {})
        follows = {key for key, value in raw.items() if replaced & set(references(value))}
        touched = sorted(
            key for key in {*before, *after} if before.get(key) != after.get(key) or key in follows or key not in after
        )
        scope = ["Properties"] if touched else []
        scope += [word for word in ATTRIBUTES if self.json_of(name).get(word) != new.json_of(name).get(word)]
        if not scope:
            return None
        kind = new.json_of(name)["Type"]
        recreates = frozenset(CREATE_ONLY.get(kind, "").split())
        details = [
            {
                "Target": {
                    "Attribute": "Properties",
                    "Name": key,
                    "RequiresRecreation": "Always" if key in recreates else "Never",
                    **values,
                },
                "Evaluation": "Dynamic" if key in follows else "Static",
                "ChangeSource": "ResourceReference" if key in follows else "DirectModification",
                **({"CausingEntity": sorted(replaced & set(references(raw[key])))[0]} if key in follows else {}),
            }
            for key in touched
            for values in differing(key, before.get(key), after.get(key))
        ]
        sure = any(key in recreates and key not in follows for key in touched)
        maybe = any(key in recreates for key in touched)
        replacement = "True" if sure else "Conditional" if maybe else "False"
        policy = new.json_of(name).get("UpdateReplacePolicy", "Delete")
        return ResourceChange(
            "Modify",
            name,
            kind,
            physical_id(self.existing()[name]),
            replacement,
            scope,
            details,
            f"ReplaceAnd{policy}" if replacement == "True" else None,
        )


def differing(name: str, before: Any, after: Any) -> list[dict[str, str]]:
    """Path and values of what differs in a property: of an object every part by itself, else the whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
        return [_told(f"/Properties/{name}/{key}", before.get(key), after.get(key)) for key in keys] or [{}]
    return [_told(f"/Properties/{name}", before, after)]


def _told(path: str, before: Any, after: Any) -> dict[str, str]:
    known = {"BeforeValue": before, "AfterValue": after}
    return {"Path": path} | {
        word: value if isinstance(value, str) else json.dumps(value, default=str)
        for word, value in known.items()
        if value is not None and value is not UNKNOWN
    }


def physical_id(resource: Any) -> str:
    """What AWS calls the resource's physical id."""
    return str(getattr(resource, "physical_resource_id", None) or getattr(resource, "name", ""))
