"""What Notion accepts: its own schemas, its limits on sizes, the types of its columns.

https://developers.notion.com/reference/request-limits
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.notion_world import Column, Source

Json = dict[str, Any]

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts" / "notion"
MOST_BYTES, MOST_BLOCKS, MOST_ENTRIES, MOST_TEXT, MOST_NAME = 500_000, 1000, 100, 2000, 100
DEEPEST = 3  # arrays of children in one another: two levels of nesting
KINDS = {"title", "rich_text", "number", "select", "multi_select", "date", "url", "checkbox"}
_MODULES = {"rich_text", "title", "description", "caption"}


class Refusal(Exception):
    """An error as Notion says it: status, code, message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Invalid(Refusal):
    """A body that is wrong, whatever is in the workspace: the fault of who sent it."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "validation_error", f"body failed validation: {message}")


@cache
def _schema(name: str) -> jsonschema_rs.Validator | None:
    file = CONTRACTS / f"{name}.json"
    return jsonschema_rs.Draft7Validator(json.loads(file.read_text())) if file.exists() else None


def check_contract(name: str, body: Json) -> None:
    """Hold a body, with what its address says, against the service's schema, when at hand.

    Raises:
        Invalid: It does not keep to it.
    """
    schema = _schema(name)
    for error in schema.iter_errors(body) if schema else ():
        where = ".".join(str(one) for one in error.instance_path)
        raise Invalid(f"{where or 'body'}: {error.message[:300]}")


def check_sizes(body: Json, size: int) -> None:
    """Look at everything in a body that has a limit.

    Raises:
        Refusal: 413 for too many bytes.
        Invalid: Something is too long, too many, or too deep.
    """
    if size > MOST_BYTES:
        raise Refusal(413, "validation_error", f"body is larger than {MOST_BYTES} bytes.")
    if _check_sizes(body, "body", 0) > MOST_BLOCKS:
        raise Invalid(f"body.children should have at most {MOST_BLOCKS} block elements.")


def _check_sizes(value: Any, where: str, depth: int) -> int:
    """Return how many blocks there are in it."""
    if isinstance(value, list):
        entries = enumerate(value)
        return sum(_check_sizes(one, f"{where}[{index}]", depth) for index, one in entries)
    if not isinstance(value, dict):
        return 0
    blocks = 0
    for name, part in value.items():
        here = f"{where}.{name}"
        deeper = depth
        if name == "children":
            _check_length(part, here, MOST_ENTRIES)
            blocks, deeper = blocks + len(part), depth + 1
            if deeper > DEEPEST:
                raise Invalid(f"{here} should be not present: blocks nest too deep.")
        elif name in _MODULES and isinstance(part, list):
            _check_length(part, here, MOST_ENTRIES)
        elif name == "text" and isinstance(part, dict):
            _check_text(part, here)
        blocks += _check_sizes(part, here, deeper)
    return blocks


def _check_text(text: Json, where: str) -> None:
    if utf16(text["content"]) > MOST_TEXT:
        size = utf16(text["content"])
        raise Invalid(f"{where}.content.length should be ≤ `{MOST_TEXT}`, instead was `{size}`.")
    if text.get("link"):
        check_url(text["link"]["url"], f"{where}.link.url")


def _check_length(value: list[Any], where: str, most: int) -> None:
    if len(value) > most:
        raise Invalid(f"{where}.length should be ≤ `{most}`, instead was `{len(value)}`.")


def utf16(text: str) -> int:
    """A text's length as the service's own language counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_url(url: str, where: str) -> None:
    if utf16(url) > MOST_TEXT:
        raise Invalid(f"{where}.length should be ≤ `{MOST_TEXT}`, instead was `{utf16(url)}`.")
    if not re.match(r"(https?|mailto|tel):\S+$", url):
        raise Invalid(f"{where}: Invalid URL for link.")


def check_columns(properties: Json, *, whole: bool) -> None:
    """Look at the columns of a table that is to be.

    Raises:
        Invalid: A type that cannot be made, not exactly one title, options that are none.
    """
    for name, column in properties.items():
        kind = kind_of(column)
        if not name:
            raise Invalid("properties: a name should be non-empty.")
        if kind == "status":
            raise Invalid(f"{name}: creating new status database properties is not supported.")
        if kind not in KINDS:
            raise Invalid(f"{name} is of a type that this fake does not know: {kind}.")
        for option in (column[kind] or {}).get("options", ()):
            check_option(option["name"])
    titles = [one for one in properties.values() if kind_of(one) == "title"]
    if len(titles) != (1 if whole else 0):
        raise Invalid("Title is not provided, or provided more than once.")


def kind_of(column: Json) -> str:
    """A column's type, said or seen."""
    return str(column.get("type") or next((one for one in column if one in KINDS | {"status"}), ""))


def check_option(name: str) -> None:
    if not name or utf16(name) > MOST_NAME or "," in name:
        raise Invalid(f"Invalid select option, commas not allowed, 1 to 100 characters: {name!r}.")


def values(source: Source, properties: Json) -> Iterator[tuple[Column, Any]]:
    """A row's new values, each with its column.

    Raises:
        Refusal: No such column, or not of this type.
        Invalid: The value breaks a limit.
    """
    for key, value in properties.items():
        column = source.column(key) or _decoded(source, key)
        if column is None:
            raise Refusal(400, "validation_error", f"{key} is not a property that exists.")
        if column.type not in value:
            expected = f"{column.name} is expected to be {column.type}."
            raise Refusal(400, "validation_error", expected)
        _check_value(column, value[column.type])
        yield column, value[column.type]


def _decoded(source: Source, key: str) -> Column | None:
    return next((one for one in source.columns if unquote(one.id) == key), None)


def _check_value(column: Column, value: Any) -> None:
    where = f"body.properties.{column.name}"
    if column.type == "url" and value is not None:
        check_url(value, f"{where}.url")
    elif column.type == "select" and value is not None and "name" in value:
        check_option(value["name"])
    elif column.type == "date" and value is not None:
        try:
            dt.datetime.fromisoformat(value["start"])
        except ValueError:
            raise Invalid(f"{where}.date.start should be a valid ISO 8601 date string.") from None
