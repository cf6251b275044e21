"""The fake Notion holds what it is given, within the service's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.application import Application, needs_contracts, paragraph, refusal, text
from tests.fakes.oauth import Account

if TYPE_CHECKING:
    from tests.fakes.notion import Notion

Json = dict[str, Any]


def test_a_plan_is_written_and_read_back_in_plain_words(
    fake: Notion, app: Application, source: str
):
    table = app.get(f"data_sources/{source}")
    status = table["properties"]["Status"]["id"]
    values = {status: {"select": {"name": "Done"}}, "Due": {"date": {"start": "2026-11-21"}}}
    box = {"type": "callout", "callout": {"rich_text": [], "children": [paragraph("Read it")]}}
    page = app.make_page(source, "one", properties=values, children=[box]).json()
    shown = fake.world.named(fake.pages()["one"])
    assert (shown["Task"], shown["Status"], shown["Due"]) == ("Task one", "Done", "2026-11-21")
    assert app.get(f"pages/{page['id'].replace('-', '')}")["properties"] == page["properties"]
    [held] = app.get(f"blocks/{page['id']}/children")["results"]
    [words] = app.get(f"blocks/{held['id']}/children")["results"]
    assert words["paragraph"]["rich_text"][0]["plain_text"] == "Read it"
    assert (len(fake.writes), len(fake.reads), fake.violations) == (2, 4, [])


def test_a_list_comes_a_hundred_at_a_time(app: Application, source: str):
    for number in range(5):
        app.make_page(source, str(number))
    first = app.ask("POST", f"data_sources/{source}/query", {"page_size": 3}).json()
    assert (len(first["results"]), first["has_more"]) == (3, True)
    rest = app.query(source, page_size=3, start_cursor=first["next_cursor"])
    assert rest == ["Task 3", "Task 4"]
    too_many = app.ask("POST", f"data_sources/{source}/query", {"page_size": 101})
    assert refusal(too_many) == (400, "validation_error")


def test_a_query_finds_a_marker_by_the_columns_id_or_name(app: Application, source: str):
    for marker in ("one", "two", "twenty"):
        app.make_page(source, marker)
    column = app.get(f"data_sources/{source}")["properties"]["Learnbase ID"]["id"]
    for name in (column, "Learnbase ID"):
        exact = {"property": name, "rich_text": {"equals": "two"}}
        assert app.query(source, filter=exact) == ["Task two"]
    some = {"property": column, "rich_text": {"contains": "tw"}}
    assert app.query(source, filter=some) == ["Task two", "Task twenty"]
    either = {"or": [exact, {"property": column, "rich_text": {"equals": "one"}}]}
    assert app.query(source, filter=either) == ["Task one", "Task two"]
    unknown = {"filter": {"property": "Nope", "rich_text": {"equals": "one"}}}
    answer = app.ask("POST", f"data_sources/{source}/query", unknown)
    assert refusal(answer) == (400, "validation_error")


def test_queries_and_searches_lag_behind_but_a_page_itself_does_not(
    fake: Notion, app: Application, source: str
):
    fake.lag = 10
    page = app.make_page(source, "one").json()
    everything: Json = {"filter": {"property": "object", "value": "page"}}
    assert app.query(source) == []
    assert app.ask("POST", "search", everything).json()["results"] == []
    assert app.get(f"pages/{page['id']}")["id"] == page["id"]
    fake.clock.advance(10)
    assert app.query(source) == ["Task one"]
    [found] = app.ask("POST", "search", everything).json()["results"]
    assert found["id"] == page["id"]


def test_a_search_finds_what_is_shared_and_of_the_kind_and_name_asked_for(
    fake: Notion, app: Application, source: str
):
    fake.share_page("Studies")
    hers = fake.share_page("Studies of hers", fake.authority.add(Account("b", "Bea", "b@x.org")))
    gone = fake.share_page("Studies of old")
    fake.unshare(gone)
    found = app.ask("POST", "search", {"query": "studies"}).json()["results"]
    assert [one["properties"]["title"]["title"][0]["plain_text"] for one in found] == ["Studies"]
    tables = {"filter": {"property": "object", "value": "data_source"}}
    assert [one["id"] for one in app.ask("POST", "search", tables).json()["results"]] == [source]
    assert refusal(app.ask("GET", f"pages/{hers.id}")) == (404, "object_not_found")


def test_blocks_are_put_first_last_or_after_another_and_trashed(app: Application, source: str):
    page = app.make_page(source, "one", children=[paragraph("b")]).json()["id"]
    [middle] = app.get(f"blocks/{page}/children")["results"]
    after = {"type": "after_block", "after_block": {"id": middle["id"]}}
    for words, position in (("d", None), ("a", {"type": "start"}), ("c", after)):
        body: Json = {"children": [paragraph(words)]}
        body |= {"position": position} if position else {}
        app.ask("PATCH", f"blocks/{page}/children", body).raise_for_status()

    def shown() -> str:
        blocks = app.get(f"blocks/{page}/children")["results"]
        return "".join(one["paragraph"]["rich_text"][0]["plain_text"] for one in blocks)

    assert shown() == "abcd"
    assert app.ask("DELETE", f"blocks/{middle['id']}").json()["in_trash"] is True
    assert shown() == "acd"
    assert refusal(app.ask("DELETE", f"blocks/{middle['id']}")) == (400, "validation_error")


BEYOND: dict[str, Json] = {
    "a long text": {"properties": {"Task": {"title": text("x" * 2001)}}},
    "a long text of pictures": {"properties": {"Task": {"title": text("😀" * 1001)}}},
    "many texts": {"properties": {"Task": {"title": text("x") * 101}}},
    "a long address": {"properties": {"Link": {"url": "https://x.org/" + "x" * 2000}}},
    "an address that is none": {"properties": {"Link": {"url": "javascript:alert(1)"}}},
    "an option with a comma": {"properties": {"Status": {"select": {"name": "a, b"}}}},
    "a long option": {"properties": {"Status": {"select": {"name": "x" * 101}}}},
    "a day that is none": {"properties": {"Due": {"date": {"start": "tomorrow"}}}},
    "many blocks": {"children": [paragraph("x")] * 101},
    "a long paragraph": {"children": [paragraph("x" * 2001)]},
}
AGAINST_CONTRACT: dict[str, Json] = {
    "a number as text": {"properties": {"Minutes": {"number": "5"}}},
    "half a block": {"children": [{"type": "callout"}]},
    "an unknown field": {"colour": "blue"},
}


@pytest.mark.parametrize(
    "wrong", [*BEYOND, *(pytest.param(one, marks=needs_contracts) for one in AGAINST_CONTRACT)]
)
def test_a_body_beyond_the_limits_is_refused_and_remembered(
    fake: Notion, app: Application, source: str, wrong: str
):
    body = (BEYOND | AGAINST_CONTRACT)[wrong]
    assert refusal(app.make_page(source, "one", **body)) == (400, "validation_error")
    assert len(fake.violations) == 1
    assert (fake.pages(), len(fake.writes)) == ({}, 1)


def test_what_just_fits_is_taken_whole(fake: Notion, app: Application, source: str):
    words = "😀" * 1000
    page = app.make_page(
        source,
        "one",
        properties={"Task": {"title": text(words) * 100}},
        children=[paragraph("x")] * 100,
    )
    assert page.status_code == 200
    assert len(fake.pages()["one"].blocks) == 100
    too_much = app.make_page(source, "two", children=[paragraph("ä" * 1900)] * 100)
    assert too_much.status_code == 413 or len(too_much.request.content) <= 500_000


@pytest.mark.parametrize("body", [{"Nope": {"number": 1}}, {"Task": {"number": 1}}])
def test_a_column_that_is_not_there_or_of_another_type_is_the_learners_doing(
    fake: Notion, app: Application, source: str, body: Json
):
    assert refusal(app.make_page(source, "one", properties=body)) == (400, "validation_error")
    assert fake.violations == []


def test_columns_are_put_back_renamed_and_never_made_of_status(
    fake: Notion, app: Application, source: str
):
    fake.delete_property("Due")
    fake.rename_property("Status", "State")
    assert {"Due", "Status"}.isdisjoint(app.get(f"data_sources/{source}")["properties"])
    made = {"properties": {"Due": {"type": "date", "date": {}}}}
    assert "Due" in app.ask("PATCH", f"data_sources/{source}", made).json()["properties"]
    status = {"properties": {"Mood": {"type": "status", "status": {}}}}
    refused = app.ask("PATCH", f"data_sources/{source}", status)
    assert refusal(refused) == (400, "validation_error")


def test_what_the_learner_does_is_seen(fake: Notion, app: Application, source: str):
    page = app.make_page(source, "one").json()
    maker = page["created_by"]["id"]
    assert app.get("users/me")["id"] == maker
    row = fake.pages()["one"]
    fake.edit_page(row, Task="Mine", Minutes=5)
    fake.add_block(row, "A note")
    seen = app.get(f"pages/{page['id']}")
    assert seen["properties"]["Task"]["title"][0]["plain_text"] == "Mine"
    assert seen["properties"]["Minutes"]["number"] == 5
    assert seen["last_edited_by"]["id"] != maker
    fake.add_property("Mood")
    fake.edit_page(fake.add_page("Their own"), Mood="good")
    assert app.query(source) == ["Mine", "Their own"]
    assert set(fake.pages()) == {"one"}
    away = fake.share_page("Away")
    fake.move_page(fake.duplicate_page(row), away)
    assert app.query(source) == ["Mine", "Their own"]
    fake.trash_page(row)
    assert app.query(source) == ["Their own"]
    assert app.get(f"pages/{page['id']}")["in_trash"] is True
    change = {"properties": {"Minutes": {"number": 6}}}
    refused = app.ask("PATCH", f"pages/{page['id']}", change)
    assert refusal(refused) == (400, "validation_error")
    fake.restore(row)
    assert app.ask("PATCH", f"pages/{page['id']}", change).status_code == 200
    fake.purge(row)
    assert refusal(app.ask("GET", f"pages/{page['id']}")) == (404, "object_not_found")


def test_a_database_is_trashed_moved_and_brought_back(fake: Notion, app: Application):
    home = fake.share_page("Home")
    made = app.make_database({"type": "page_id", "page_id": home.id})
    source = made["data_sources"][0]["id"]
    app.make_page(source, "one")
    away = fake.share_page("Away")
    fake.move_database(away)
    seen = app.get(f"databases/{made['id']}")["parent"]
    assert seen == {"type": "page_id", "page_id": away.id}
    database = fake.trash_database()
    assert app.get(f"databases/{made['id']}")["in_trash"] is True
    assert app.get(f"data_sources/{source}")["in_trash"] is True
    assert fake.pages() == {}
    assert refusal(app.ask("POST", f"data_sources/{source}/query", {})) == (404, "object_not_found")
    assert refusal(app.make_page(source, "two")) == (400, "validation_error")
    fake.restore(database)
    assert set(fake.pages()) == {"one"}
    fake.unshare(away)
    assert refusal(app.ask("GET", f"databases/{made['id']}")) == (404, "object_not_found")


def test_a_page_that_stands_there_twice_is_told(fake: Notion, app: Application, source: str):
    for marker in ("one", "two"):
        app.make_page(source, marker)
    assert fake.doubled() == []
    fake.duplicate_page(fake.pages()["one"])
    assert fake.doubled() == ["one"]
    fake.delete_property("Learnbase ID")
    assert (set(fake.pages()), fake.doubled()) == ({"one", "two"}, ["one"])
