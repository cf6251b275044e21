"""The JSON file and its schema, judged by a validator that is not ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given

from learnbase.exporting import FORMATS, UnknownFormat, UnknownShape, render, render_feed
from learnbase.exporting.schema import schema
from tests.exporting.plans import a_link, a_plan, a_task, all_tasks, plans

PUBLISHED = Path(__file__).parents[2] / "docs" / "plan.schema.json"
VALIDATOR = jsonschema_rs.Draft202012Validator(
    json.loads(PUBLISHED.read_text()), validate_formats=True
)


def test_the_published_schema_is_the_one_of_the_models():
    """Made by `python -m learnbase.exporting.schema > docs/plan.schema.json`."""
    assert json.loads(PUBLISHED.read_text()) == schema()


def test_every_field_is_described():
    made = schema()
    for part in (made, *made["$defs"].values()):
        assert part["description"]
        for name, field in part["properties"].items():
            assert field["description"], name


@given(plans())
def test_every_plan_is_valid_and_whole(plan: dict[str, Any]):
    read = json.loads(render(plan, "json"))
    VALIDATOR.validate(read)
    assert read["version"] == 1
    assert read["plan"]["topic"] == plan["plan"]["topic"]
    wanted, found = all_tasks(plan), all_tasks(read)
    for name in ("task_id", "title", "description", "status", "day"):
        assert [task[name] for task in found] == [task[name] for task in wanted]
    assert [len(task["sessions"]) for task in found] == [len(task["sessions"]) for task in wanted]


def test_the_schema_refuses_what_is_not_a_plan():
    read = json.loads(render(a_plan(a_task()), "json"))
    read["weeks"][0]["tasks"][0]["status"] = "nearly"
    assert not VALIDATOR.is_valid(read)
    assert not VALIDATOR.is_valid({})


def test_what_leads_elsewhere_than_to_the_web_is_no_link():
    links = [a_link("javascript:alert(1)"), a_link("https://u:p@a.example/"), a_link()]
    read = json.loads(render(a_plan(a_task(links=links)), "json"))
    assert [link["url"] for link in all_tasks(read)[0]["links"]] == [a_link()["url"]]


@pytest.mark.parametrize("format", FORMATS)
@given(plans())
def test_the_same_plan_gives_the_same_octets(format: str, plan: dict[str, Any]):  # noqa: A002
    assert render(plan, format) == render(plan, format)


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_plan_is_a_file_as_well(format: str):  # noqa: A002
    assert render(a_plan(weeks=[]), format)


def test_an_unknown_format_is_named_with_the_known_ones():
    with pytest.raises(UnknownFormat, match="pdf") as raised:
        render(a_plan(), "pdf")
    assert "ics, markdown, csv, json" in str(raised.value.remedy)


def test_a_shape_that_is_not_known_is_told_without_what_stood_in_it():
    with pytest.raises(UnknownShape, match=r"weeks\.0\.tasks\.0\.status") as raised:
        render(a_plan(a_task(status="my secret")), "json")
    assert "secret" not in str(raised.value)
    with pytest.raises(UnknownShape, match="name"):
        render_feed({})
