"""resources: the catalogue, and what tasks take from it or bring along themselves."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.world import HIDDEN, NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from tests.world import Row, World


def entry(**changes: object) -> Row:
    url = f"https://docs.example.com/{uuid.uuid4()}"
    return {"type": "doc", "title": "The manual", "url": url, **changes}


def catalogued(world: World, **changes: object) -> Row:
    return one(world.service.insert("resources", entry(**changes)))


def use(task: Row, resource: Row, order: int = 1) -> Row:
    return {"task_id": task["id"], "resource_id": resource["id"], "order": order}


def link(task: Row, url: str = "https://example.com/knots", **changes: object) -> Row:
    return {"task_id": task["id"], "title": "Knots", "url": url, "order": 1, **changes}


# The catalogue


def test_everybody_signed_in_reads_the_catalogue(world: World) -> None:
    resource = catalogued(world)
    for reader in (world.person(), world.clerk_person(), world.person(anonymous=True)):
        assert reader.rows("resources", id=f"eq.{resource['id']}") == [resource]
    assert refusal(world.nobody.get("resources")) == NOT_SIGNED_IN


def test_only_the_service_writes_the_catalogue(world: World) -> None:
    resource = catalogued(world)
    where = {"id": f"eq.{resource['id']}"}
    ada = world.person()
    assert refusal(ada.quietly("resources", entry())) == HIDDEN
    assert refusal(ada.upsert("resources", entry(url=resource["url"]), "url")) == HIDDEN
    assert refusal(ada.update("resources", {"title": "Mine"}, **where)) == HIDDEN
    assert refusal(ada.delete("resources", **where)) == HIDDEN
    assert world.count("public.resources", id=resource["id"], title="The manual") == 1
    one(world.service.update("resources", {"title": "The handbook"}, **where))
    one(world.service.delete("resources", **where))


def test_an_address_is_in_the_catalogue_once(world: World) -> None:
    resource = catalogued(world)
    again = world.service.insert("resources", entry(url=resource["url"]))
    assert refusal(again)[:2] == (409, "23505")


def test_the_domain_is_read_from_the_address(world: World) -> None:
    resource = catalogued(world, url=f"https://Docs.Example.com:8443/{uuid.uuid4()}?q=1")
    assert resource["domain"] == "docs.example.com"
    answer = world.service.update("resources", {"domain": "evil.example"}, url="eq.x")
    assert refusal(answer)[1] == "428C9"


BAD_ADDRESSES = [
    "",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://example.com/x",
    "//example.com",
    "https://",
    "https:///path",
    "https://exa mple.com",
    "https://example.com/a\nb",
    "https://user:secret@example.com/",
    "https://trusted.example@evil.example/",
    "https://evil.example\\@trusted.example/",
    "https://example.com/" + "x" * 2000,
]


@pytest.mark.parametrize("url", BAD_ADDRESSES, ids=lambda url: ascii(url)[:40])
def test_only_plain_web_addresses_are_kept(world: World, url: str) -> None:
    ada = world.person()
    task = ada.whole_plan(weeks=1, tasks=1).task
    assert refusal(world.service.insert("resources", entry(url=url)))[:2] == (400, "23514")
    assert refusal(ada.insert("task_links", link(task, url)))[:2] == (400, "23514")


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "a\nb"},
        {"duration_minutes": -1},
        {"cost_cents": -1},
        {"currency": "euro"},
        {"tags": ["x"] * 51},
    ],
    ids=lambda change: str(change)[:30],
)
def test_an_entry_is_within_reason(world: World, change: Row) -> None:
    assert refusal(world.service.insert("resources", entry(**change)))[:2] == (400, "23514")


# task_resources


def test_links_to_the_catalogue_are_read_with_their_task(world: World) -> None:
    ada, resource = world.person("Ada"), catalogued(world)
    shown, hidden = ada.whole_plan(visibility="public").task, ada.whole_plan().task
    for task in (shown, hidden):
        one(ada.insert("task_resources", use(task, resource)))
    where = {"resource_id": f"eq.{resource['id']}"}
    assert len(ada.rows("task_resources", **where)) == 2
    for reader in (world.person("Ben"), world.clerk_person()):
        seen = reader.rows("task_resources", **where)
        assert [row["task_id"] for row in seen] == [shown["id"]]
        [embedded] = reader.rows(
            "resources", select="id,task_resources(task_id)", id=f"eq.{resource['id']}"
        )
        assert embedded["task_resources"] == [{"task_id": shown["id"]}]
    assert refusal(world.nobody.get("task_resources")) == NOT_SIGNED_IN
    assert len(world.service.rows("task_resources", **where)) == 2


def test_only_the_owner_manages_the_resources_of_a_task(world: World) -> None:
    ada, ben, resource = world.person("Ada"), world.person("Ben"), catalogued(world)
    task = ada.whole_plan(visibility="public").task
    assert refusal(ben.quietly("task_resources", use(task, resource))) == HIDDEN
    row = one(ada.insert("task_resources", use(task, resource)))
    where = {"id": f"eq.{row['id']}"}
    assert refusal(ben.upsert("task_resources", use(task, resource), "task_id,resource_id")) == (
        HIDDEN
    )
    assert ben.update("task_resources", {"notes": "x"}, **where).json() == []
    assert ben.delete("task_resources", **where).json() == []
    assert ada.rows("task_resources", **where) == [row]
    assert one(ada.update("task_resources", {"notes": "Chapter 2"}, **where))["notes"]
    assert one(ada.delete("task_resources", **where))


def test_a_task_names_a_resource_once_and_keeps_it(world: World) -> None:
    ada, resource = world.person(), catalogued(world)
    whole = ada.whole_plan()
    row = one(ada.insert("task_resources", use(whole.task, resource)))
    again = ada.insert("task_resources", use(whole.task, resource, 2))
    assert refusal(again)[:2] == (409, "23505")
    moved = one(ada.upsert("task_resources", use(whole.task, resource, 3), "task_id,resource_id"))
    assert (moved["id"], moved["order"]) == (row["id"], 3)
    for column, value in (
        ("task_id", whole.tasks[0][1]["id"]),
        ("resource_id", catalogued(world)["id"]),
    ):
        answer = ada.update("task_resources", {column: value}, id=f"eq.{row['id']}")
        assert refusal(answer) == (403, "fixed_column", column)


def test_a_resource_that_is_none_is_refused(world: World) -> None:
    ada = world.person()
    answer = ada.insert("task_resources", use(ada.whole_plan().task, {"id": str(uuid.uuid4())}))
    assert refusal(answer)[:2] == (409, "23503")


# task_links


def test_unchecked_links_are_read_with_their_task(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    shown, hidden = ada.whole_plan(visibility="public").task, ada.whole_plan().task
    for task in (shown, hidden):
        one(ada.insert("task_links", link(task, type="article")))
    both = f"in.({shown['id']},{hidden['id']})"
    assert len(ada.rows("task_links", task_id=both)) == 2
    assert [row["task_id"] for row in ben.rows("task_links", task_id=both)] == [shown["id"]]
    assert refusal(world.nobody.get("task_links")) == NOT_SIGNED_IN


def test_only_the_owner_manages_the_links_of_a_task(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    task = ada.whole_plan(visibility="public").task
    row = one(ada.insert("task_links", link(task)))
    where = {"id": f"eq.{row['id']}"}
    assert refusal(ben.quietly("task_links", link(task, "https://evil.example/"))) == HIDDEN
    assert refusal(ben.upsert("task_links", link(task), "task_id,url")) == HIDDEN
    assert ben.update("task_links", {"url": "https://evil.example/"}, **where).json() == []
    assert ben.delete("task_links", **where).json() == []
    assert ada.rows("task_links", **where) == [row]
    assert one(ada.update("task_links", {"title": "More knots"}, **where))["title"]
    other = ada.whole_plan().task
    answer = ada.update("task_links", {"task_id": other["id"]}, **where)
    assert refusal(answer) == (403, "fixed_column", "task_id")
    assert one(ada.delete("task_links", **where))


def test_a_link_somebody_brought_never_enters_the_catalogue(world: World) -> None:
    ada = world.person()
    url = f"https://example.com/{uuid.uuid4()}"
    one(ada.insert("task_links", link(ada.whole_plan().task, url)))
    assert world.count("public.resources", url=url) == 0


@pytest.mark.parametrize("column", ["id", "created_at"])
def test_the_database_writes_ids_and_times(world: World, column: str) -> None:
    ada = world.person()
    task = ada.whole_plan().task
    row = one(ada.insert("task_links", link(task)))
    made = link(task, "https://example.com/2", **{column: row[column]})
    assert refusal(ada.quietly("task_links", made)) == HIDDEN
    resource = use(task, catalogued(world)) | {column: row[column]}
    assert refusal(ada.quietly("task_resources", resource)) == HIDDEN
