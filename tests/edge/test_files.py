"""A plan as a file: whoever may read it, with what is theirs in it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import icalendar
import pytest

from tests.edge.serving import refused

if TYPE_CHECKING:
    import httpx

    from tests.world import Person, World

KINDS = {
    "ics": "text/calendar",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "json": "application/json",
}


def get(http: httpx.Client, person: Person, plan: str, kind: str, **headers: str) -> httpx.Response:
    token = {"Authorization": person.headers["Authorization"], **headers}
    return http.get(f"/plans/{plan}/export", params={"format": kind}, headers=token)


@pytest.mark.parametrize("kind", KINDS)
def test_my_plan_in_each_form(http: httpx.Client, world: World, kind: str):
    ada = world.person()
    whole = ada.whole_plan(topic="Süß & <b>salzig</b>")
    answer = get(http, ada, whole.plan["id"], kind)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(KINDS[kind])
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["content-disposition"].isascii()
    if kind == "ics":
        assert icalendar.Calendar.from_ical(answer.content).name == "VCALENDAR"
    elif kind == "csv":
        assert len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))) == 5
    else:
        assert "Task 2" in answer.text


def test_what_the_caller_has_already_is_not_sent_again(http: httpx.Client, world: World):
    ada = world.person()
    whole = ada.whole_plan()
    plan = whole.plan["id"]
    tag = get(http, ada, plan, "json").headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = get(http, ada, plan, "json", **{"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    ada.tick(whole.task)
    changed = get(http, ada, plan, "json", **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_a_stranger_cannot_see_that_a_private_plan_exists(http: httpx.Client, world: World):
    ada, ben = world.person(), world.person("Ben")
    hers = ada.whole_plan().plan["id"]
    there = refused(get(http, ben, hers, "json"), 404, "plan_not_found")
    nowhere = refused(get(http, ben, ben.id, "json"), 404, "plan_not_found")
    assert there == nowhere


def test_a_public_plan_shows_the_readers_own_progress(http: httpx.Client, world: World):
    ada, ben = world.person(), world.person("Ben")
    whole = ada.whole_plan(visibility="public")
    ada.tick(whole.task)
    assert "[x]" in get(http, ada, whole.plan["id"], "markdown").text
    assert "[x]" not in get(http, ben, whole.plan["id"], "markdown").text


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/plans/not-an-id/export?format=ics", "plan_id"),
        ("/plans/00000000-0000-0000-0000-000000000001/export", "format"),
        ("/plans/00000000-0000-0000-0000-000000000001/export?format=exe", "format"),
    ],
)
def test_what_makes_no_sense_is_named(http: httpx.Client, world: World, path: str, field: str):
    token = {"Authorization": world.person().headers["Authorization"]}
    assert refused(http.get(path, headers=token), 422, "invalid_request")["details"] == field
