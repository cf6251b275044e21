"""Calendar feeds: the address is the key, and it opens nothing else."""

from __future__ import annotations

import json
import secrets
import uuid
from typing import TYPE_CHECKING

import httpx
import icalendar
import pytest

from tests.edge.serving import Edge, environment, refused

if TYPE_CHECKING:
    from tests.world import Person, Row, World


def feed_of(person: Person, plan: Row | None = None) -> Row:
    made: Row = person.call("create_feed", **({"plan_id": plan["id"]} if plan else {}))
    return made


def path_of(feed: Row) -> str:
    return f"/feeds/{feed['token']}.ics"


def test_a_calendar_reads_it_without_a_login(http: httpx.Client, world: World):
    ada = world.person()
    plan = ada.whole_plan(topic="Sailing at sea").plan
    answer = http.get(path_of(feed_of(ada, plan)))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=900"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert b"Sailing at sea" in answer.content
    assert icalendar.Calendar.from_ical(answer.content).name == "VCALENDAR"


def test_head_says_the_same_and_sends_nothing(http: httpx.Client, world: World):
    path = path_of(feed_of(world.person()))
    whole, head = http.get(path), http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-length", "content-type", "cache-control"):
        assert head.headers[name] == whole.headers[name]


def test_an_unchanged_feed_is_not_sent_again(edge: Edge, http: httpx.Client, world: World):
    ada = world.person()
    whole = ada.whole_plan()
    path = path_of(feed_of(ada, whole.plan))
    tag = http.get(path).headers["etag"]
    # A second edge has rendered nothing yet: it is the database that knows.
    with Edge(environment(world)) as fresh, httpx.Client(base_url=fresh.url) as other:
        for client in (http, other):
            for known in (tag, f"W/{tag}", f'"other", W/{tag}', "*"):
                answer = client.get(path, headers={"If-None-Match": known})
                assert (answer.status_code, answer.content) == (304, b""), known
                assert answer.headers["etag"] == tag
    assert http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    # What another version of ours wrote of the same plan is another file.
    older = f'{tag.partition(".")[0]}.0.0.0"'
    assert http.get(path, headers={"If-None-Match": older}).status_code == 200
    ada.update("learning_plans", {"topic": "Rowing"}, id=f"eq.{whole.plan['id']}")
    changed = http.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert b"Rowing" in changed.content
    assert edge.process.poll() is None


def test_a_dead_a_wrong_and_a_malformed_address_look_alike(http: httpx.Client, world: World):
    ada = world.person()
    feed = feed_of(ada)
    assert http.get(path_of(feed)).status_code == 200  # and so it was kept
    ada.call("rotate_feed", feed_id=feed["feed_id"])
    deleted = feed_of(ada)
    ada.delete("calendar_feeds", id=f"eq.{deleted['feed_id']}")
    paths = [
        *(path_of(feed), path_of(deleted)),
        *(f"/feeds/{secrets.token_urlsafe(32)}.ics", "/feeds/short.ics", "/feeds/.ics"),
        *(f"/feeds/{feed['token']}", "/feeds/a/b.ics", "/feeds/", "/feeds/%00.ics"),
        *("/feeds/%ff%fe.ics", f"/feeds/{'x' * 5000}.ics", "/feeds/..%2f..%2fhealth.ics"),
        "/feeds/not%20a%20token%3A%20.ics",
    ]
    seen = set()
    for path in paths:
        answer = http.get(path, headers={"If-None-Match": "*"})
        body = refused(answer, 404, "feed_not_found")
        kept = {k: v for k, v in answer.headers.items() if k not in ("date", "x-request-id")}
        seen.add(json.dumps([body, kept], sort_keys=True))
    assert len(seen) == 1


def test_the_address_is_in_no_log(world: World):
    feed = feed_of(world.person())
    with Edge(environment(world, LOG_LEVEL="debug")) as edge:
        answer = httpx.get(f"{edge.url}{path_of(feed)}")
        line = edge.line(answer.headers["x-request-id"])
        httpx.get(f"{edge.url}/feeds/x/{feed['token']}.ics")
        httpx.get(f"{edge.url}/{feed['token']}")
    assert line["route"] == "/feeds/{token}.ics"
    assert feed["token"] not in "".join(edge.lines)


def test_a_followed_plan_that_was_made_private_leaves_the_feed(http: httpx.Client, world: World):
    ada, ben = world.person(), world.person("Ben")
    plan = ada.whole_plan(topic="Hidden later", visibility="public").plan
    ben.follow(plan)
    path = path_of(feed_of(ben, plan))
    assert b"Hidden later" in http.get(path).content
    ada.update("learning_plans", {"visibility": "private"}, id=f"eq.{plan['id']}")
    assert b"Hidden later" not in http.get(path).content


def test_when_the_database_is_away_the_calendar_is_told_to_come_back(world: World):
    env = environment(world, SUPABASE_URL="http://127.0.0.1:9")
    with Edge(env) as edge:
        answer = httpx.get(f"{edge.url}/feeds/{secrets.token_urlsafe(32)}.ics")
        refused(answer, 503, "database_away")
        assert int(answer.headers["retry-after"]) > 0


def test_a_guesser_is_slowed_down_and_a_calendar_is_not(world: World):
    known = path_of(feed_of(world.person()))
    with (
        Edge(environment(world, EDGE_REQUESTS_PER_MINUTE="5")) as edge,
        httpx.Client(base_url=edge.url) as http,
    ):
        assert http.get(known).status_code == 200
        for _ in range(5):
            refused(http.get(f"/feeds/{uuid.uuid4()}.ics"), 404, "feed_not_found")
        refused(http.get(f"/feeds/{uuid.uuid4()}.ics"), 429, "too_many_requests")
        assert http.get(known).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_feed_can_only_be_read(http: httpx.Client, method: str):
    answer = http.request(method, "/feeds/x.ics")
    refused(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]
