import json
from collections.abc import Iterator
from typing import Any

import pytest

from learnbase.planning.model_roadmap import (
    UnusableRoadmap,
    model_roadmap_schema,
    parse_model_roadmap,
)
from learnbase.planning.roadmap import ResourceType


def answer(**changes: Any) -> dict[str, Any]:
    task = {
        "day": 1,
        "title": "Bake",
        "description": "First.\nThen.",
        "minutes": 60,
        "kind": "practice",
        "resources": [{"type": "article", "title": "Bread", "url": "HTTPS://Example.com/?utm_x=1"}],
    } | changes
    return {
        "summary": "You bake.",
        "left_out": ["Croissants"],
        "weeks": [{"week": 1, "title": "Start", "description": "", "tasks": [task]}],
    }


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from objects(item)


def depth(schema: Any, definitions: dict[str, Any]) -> int:
    if isinstance(schema, list):
        return max((depth(item, definitions) for item in schema), default=0)
    if not isinstance(schema, dict):
        return 0
    if "$ref" in schema:
        return depth(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    inner = max(
        (depth(value, definitions) for key, value in schema.items() if key != "$defs"), default=0
    )
    return inner + (schema.get("type") == "object")


def test_the_schema_is_what_strict_structured_output_takes():
    schema = model_roadmap_schema()
    found = list(objects(schema))
    assert len(found) == 4
    for each in found:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    assert "title" in schema["$defs"]["ModelTask"]["properties"]
    assert '"default"' not in json.dumps(schema)
    assert depth(schema, schema["$defs"]) <= 5


def test_an_answer_becomes_a_bounded_roadmap_with_canonical_links():
    roadmap = parse_model_roadmap(json.dumps(answer()))
    [task] = roadmap.weeks[0].tasks
    assert task.description == "First.\nThen."
    assert [link.url for link in task.resources] == ["https://example.com/"]
    assert roadmap.left_out == ("Croissants",)
    assert roadmap.method == "model"


def test_links_that_are_none_or_repeated_are_dropped_and_the_task_stays():
    urls = ["javascript:alert(1)", "https://a:b@example.com/", "https://example.com", "nonsense"]
    urls += ["https://EXAMPLE.com/#part"]
    links = [{"type": ResourceType.DOC, "title": "", "url": url} for url in urls]
    [task] = parse_model_roadmap(json.dumps(answer(resources=links))).weeks[0].tasks
    assert [(link.title, link.url) for link in task.resources] == [
        ("https://example.com/", "https://example.com/")
    ]


def test_control_characters_do_not_reach_the_database():
    roadmap = parse_model_roadmap(
        json.dumps(answer(title="Ba\u0000ke\n\u202ebread", description="a\u0007\n\nb\u0000"))
    )
    [task] = roadmap.weeks[0].tasks
    assert task.title == "Bake bread"
    assert task.description == "a\n\nb"


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "\u0000"},
        {"title": "x" * 201},
        {"description": "x" * 2001},
        {"day": 0},
        {"day": 8},
        {"minutes": -1},
        {"minutes": 1e9},
        {"minutes": "long"},
        {"kind": "sing"},
        {"surprise": 1},
    ],
)
def test_an_answer_out_of_bounds_is_refused_with_the_place(change: dict[str, Any]):
    with pytest.raises(UnusableRoadmap, match=r"weeks\.0|tasks\.0|title|description|day|minutes"):
        parse_model_roadmap(json.dumps(answer(**change)))


@pytest.mark.parametrize("text", ["", "I am sorry", "{", "[]", "null", '{"weeks": []}'])
def test_what_is_no_roadmap_is_refused(text: str):
    with pytest.raises(UnusableRoadmap):
        parse_model_roadmap(text)


def test_a_plan_of_no_weeks_is_refused():
    with pytest.raises(UnusableRoadmap):
        parse_model_roadmap(json.dumps(answer() | {"weeks": []}))
