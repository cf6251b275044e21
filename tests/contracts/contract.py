"""A request held against a service's own OpenAPI description.

Stricter than JSON Schema is by itself: a field that the description does not name is wrong, since
a service may refuse it or, worse, ignore it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[3] / "shared" / "contracts"
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


class Contract:
    """An OpenAPI description, and what it says of a request's body."""

    def __init__(self, name: str) -> None:
        self._whole = json.loads((HERE / name).read_text())

    def wrong(self, path: str, body: Any) -> list[str]:
        """What is wrong with a body that is posted to a path; nothing where nothing is."""
        operation = self._whole["paths"][path]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        return self._wrong(schema, body, "$")

    def _wrong(self, schema: dict[str, Any], value: Any, where: str) -> list[str]:
        schema = self._resolved(schema)
        if schema.get("anyOf") or schema.get("oneOf"):
            tried = [
                self._wrong(choice, value, where)
                for choice in schema.get("anyOf") or schema["oneOf"]
            ]
            return min(tried, key=len)
        if "enum" in schema and value not in schema["enum"]:
            return [f"{where}: {value!r} is none of {schema['enum']}"]
        kind = _TYPES.get(schema.get("type", ""))
        is_other = kind is not None and not isinstance(value, kind)
        if is_other or (isinstance(value, bool) and schema.get("type") in {"integer", "number"}):
            return [f"{where}: {value!r} is no {schema['type']}"]
        found = _bounds(schema, value, where)
        if isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                found += self._wrong(schema["items"], item, f"{where}[{index}]")
        if isinstance(value, dict):
            found += self._fields(schema, value, where)
        return found

    def _fields(self, schema: dict[str, Any], value: dict[str, Any], where: str) -> list[str]:
        known, further = schema.get("properties", {}), schema.get("additionalProperties")
        found = [
            f"{where}: {name} is missing"
            for name in schema.get("required", ())
            if name not in value
        ]
        for name, field in value.items():
            if name in known:
                found += self._wrong(known[name], field, f"{where}.{name}")
            elif isinstance(further, dict):
                found += self._wrong(further, field, f"{where}.{name}")
            elif further is not True:
                found.append(f"{where}: {name} is unknown")
        return found

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema without `$ref` and `allOf`, its parts put together."""
        whole = {key: part for key, part in schema.items() if key not in {"$ref", "allOf"}}
        parts = list(schema.get("allOf", ()))
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/components/schemas/")
            parts.append(self._whole["components"]["schemas"][name])
        for part in map(self._resolved, parts):
            for key, said in part.items():
                if key == "properties":
                    whole[key] = said | whole.get(key, {})
                elif key == "required":
                    whole[key] = [*whole.get(key, ()), *said]
                else:
                    whole.setdefault(key, said)
        return whole


def _bounds(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    size = len(value) if isinstance(value, str | list) else value
    if not isinstance(size, int | float):
        return []
    least = schema.get("minimum", schema.get("minLength", schema.get("minItems", size)))
    most = schema.get("maximum", schema.get("maxLength", schema.get("maxItems", size)))
    return [] if least <= size <= most else [f"{where}: {size} is not {least} to {most}"]
