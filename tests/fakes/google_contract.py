"""Google Calendar's discovery document, where it is found: its calls, and what they take."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from tests.contracts.contract import HERE, Contract

NAME = "google-calendar.v3.json"
AUTH = "https://www.googleapis.com/auth/"


class Discovery(Contract):
    """Holds calls against the document; stricter than the service, which ignores the unknown."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self._methods: list[tuple[re.Pattern[str], dict[str, Any]]] = []
        for resource in self._whole["resources"].values():
            for method in resource["methods"].values():
                shape = re.sub(r"\{\w+\}", "[^/]+", method["path"])
                self._methods.append((re.compile(f"{method['httpMethod']} /{shape}"), method))

    def method(self, verb: str, path: str) -> dict[str, Any] | None:
        """What the document says of a call; None where there is no such call."""
        for shape, method in self._methods:
            if shape.fullmatch(f"{verb} {path}"):
                return method
        return None

    def broken(self, verb: str, path: str, query: dict[str, list[str]], body: Any) -> list[str]:
        """What is wrong with a call; nothing where nothing is."""
        method = self.method(verb, path)
        if method is None:
            return [f"{verb} {path}: there is no such call"]
        known = self._whole["parameters"] | method.get("parameters", {})
        found: list[str] = []
        for name, values in query.items():
            if name not in known or known[name].get("location") == "path":
                found.append(f"{name} is no parameter")
                continue
            if len(values) > 1 and not known[name].get("repeated"):
                found.append(f"{name} is said twice")
            found += [wrong for value in values for wrong in _parameter(known[name], name, value)]
        if "request" not in method:
            found += [] if body is None else ["$: it takes no body"]
        elif not isinstance(body, dict):
            found.append("$: no JSON object")
        else:
            schema = method["request"]
            clean = _without_nulls(body)
            found += self._wrong(schema, clean, "$")
            if verb != "PATCH":
                found += self._missing(schema["$ref"], method["id"], clean)
        return [f"{verb} {path}: {wrong}" for wrong in found]

    def _missing(self, schema: str, method: str, body: dict[str, Any]) -> list[str]:
        fields = self._whole["schemas"][schema]["properties"].items()
        needed = [n for n, f in fields if method in f.get("annotations", {}).get("required", ())]
        return [f"$: {name} is missing" for name in needed if name not in body]

    def _wrong(self, schema: dict[str, Any], value: Any, where: str) -> list[str]:
        found = super()._wrong(schema, value, where)
        form = self._resolved(schema).get("format")
        if not found and isinstance(value, str) and form in {"date-time", "date"}:
            found = _time(form, value, where)
        return found

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in schema:
            return schema
        named: dict[str, Any] = self._whole["schemas"][schema["$ref"]]
        return named


def discovery() -> Discovery | None:
    """The document; None where this project is not beside it."""
    return Discovery() if (HERE / NAME).exists() else None


def _parameter(said: dict[str, Any], name: str, value: str) -> list[str]:
    if "enum" in said and value not in said["enum"]:
        return [f"{name}: {value!r} is none of {said['enum']}"]
    if said["type"] == "boolean" and value not in {"true", "false"}:
        return [f"{name}: {value!r} is no boolean"]
    if said["type"] == "integer":
        if not re.fullmatch(r"-?\d+", value):
            return [f"{name}: {value!r} is no number"]
        if int(value) < int(said.get("minimum", value)):
            return [f"{name}: {value} is too small"]
    return _time("date-time", value, name) if said.get("format") == "date-time" else []


def _time(form: str, value: str, where: str) -> list[str]:
    try:
        told = dt.date.fromisoformat(value) if form == "date" else dt.datetime.fromisoformat(value)
    except ValueError:
        return [f"{where}: {value!r} is no {form}"]
    is_whole = not isinstance(told, dt.datetime) or "T" in value
    return [] if is_whole else [f"{where}: {value!r} has no time"]


def _without_nulls(value: Any) -> Any:
    """As the service reads it: null is "nothing is said"."""
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
