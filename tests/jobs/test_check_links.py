from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.jobs import Job, NoLongerNeeded
from learnbase.jobs.decisions import GiveUp
from learnbase.jobs.job import Delivery
from learnbase.services.web import Web
from tests.fakes.website import Website, moved, page
from workers.check_links import WORK
from workers.deps import Deps

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = "https://www.example.com"
MESSAGE = {"v": 1, "resource_ids": [str(uuid.uuid4())], "link_ids": []}


class Loads:
    """The schema `worker`, as far as this job asks it."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.called: list[tuple[str, dict[str, Any]]] = []

    async def call(self, function: str, /, **arguments: Any) -> Any:
        self.called.append((function, arguments))
        return self.answer


@pytest.fixture
def site(tmp_path: Any) -> Iterator[Website]:
    with Website(tmp_path) as website:
        yield website


def handled(site: Website, loaded: dict[str, Any]) -> tuple[dict[str, Any], Loads]:
    database = Loads(loaded)
    job = Job(Delivery("check_links", 7, 2, MESSAGE), WORK.parse(MESSAGE), reporter=None)  # type: ignore[arg-type]

    async def done() -> dict[str, Any]:
        async with Web(resolve=site.resolve, dial=site.dial, tls=site.trust) as web:
            return await WORK.handle(job, Deps(database=database, web=web, model=None))  # type: ignore[arg-type]

    return asyncio.run(done()), database


def test_each_address_is_looked_at_and_told_by_its_id(site: Website):
    site.put(f"{HERE}/old", moved("/new"))
    site.put(f"{HERE}/new", page("Knots"))
    links = [
        {"kind": "resource", "id": "a", "url": f"{HERE}/old", "title": "Knots", "type": "doc"},
        {"kind": "task_link", "id": "b", "url": f"{HERE}/gone", "title": "Gone", "type": "doc"},
        {"kind": "task_link", "id": "c", "url": "http://10.0.0.1/", "title": "Ours", "type": "doc"},
        {"kind": "task_link", "id": "d", "url": f"{HERE}/old", "title": "Again", "type": "doc"},
    ]

    result, database = handled(site, {"standing": "held", "links": links})

    assert database.called == [("load_check_links", {"msg_id": 7, "read_ct": 2})]
    assert [
        (seen["kind"], seen["id"], seen["verdict"], seen["reason"], seen["status"])
        for seen in result["checked"]
    ] == [
        ("resource", "a", "alive", "", 200),
        ("task_link", "b", "dead", "gone", 404),
        ("task_link", "c", "unclear", "forbidden", None),
        ("task_link", "d", "alive", "", 200),
    ]
    assert result["checked"][0]["final_url"] == f"{HERE}/new"
    assert result["checked"][0]["title"] == "Knots"
    assert len([target for *_, target in site.requests if target == "/old"]) == 1


def test_a_delivery_that_somebody_else_has_looks_at_nothing(site: Website):
    with pytest.raises(NoLongerNeeded):
        handled(site, {"standing": "stale"})

    assert site.requests == []


def test_links_that_were_deleted_meanwhile_are_no_work(site: Website):
    assert handled(site, {"standing": "held", "links": []})[0] == {"checked": []}


@pytest.mark.parametrize(
    "message",
    [
        {"v": 1, "resource_ids": ["x"]},
        {"v": 1, "link_ids": [str(uuid.uuid4())] * 51},
        {"v": 1, "url": HERE},
    ],
)
def test_a_message_that_says_more_than_ids_is_given_up(message: dict[str, Any]):
    with pytest.raises(GiveUp):
        WORK.parse(message)
