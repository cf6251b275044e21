"""Links in letters: GET shows and asks, POST acts, for one person, as often as they like."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from learnbase.digest.addresses import Addresses
from learnbase.security.sealing import Keyring
from learnbase.security.signed_links import LinkKeys
from tests.edge.letters import (
    ONE_CLICK,
    SITE,
    buttons,
    catch_up,
    heading,
    tick,
    token,
    unsubscribe,
    writing,
)
from tests.edge.serving import Edge, environment, refused
from tests.services.linked import KEYS
from tests.stories.deliveries import Deliveries
from tests.stories.schedules import Queue, Scheduled, at, move
from tests.world import at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.world import Person, Row, World

OPEN, DONE, GONE = "Done with this?", "Done", "This task is no longer there"
BROKEN, ENDED = "This link does not work", "This link has ended"
SAID = "3 sessions moved. The plan ends 7 days later."
ALL = ("weekly_summary", "plan_ready", "plan_slipped", "welcome")


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with Edge(writing(world)) as edge:
        yield edge


@pytest.fixture(scope="module")
def http(edge: Edge) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=edge.url, timeout=60, trust_env=False) as http:
        yield http


def asking(http: httpx.Client) -> tuple[Callable[[str], httpx.Response], ...]:
    return http.get, http.post


@pytest.fixture
def proposed(world: World) -> tuple[Scheduled, str]:
    """A plan that has slipped, and the catch-up that is proposed."""
    plan = Scheduled.of(world.person(), Deliveries(world), Queue(world))
    plan.make()
    plan.ask("catch_up")
    later = plan.three_evenings(7)
    plan.make(*later, moves=[move(row) for row in later], summary={"moved": 3, "text": SAID})
    which = str(plan.catch_ups[0]["id"])
    return plan, which


def progress(world: World, task: Row) -> list[Row]:
    return world.sql("select * from public.task_progress where task_id = %s", task["id"])


# Ticking


def test_looking_changes_nothing_and_the_button_ticks(http: httpx.Client, world: World):
    ada = world.person()
    whole = ada.whole_plan(topic="Sailing at sea")
    path = tick(ada.id, whole.task["id"])
    for _ in range(3):
        page = http.get(path)
        assert (heading(page), buttons(page)) == (OPEN, ["Mark as done"])
        assert "Sailing at sea" in page.text
        assert whole.task["title"] in page.text
    assert http.head(path).status_code == 200
    assert progress(world, whole.task) == []
    done = http.post(path)
    assert (heading(done), buttons(done)) == (DONE, [])
    assert f'href="{SITE}/"' in done.text
    [row] = progress(world, whole.task)
    assert (row["user_id"], row["status"]) == (uuid.UUID(ada.id), "completed")
    assert row["completed_at"] is not None


def test_following_it_again_leaves_everything_as_it_was(http: httpx.Client, world: World):
    ada = world.person()
    task = ada.whole_plan().task
    path = tick(ada.id, task["id"])
    http.post(path)
    before = progress(world, task)
    assert heading(http.post(path)) == DONE
    assert (heading(http.get(path)), buttons(http.get(path))) == (DONE, [])
    assert progress(world, task) == before


def test_pressed_many_times_at_once_it_ticks_once(edge: Edge, world: World):
    ada = world.person()
    task = ada.whole_plan().task
    path = f"{edge.url}{tick(ada.id, task['id'])}"
    answers = at_once(*[lambda: httpx.post(path, timeout=20)] * 6)
    assert [heading(answer) for answer in answers] == [DONE] * 6
    assert len(progress(world, task)) == 1


def test_a_task_that_was_begun_keeps_what_was_written_about_it(http: httpx.Client, world: World):
    ada = world.person()
    task = ada.whole_plan().task
    ada.tick(task, "in_progress", actual_minutes=12)
    assert heading(http.post(tick(ada.id, task["id"]))) == DONE
    [row] = progress(world, task)
    assert (row["status"], row["actual_minutes"]) == ("completed", 12)


def test_a_head_is_a_get_without_a_body(http: httpx.Client, world: World):
    ada = world.person()
    path = tick(ada.id, ada.whole_plan().task["id"])
    whole, head = http.get(path), http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "content-security-policy"):
        assert head.headers[name] == whole.headers[name]


def test_a_link_ticks_for_its_own_learner_alone(http: httpx.Client, world: World):
    ada, ben, eve = world.person(), world.person("Ben"), world.person("Eve")
    whole = ada.whole_plan(topic="A public one", visibility="public")
    ben.follow(whole.plan)
    assert heading(http.post(tick(ben.id, whole.task["id"]))) == DONE
    assert [row["user_id"] for row in progress(world, whole.task)] == [uuid.UUID(ben.id)]
    # She can read it and does not learn by it.
    page = http.post(tick(eve.id, whole.task["id"]))
    assert heading(page, 410) == GONE
    assert whole.task["title"] not in page.text
    assert len(progress(world, whole.task)) == 1


def test_what_is_hidden_gone_or_never_was_looks_alike(http: httpx.Client, world: World):
    ada, ben = world.person(), world.person("Ben")
    followed = ada.whole_plan(visibility="public")
    ben.follow(followed.plan)
    ada.update("learning_plans", {"visibility": "private"}, id=f"eq.{followed.plan['id']}")
    deleted = ada.whole_plan()
    ada.delete("learning_plans", id=f"eq.{deleted.plan['id']}")
    private = ada.whole_plan()
    links = [
        tick(ben.id, followed.task["id"]),
        tick(ada.id, deleted.task["id"]),
        tick(ben.id, private.task["id"]),
        tick(ada.id, str(uuid.uuid4())),
        tick(str(uuid.uuid4()), private.task["id"]),
    ]
    pages = {(heading(how(link), 410), how(link).text) for link in links for how in asking(http)}
    assert len(pages) == 1
    assert progress(world, followed.task) == progress(world, private.task) == []


def test_who_left_with_their_account_ticks_nothing(http: httpx.Client, world: World):
    ada, ben = world.person(), world.person("Ben")
    whole = ada.whole_plan(visibility="public")
    ben.follow(whole.plan)
    path = tick(ben.id, whole.task["id"])
    world.sql("delete from auth.users where id = %s", ben.id)
    assert heading(http.post(path), 410) == GONE
    assert progress(world, whole.task) == []


def test_what_a_stranger_wrote_is_shown_and_never_run(http: httpx.Client, world: World):
    ada = world.person()
    evil = '"><script>alert(1)</script>{{ 7*7 }}'
    plan = ada.plan(topic="<img src=x onerror=alert(1)>")
    task = ada.task(ada.module(plan), title=evil)
    page = http.get(tick(ada.id, task["id"]))
    assert heading(page) == OPEN
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in page.text
    assert "<img" not in page.text


def test_where_the_letters_lead_there_is_a_door(http: httpx.Client, world: World):
    """What writes letters and what answers their links name the same places."""
    ada = world.person()
    task = ada.whole_plan().task["id"]
    keys = LinkKeys.derived(Keyring.parse(KEYS["a"]))
    leads = Addresses(SITE, str(http.base_url).rstrip("/"), keys).of(
        [f"tick:{task}", f"catch_up:{uuid.uuid4()}", "unsubscribe", "preferences", "home"],
        person=ada.id,
        wish="plan_ready",
        now=datetime.now(UTC),
    )
    done, gone, stopped, preferences, home = leads.values()
    assert heading(http.get(done)) == OPEN
    assert heading(http.get(gone), 410) == "These times are no longer there"
    stop = http.get(stopped)
    assert heading(stop) == "Stop these letters?"
    assert f'href="{preferences}"' in stop.text
    assert f'href="{home}"' in http.get(done).text


# Links that open nothing


def test_an_ended_link_says_so_and_shows_the_way(http: httpx.Client, world: World):
    ada = world.person()
    whole = ada.whole_plan()
    for how in asking(http):
        page = how(tick(ada.id, whole.task["id"], days=-1 / 24))
        assert (heading(page, 410), buttons(page)) == (ENDED, [])
        assert whole.task["title"] not in page.text
        assert f'href="{SITE}/"' in page.text
        stopped = how(unsubscribe(ada.id, "welcome", days=-1 / 24))
        assert heading(stopped, 410) == ENDED
        assert f'href="{SITE}/settings/notifications"' in stopped.text
    assert progress(world, whole.task) == []
    assert ada.rows("notification_preferences") == []


def test_changed_forged_and_misplaced_links_look_alike(http: httpx.Client, world: World):
    ada, ben = world.person(), world.person("Ben")
    task = ada.whole_plan().task
    good, other = token(ada.id, "tick_task", task_id=task["id"]), token(ben.id, "unsubscribe")
    parts, others = good.split("."), other.split(".")
    links = [
        f"/letters/act/{other}",
        f"/letters/unsubscribe/{good}",
        f"/letters/act/{token(ada.id, 'tick_task', key='b', task_id=task['id'])}",
        f"/letters/act/{token(ada.id, 'reset_password', task_id=task['id'])}",
        f"/letters/act/{token(ada.id, 'tick_task', catch_up_id=task['id'])}",
        f"/letters/act/{token(ada.id, 'tick_task', task_id='1')}",
        f"/letters/act/{token('ada', 'tick_task', task_id=task['id'])}",
        f"/letters/act/{good[:-1]}",
        f"/letters/act/{good}=",
        f"/letters/act/{good}/",
        f"/letters/act/{'.'.join([*parts[:2], others[2], parts[3]])}",
        f"/letters/act/{'.'.join([*parts[:3], ''])}",
        "/letters/act/",
        "/letters/act/x",
        "/letters/act/%00%ff",
        "/letters/act/a/b",
        f"/letters/act/{'x' * 9000}",
        "/letters/",
        "/letters/unsubscribe/..%2f..%2fhealth",
    ]
    seen = set()
    for link in links:
        for how in asking(http):
            page = how(link)
            assert heading(page, 404) == BROKEN, link
            kept = {k: v for k, v in page.headers.items() if k not in ("date", "x-request-id")}
            seen.add(json.dumps([page.text, kept], sort_keys=True))
    assert len(seen) == 1
    assert progress(world, task) == []
    assert ben.rows("notification_preferences") == []


def test_keys_rotate_and_an_older_letter_still_works(world: World):
    ada = world.person()
    task = ada.whole_plan().task
    path = tick(ada.id, task["id"])
    with Edge(writing(world, TOKEN_KEYS=f"{KEYS['b']},{KEYS['a']}")) as rotated:
        assert heading(httpx.get(f"{rotated.url}{path}")) == OPEN
    with Edge(writing(world, TOKEN_KEYS=KEYS["b"])) as dropped:
        assert heading(httpx.post(f"{dropped.url}{path}"), 404) == BROKEN
    assert progress(world, task) == []


def test_without_keys_it_is_not_set_up(world: World):
    ada = world.person()
    with Edge(environment(world)) as edge:
        for path in (tick(ada.id, str(uuid.uuid4())), unsubscribe(ada.id)):
            for how in (httpx.get, httpx.post):
                said = heading(how(f"{edge.url}{path}"), 503)
                assert said == "Links in letters are not set up here"
        assert any("TOKEN_KEYS" in line for line in edge.lines)


def test_without_a_site_the_page_leads_nowhere(world: World):
    ada = world.person()
    env = writing(world)
    del env["SITE_URL"]
    with Edge(env) as edge:
        page = httpx.get(f"{edge.url}{unsubscribe(ada.id)}")
        assert heading(page) == "Stop all letters?"
        assert "href" not in page.text


def test_when_the_database_is_away_the_page_says_to_come_back(world: World):
    ada = world.person()
    with Edge(writing(world, SUPABASE_URL="http://127.0.0.1:9")) as edge:
        for how, path in ((httpx.get, tick(ada.id, str(uuid.uuid4()))),
                          (httpx.post, unsubscribe(ada.id))):  # fmt: skip
            page = how(f"{edge.url}{path}")
            assert heading(page, 503) == "This does not work at the moment"
            assert int(page.headers["retry-after"]) > 0


def test_a_guesser_is_slowed_down_and_a_learner_is_not(world: World):
    ada = world.person()
    path = unsubscribe(ada.id)
    with (
        Edge(writing(world, EDGE_REQUESTS_PER_MINUTE="5")) as edge,
        httpx.Client(base_url=edge.url) as http,
    ):
        for _ in range(5):
            heading(http.post("/letters/act/guess"), 404)
        slowed = http.get("/letters/act/guess")
        assert heading(slowed, 429) == "Too much at once"
        assert int(slowed.headers["retry-after"]) >= 1
        assert heading(http.get(path)) == "Stop all letters?"
        for _ in range(4):
            http.get(path)
        heading(http.get(path), 429)


def test_the_link_is_in_no_log(world: World):
    ada = world.person()
    links = [tick(ada.id, str(uuid.uuid4())), unsubscribe(ada.id), "/letters/x/secret-secret"]
    with Edge(writing(world, LOG_LEVEL="debug")) as edge:
        for link in links:
            edge.line(httpx.get(f"{edge.url}{link}").headers["x-request-id"])
    for link in links:
        assert link.rpartition("/")[2] not in "".join(edge.lines)


# Catching up


def test_the_new_times_are_shown_and_taken(http: httpx.Client, proposed: tuple[Scheduled, str]):
    plan, which = proposed
    before, path = plan.sessions, catch_up(plan.learner.id, which)
    page = http.get(path)
    assert (heading(page), buttons(page)) == ("Take the new times?", ["Take the new times"])
    assert SAID in page.text
    assert plan.sessions == before
    for _ in range(3):
        assert heading(http.post(path)) == "The new times are yours"
    assert {title: row["starts_at"] for title, row in plan.sessions.items()} != {
        title: row["starts_at"] for title, row in before.items()
    }
    assert [row["status"] for row in plan.catch_ups] == ["applied"]
    assert heading(http.get(path)) == "The new times are yours"


def test_nobody_elses_link_takes_them(
    http: httpx.Client, world: World, proposed: tuple[Scheduled, str]
):
    plan, which = proposed
    eve = world.person("Eve")
    assert heading(http.post(catch_up(eve.id, which)), 410) == "These times are no longer there"
    assert [row["status"] for row in plan.catch_ups] == ["open"]


def test_a_decision_stands_against_a_later_link(
    http: httpx.Client, proposed: tuple[Scheduled, str]
):
    plan, which = proposed
    plan.learner.call("reject_catch_up", catch_up_id=which)
    before = plan.sessions
    for how in asking(http):
        page = how(catch_up(plan.learner.id, which))
        assert (heading(page, 409), buttons(page)) == ("These times no longer fit", [])
    assert plan.sessions == before


def test_after_the_sessions_moved_on_it_is_too_late(
    http: httpx.Client, proposed: tuple[Scheduled, str]
):
    plan, which = proposed
    assert plan.move("Ship", starts_at=at(20), ends_at=at(20, 1)).status_code == 200
    before = plan.sessions
    page = http.post(catch_up(plan.learner.id, which))
    assert heading(page, 409) == "These times no longer fit"
    assert plan.sessions == before


def test_with_the_plan_the_new_times_are_gone(http: httpx.Client, proposed: tuple[Scheduled, str]):
    plan, which = proposed
    plan.learner.delete("learning_plans", id=f"eq.{plan.id}")
    for how in asking(http):
        page = how(catch_up(plan.learner.id, which))
        assert heading(page, 410) == "These times are no longer there"


# Stopping


def chosen(person: Person) -> dict[str, bool]:
    rows = person.rows("notification_preferences", channel="eq.email")
    return {row["kind"]: row["enabled"] for row in rows}


def test_one_click_ends_letters_of_a_kind(http: httpx.Client, world: World):
    ada = world.person()
    path = unsubscribe(ada.id, "weekly_summary")
    page = http.get(path)
    assert (heading(page), buttons(page)) == ("Stop these letters?", ["Stop these letters"])
    assert "once a week" in page.text
    assert http.head(path).status_code == 200
    assert chosen(ada) == {}
    for _ in range(2):
        answer = http.post(path, data=ONE_CLICK)
        assert heading(answer) == "You will get no more of these letters"
        assert buttons(answer) == ["Write to me again"]
        assert f'href="{SITE}/settings/notifications"' in answer.text
        assert chosen(ada) == {"weekly_summary": False}
    assert ada.rows("notification_preferences", channel="eq.in_app") == []


@pytest.mark.parametrize(
    "sent",
    [
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b"List-Unsubscribe=One-Click"},
        {"content": b""},
        {"content": b"\xff\x00", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"json": {"choice": "resume"}},
    ],
    ids=["multipart", "without a type", "nothing", "garbage", "json"],
)
def test_mail_programs_say_it_in_their_own_ways(
    http: httpx.Client, world: World, sent: dict[str, object]
):
    ada = world.person()
    answer = http.post(unsubscribe(ada.id, "plan_ready"), **sent)  # type: ignore[arg-type]
    assert heading(answer) == "You will get no more of these letters"
    assert answer.history == []
    assert chosen(ada) == {"plan_ready": False}


@pytest.mark.parametrize("kind", [None, "news"])
def test_the_letter_of_several_messages_ends_them_all(
    http: httpx.Client, world: World, kind: str | None
):
    ada, ben = world.person(), world.person("Ben")
    path = unsubscribe(ada.id, kind)
    assert heading(http.get(path)) == "Stop all letters?"
    assert heading(http.post(path, data=ONE_CLICK)) == "You will get no more letters"
    assert set(chosen(ada).values()) == {False}
    assert {*chosen(ada)} == {row["kind"] for row in ada.rows("notification_kinds")} > {*ALL}
    assert chosen(ben) == {}


def test_the_gentler_weekly_letter_is_a_weekly_letter(http: httpx.Client, world: World):
    ada = world.person()
    http.post(unsubscribe(ada.id, "weekly_nothing_due"), data=ONE_CLICK)
    assert chosen(ada) == {"weekly_summary": False}


def test_who_reconsiders_is_written_to_again(http: httpx.Client, world: World):
    ada = world.person()
    path = unsubscribe(ada.id, "plan_slipped")
    http.post(path, data=ONE_CLICK)
    for _ in range(2):
        answer = http.post(path, data={"choice": "resume"})
        assert heading(answer) == "You will get these letters again"
        assert chosen(ada) == {"plan_slipped": True}
    assert world.value("select private.wants(%s, 'plan_slipped', 'email')", uuid.UUID(ada.id))
    http.post(path, data=ONE_CLICK)
    assert chosen(ada) == {"plan_slipped": False}


def test_all_of_it_again_is_what_it_was_before(http: httpx.Client, world: World):
    ada = world.person()
    path = unsubscribe(ada.id)
    http.post(path, data=ONE_CLICK)
    assert heading(http.post(path, data={"choice": "resume"})) == "You will get letters again"
    wanted = {
        row["kind"]: world.value(
            "select private.wants(%s, %s, 'email')", uuid.UUID(ada.id), row["kind"]
        )
        for row in ada.rows("notification_kinds")
    }
    assert wanted == {row["kind"]: row["email"] for row in ada.rows("notification_kinds")}


def test_who_is_gone_gets_no_letters_either(http: httpx.Client, world: World):
    ada = world.person()
    path = unsubscribe(ada.id)
    world.sql("delete from auth.users where id = %s", ada.id)
    assert heading(http.post(path, data=ONE_CLICK)) == "You will get no more letters"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_links_are_looked_at_and_pressed_and_nothing_else(
    http: httpx.Client, world: World, method: str
):
    ada = world.person()
    for path in (tick(ada.id, str(uuid.uuid4())), unsubscribe(ada.id)):
        answer = http.request(method, path)
        refused(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD, POST"
    assert chosen(ada) == {}
