"""Feeds: a private address that a calendar subscribes to, its token told once."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.schedules import Scheduled, at, instant
from tests.world import HIDDEN, NOT_SIGNED_IN, Refusal, at_once, one, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stories.deliveries import Deliveries
    from tests.world import Person, Row, World

NO_FEED = Refusal(404, "feed_not_found", "feed_id")
NO_PLAN = Refusal(404, "plan_not_found", "plan_id")
UNKNOWN = {"standing": "unknown"}


@dataclass(frozen=True)
class Feed:
    """A feed, and the calendar that asks for it."""

    world: World
    id: str
    token: str

    @classmethod
    def of(cls, world: World, person: Person, **arguments: Any) -> Feed:
        made = person.call("create_feed", **arguments)
        assert set(made) == {"feed_id", "token"}
        return cls(world, made["feed_id"], made["token"])

    def read(self, **more: Any) -> Row:
        digest = hashlib.sha256(self.token.encode()).hexdigest()
        found: Row = self.world.service.call("load_feed", "worker", token_hash=digest, **more)
        return found

    def plans(self) -> list[str]:
        found = self.read()
        assert found["standing"] == "ok", found
        return [plan["plan"]["id"] for plan in found["feed"]["plans"]]


@pytest.fixture
def feed(world: World, scheduled: Scheduled) -> Feed:
    return Feed.of(world, scheduled.learner)


def test_the_token_is_told_once_and_only_its_hash_is_kept(
    world: World, scheduled: Scheduled, feed: Feed
) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", feed.token)
    kept = world.value("select token_hash from private.feed_tokens where feed_id = %s", feed.id)
    assert kept == hashlib.sha256(feed.token.encode()).hexdigest()
    [row] = scheduled.learner.rows("calendar_feeds")
    assert set(row) == {"id", "user_id", "plan_id", "last_read_at", "rotated_at", "created_at"}
    assert (row["id"], row["plan_id"], row["last_read_at"]) == (feed.id, None, None)
    assert feed.token not in str(row)
    assert Feed.of(world, scheduled.learner).token != feed.token


def test_a_calendar_that_asks_is_noticed_to_the_hour(scheduled: Scheduled, feed: Feed) -> None:
    feed.read()
    [row] = scheduled.learner.rows("calendar_feeds")
    read_at = instant(row["last_read_at"])
    assert (read_at.minute, read_at.second, read_at.microsecond) == (0, 0, 0)


def test_another_token_kills_the_one_before(scheduled: Scheduled, feed: Feed) -> None:
    feed.read()
    made = scheduled.learner.call("rotate_feed", feed_id=feed.id)
    again = Feed(feed.world, made["feed_id"], made["token"])
    assert (again.id, again.token != feed.token) == (feed.id, True)
    assert feed.read() == UNKNOWN
    [row] = scheduled.learner.rows("calendar_feeds")
    assert row["last_read_at"] is None
    assert instant(row["rotated_at"]) > instant(row["created_at"])
    assert again.plans() == [scheduled.id]


def test_a_deleted_feed_is_dead(scheduled: Scheduled, feed: Feed) -> None:
    one(scheduled.learner.delete("calendar_feeds", id=f"eq.{feed.id}"))
    assert feed.read() == UNKNOWN
    assert refusal(scheduled.learner.rpc("rotate_feed", feed_id=feed.id)) == NO_FEED


def test_with_the_account_its_feeds_are_dead(scheduled: Scheduled, feed: Feed) -> None:
    scheduled.learner.call("delete_account")
    assert feed.read() == UNKNOWN
    assert feed.world.count("private.feed_tokens", feed_id=feed.id) == 0


def test_somebody_elses_feed_is_not_there(world: World, scheduled: Scheduled, feed: Feed) -> None:
    ada, ben = scheduled.learner, world.person("Ben")
    assert ben.rows("calendar_feeds") == []
    assert ben.delete("calendar_feeds", id=f"eq.{feed.id}").json() == []
    assert refusal(ben.rpc("rotate_feed", feed_id=feed.id)) == NO_FEED
    assert refusal(ben.rpc("create_feed", plan_id=scheduled.id)) == NO_PLAN
    assert refusal(ben.rpc("create_feed", plan_id=str(uuid.uuid4()))) == NO_PLAN
    for name in ("create_feed", "rotate_feed"):
        arguments = {"feed_id": feed.id} if name == "rotate_feed" else {}
        assert refusal(world.nobody.rpc(name, **arguments)) == NOT_SIGNED_IN
    assert refusal(world.nobody.get("calendar_feeds")) == NOT_SIGNED_IN
    assert refusal(ada.insert("calendar_feeds", {"plan_id": scheduled.id})) == HIDDEN
    assert refusal(ada.update("calendar_feeds", {"plan_id": None}, id=f"eq.{feed.id}")) == HIDDEN
    assert ada.get("feed_tokens").status_code == 404
    digest = hashlib.sha256(feed.token.encode()).hexdigest()
    answer = ada.rpc("load_feed", "worker", token_hash=digest)
    assert answer.status_code >= 400
    assert feed.plans() == [scheduled.id]


def test_a_guessed_token_opens_nothing(world: World, feed: Feed) -> None:
    for token in ("", "x" * 43, feed.token[:-1], feed.token.lower()):
        assert Feed(world, feed.id, token).read() == UNKNOWN


def test_there_are_twenty_at_most_even_at_once(world: World) -> None:
    ada = world.person()
    for _ in range(18):
        Feed.of(world, ada)
    answers = at_once(*[lambda: ada.rpc("create_feed")] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 403, 403]
    full = next(answer for answer in answers if answer.status_code == 403)
    assert refusal(full) == (403, "feed_limit_reached", "plan_id")
    assert len(ada.rows("calendar_feeds")) == 20


def test_a_feed_shows_all_plans_or_one(
    world: World, deliveries: Deliveries, scheduled: Scheduled, feed: Feed
) -> None:
    ada = scheduled.learner
    other = Scheduled.of(ada, deliveries, scheduled.queue)
    bens = Scheduled.of(world.person("Ben"), deliveries, scheduled.queue)
    Scheduled.of(world.person("Carla"), deliveries, scheduled.queue)
    followed = bens.followed_by(ada)
    assert feed.plans() == sorted([scheduled.id, other.id, followed.id])
    for which in (scheduled, followed):
        assert Feed.of(world, ada, plan_id=which.id).plans() == [which.id]
    shown = feed.read()["feed"]
    assert set(shown) == {"time_zone", "reminder_lead_minutes", "name", "plans"}
    assert (shown["name"], shown["time_zone"]) == ("Learnbase", "UTC")
    single = Feed.of(world, ada, plan_id=scheduled.id).read()["feed"]
    assert single["name"] == scheduled.row()["topic"]
    assert single["plans"] == [ada.call("plan_export", plan_id=scheduled.id)]


def test_a_followed_plan_made_private_vanishes(world: World, scheduled: Scheduled) -> None:
    ben = scheduled.followed_by(world.person("Ben"))
    feeds = Feed.of(world, ben.learner), Feed.of(world, ben.learner, plan_id=ben.id)
    assert [feed.plans() for feed in feeds] == [[ben.id]] * 2
    one(scheduled.learner.update("learning_plans", {"visibility": "private"}, id=f"eq.{ben.id}"))
    assert [feed.plans() for feed in feeds] == [[], []]
    # Its name as well is no longer theirs to know.
    assert feeds[1].read()["feed"]["name"] == "Learnbase"
    one(scheduled.learner.update("learning_plans", {"visibility": "public"}, id=f"eq.{ben.id}"))
    assert [feed.plans() for feed in feeds] == [[ben.id]] * 2
    one(ben.learner.delete("plan_followers", plan_id=f"eq.{ben.id}"))
    assert feeds[0].plans() == []


def test_a_feed_of_a_plan_goes_with_it(world: World, scheduled: Scheduled) -> None:
    feed = Feed.of(world, scheduled.learner, plan_id=scheduled.id)
    one(scheduled.learner.delete("learning_plans", id=f"eq.{scheduled.id}"))
    assert feed.read() == UNKNOWN


def tick(of: Scheduled) -> Any:
    return of.learner.tick({"id": of.tasks["Read"]})


def drag(of: Scheduled) -> Any:
    return of.move("Ship", starts_at=at(9), ends_at=at(9, 1))


def link(of: Scheduled) -> Any:
    row = {"task_id": of.tasks["Ship"], "type": "doc", "title": "A page", "order": 1}
    return of.learner.insert("task_links", row | {"url": "https://docs.example.com/page"})


def remind(of: Scheduled) -> Any:
    return of.learner.upsert("study_preferences", {"reminder_lead_minutes": 5}, "user_id")


@pytest.mark.parametrize("change", [tick, drag, link, remind])
def test_the_etag_stays_until_something_changes(
    scheduled: Scheduled, feed: Feed, change: Callable[[Scheduled], Any]
) -> None:
    first = feed.read()
    assert feed.read() == first
    unchanged = feed.read(etag=first["etag"])
    assert unchanged == {"standing": "unchanged", "etag": first["etag"]}
    one(change(scheduled))
    then = feed.read(etag=first["etag"])
    assert (then["standing"], then["etag"] != first["etag"]) == ("ok", True)
    made = [document["plans"][0]["made_at"] for document in (first["feed"], then["feed"])]
    assert instant(made[0]) <= instant(made[1])
