"""A plan as Notion takes it: within its limits, whole, and nothing in it read as markup."""

from __future__ import annotations

import copy
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.exporting import notion
from learnbase.exporting.blocks import LONGEST_TEXT, MOST_BLOCKS, MOST_TEXTS, pieces, portions
from learnbase.exporting.document import PlanExport
from tests.exporting.plans import a_link, a_plan, a_session, a_task, all_tasks, plans
from tests.fakes.notion_rules import check_contract, check_sizes

COLUMNS = {name: f"id{number}" for number, name in enumerate(notion.COLUMNS)}
long_texts = st.text(st.sampled_from("ab \n📘é中"), min_size=0, max_size=30).map(
    lambda text: text * 400
)


def read(plan: dict[str, Any]) -> PlanExport:
    return PlanExport.model_validate(plan)


def pages(plan: dict[str, Any]) -> list[notion.Page]:
    return list(notion.pages(read(plan)))


def page(**changed: Any) -> notion.Page:
    [made] = pages(a_plan(a_task(**changed)))
    return made


def said(texts: list[dict[str, Any]]) -> str:
    return "".join(one["text"]["content"] for one in texts)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def body(made: notion.Page) -> str:
    return "\n".join(said(block[block["type"]]["rich_text"]) for block in made.body)


@given(long_texts)
def test_a_text_is_cut_without_loss_and_never_through_a_character(text: str):
    cut = list(pieces(text))
    assert "".join(cut) == text
    assert all(0 < units(piece) <= LONGEST_TEXT for piece in cut)
    assert all(units(one + two) > LONGEST_TEXT for one, two in pairwise(cut))


@given(plans(), long_texts)
def test_every_request_is_within_the_limits(plan: dict[str, Any], text: str):
    for task in all_tasks(plan):
        task["description"] = text
    for made in pages(plan):
        for portion in made.portions:
            assert len(portion) <= MOST_BLOCKS
            assert len(json.dumps(portion)) <= 500_000
        for block in [made.box, *made.body]:
            texts = block[block["type"]]["rich_text"]
            assert len(texts) <= MOST_TEXTS
            assert all(0 < units(one["text"]["content"]) <= LONGEST_TEXT for one in texts)
        assert [block for portion in made.portions for block in portion] == list(made.body)


@given(plans())
def test_the_services_own_contract_takes_it(plan: dict[str, Any]):
    made = notion.database(read(plan), "mark") | {
        "parent": {"type": "workspace", "workspace": True}
    }
    check_contract("CreateDatabase", made)
    for one in pages(plan):
        parent = {"type": "data_source_id", "data_source_id": "d"}
        whole = {"parent": parent, "properties": one.properties(COLUMNS), "children": [one.box]}
        check_contract("CreatePage", whole)
        check_sizes(whole, len(json.dumps(whole)))
        check_contract("UpdatePage", {"page_id": "p", "properties": one.properties(COLUMNS)})
        check_contract("AppendBlockChildren", {"block_id": "b", "children": [one.box]})


@given(plans())
def test_nothing_of_a_task_is_lost_and_nothing_of_it_is_markup(plan: dict[str, Any]):
    shown = read(plan)
    tasks = [(week, task) for week in shown.weeks for task in week.tasks]
    for (week, task), made in zip(tasks, pages(plan), strict=True):
        assert made.key == str(task.task_id)
        assert said(made.values["task"]["title"]) == task.title
        assert said(made.values["module"]["rich_text"]) == week.title
        assert made.values["minutes"] == {"number": task.estimated_minutes}
        assert "".join((task.description or "").split()) in "".join(body(made).split())
        linked = [
            one["text"]["link"]["url"]
            for block in made.body
            for one in block[block["type"]]["rich_text"]
            if "link" in one["text"]
        ]
        assert linked == [link.url for link in task.links]


def test_a_very_long_description_is_portioned_over_several_requests():
    made = page(description="\n\n".join(f"Paragraph {number}" for number in range(350)), links=[])
    assert [len(portion) for portion in made.portions] == [100, 100, 100, 50]
    assert len(made.box["callout"]["children"]) == MOST_BLOCKS
    whole = page(description="x" * (LONGEST_TEXT * MOST_TEXTS + 1), links=[])
    assert [len(one["paragraph"]["rich_text"]) for one in whole.body] == [MOST_TEXTS, 1]


def test_portions_are_bounded_by_their_bytes_as_well():
    heavy = [{"text": "x" * 150_000} for _ in range(5)]
    assert [len(portion) for portion in portions(heavy)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("sessions", "day", "due"),
    [
        # 23:30 in Berlin: the learner's day, not the day in UTC, and not the one it ends on.
        (["2026-11-24T22:30:00+00:00"], 2, "2026-11-24"),
        (["2026-11-24T23:30:00+00:00"], 2, "2026-11-25"),
        (["2026-12-01T17:00:00+00:00", "2026-11-24T17:00:00+00:00"], 2, "2026-12-01"),
        ([], 2, "2026-11-24"),
        ([], None, "2026-11-29"),
    ],
)
def test_the_due_date_is_the_learners_day(sessions: list[str], day: int | None, due: str):
    made = page(sessions=[a_session(each, 60) for each in sessions], day=day)
    assert made.values["due"] == {"date": {"start": due}}


@pytest.mark.parametrize(
    ("status", "set_aside_at", "shown"),
    [
        ("not_started", None, "Not started"),
        ("in_progress", None, "In progress"),
        ("completed", None, "Done"),
        ("in_progress", "2026-11-24T17:00:00+00:00", "Set aside"),
        ("completed", "2026-11-24T17:00:00+00:00", "Done"),
    ],
)
def test_the_status_is_the_learners_progress(status: str, set_aside_at: str | None, shown: str):
    made = page(status=status, set_aside_at=set_aside_at)
    assert made.values["status"] == {"select": {"name": shown}}
    options = notion.COLUMNS["status"].schema["select"]["options"]
    assert shown in [option["name"] for option in options]


def test_the_link_is_the_first_that_is_not_dead_and_dead_ones_are_marked():
    dead, alive = a_link("https://a.example/", dead=True), a_link("https://b.example/")
    made = page(links=[dead, alive])
    assert made.values["link"] == {"url": "https://b.example/"}
    struck, plain = (block["bulleted_list_item"]["rich_text"] for block in made.body[1:])
    assert struck[0]["annotations"] == {"strikethrough": True}
    assert said(struck).endswith("(documentation, gone when last looked at)")
    assert "annotations" not in plain[0]
    assert page(links=[dead]).values["link"] == {"url": "https://a.example/"}
    assert page(links=[]).values["link"] == {"url": None}


def test_a_link_says_what_it_is():
    made = page(links=[a_link(type="youtube", author="Ada", duration_minutes=12)])
    assert body(made).endswith("The Swift Programming Language (video, by Ada, 12 min)")


def test_the_hash_changes_with_all_that_is_sent_and_with_nothing_else():
    plan = a_plan(a_task())
    [first] = pages(plan)
    [same] = pages(copy.deepcopy(plan) | {"made_at": "2026-11-22T08:00:00+00:00"})
    assert first.hash(COLUMNS) == same.hash(COLUMNS)
    changed = [
        page(title="Install"),
        page(status="completed"),
        page(estimated_minutes=46),
        page(description="From the store."),
        page(links=[]),
        page(links=[a_link(dead=True)]),
        page(sessions=[]),
    ]
    assert len({made.hash(COLUMNS) for made in [first, *changed[:6]]}) == 7
    assert changed[6].hash(COLUMNS) == first.hash(COLUMNS), "its day is its session's day"
    assert first.hash(COLUMNS | {"minutes": "another"}) != first.hash(COLUMNS)


def test_the_hash_of_the_body_is_not_that_of_the_columns():
    assert page().body_hash == page(status="completed").body_hash
    assert page().body_hash != page(description="Other").body_hash


def test_the_database_has_the_columns_and_says_whose_it_is():
    made = notion.database(read(a_plan(a_task())), "mark")
    assert list(made["initial_data_source"]["properties"]) == [
        *("Task", "Due Date", "Status", "Resource Link"),
        *("Week", "Module", "Minutes", "Learnbase ID"),
    ]
    assert said(made["title"]) == "Swift for iOS"
    assert said(made["description"]).endswith("mark")


def test_a_box_is_known_by_what_it_says():
    shown = copy.deepcopy(page().box)
    assert notion.says_box(shown)
    shown["callout"]["rich_text"] = [{"plain_text": "A callout of my own"}]
    assert not notion.says_box(shown)
