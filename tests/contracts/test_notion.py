"""What is sent to Notion, held against the service's own schemas."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from learnbase.exporting import notion
from learnbase.exporting.document import PlanExport
from tests.contracts.application import WORKSPACE, needs_contracts, text
from tests.exporting.plans import a_plan, a_task, plans
from tests.fakes.notion_rules import Invalid, check_contract, check_sizes

Json = dict[str, Any]

SOURCE = str(uuid.UUID(int=7))
COLUMNS = {name: f"a%3A{number}" for number, name in enumerate(notion.COLUMNS)}
pytestmark = needs_contracts


def held(schema: str, body: Json, **path: str) -> None:
    check_sizes(body, 0)
    check_contract(schema, {**body, **path})


def bodies(page: notion.Page) -> tuple[Json, Json]:
    """What makes a page and what changes it."""
    properties = page.properties(COLUMNS)
    parent = {"type": "data_source_id", "data_source_id": SOURCE}
    made = {"parent": parent, "properties": properties, "children": [page.box]}
    return made, {"properties": properties}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans())
def test_whatever_the_plan_says_the_requests_are_valid(plan: Json):
    shown = PlanExport.model_validate(plan)
    held("CreateDatabase", {"parent": WORKSPACE, **notion.database(shown, SOURCE)})
    for page in notion.pages(shown):
        made, changed = bodies(page)
        held("CreatePage", made)
        held("UpdatePage", changed, page_id=SOURCE)
        for portion in page.portions:
            held("AppendBlockChildren", {"children": portion}, block_id=SOURCE)


def test_so_are_columns_put_back_and_the_box_put_first():
    columns = {one.title: one.schema for one in notion.COLUMNS.values()}
    held("UpdateDataSource", {"properties": columns}, data_source_id=SOURCE)
    [page] = notion.pages(PlanExport.model_validate(a_plan(a_task())))
    first = {"children": [page.box], "position": {"type": "start"}}
    held("AppendBlockChildren", first, block_id=SOURCE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "blue"},
        {"properties": {"Task": {"title": "words"}}},
        {"children": [{"type": "callout", "callout": {"icon": "x", "rich_text": text("x")}}]},
    ],
)
def test_a_request_that_breaks_the_contract_is_noticed(wrong: Json):
    [page] = notion.pages(PlanExport.model_validate(a_plan(a_task())))
    made, _ = bodies(page)
    held("CreatePage", made)
    with pytest.raises(Invalid):
        held("CreatePage", made | wrong)
