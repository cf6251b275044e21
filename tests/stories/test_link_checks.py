"""Link checks: every address is looked at again, the oldest first, and what died is replaced."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.deliveries import Deliveries, resource, roadmap, sitting, token, week
from tests.stories.proposals import SEEN, Living
from tests.world import one

if TYPE_CHECKING:
    from tests.world import Row, World

QUEUE = "check_links"


class Checks:
    """The queue check_links, empty, in a catalogue that was looked at just now."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.sql("delete from pgmq.q_check_links")
        self.calm()

    def calm(self) -> None:
        """Whatever there is was looked at just now."""
        self.world.sql("update public.resources set tried_at = now()")
        self.world.sql("update public.task_links set tried_at = now()")

    def resource(self, age: str = "8 days", **columns: Any) -> str:
        """A page of the catalogue that was last looked at so long ago; answers its id."""
        row = {"type": "doc", "title": "The manual", "url": new_url(), "tags": [], **columns}
        made = one(self.world.service.insert("resources", row))
        self.aged("resources", made["id"], age)
        return str(made["id"])

    def aged(self, table: str, which: str, age: str) -> None:
        self.world.sql(
            f"update public.{table} set tried_at = now() - %s::interval where id = %s",  # noqa: S608
            age,
            which,
        )

    def due(self, **arguments: Any) -> list[Row]:
        """What the schedule sends, as a worker has it in hand."""
        names = ", ".join(f"{name} => %s" for name in arguments)
        query = (
            f"select private.enqueue_link_checks({names})"
            if arguments
            else "select worker.run_schedule('check-links')"
        )
        sent = self.world.value(query, *arguments.values())
        jobs: list[Row] = self.world.service.call("read_jobs", "worker", queue=QUEUE, quantity=100)
        assert len(jobs) == sent
        return jobs

    def seen(self, kind: str, which: str, verdict: str, status: int | None = None) -> None:
        """A worker was sent there, and says what it saw."""
        self.aged({"resource": "resources", "task_link": "task_links"}[kind], which, "40 days")
        [job] = self.due()
        found = {"kind": kind, "id": which, "verdict": verdict, "status": status}
        assert self.complete(job, found) == "done"

    def complete(self, job: Row, *found: Row) -> str:
        outcome = {**token(job), "result": {"checked": list(found)}}
        [answered] = self.world.service.call("complete_check_links", "worker", outcomes=[outcome])
        return str(answered["standing"])

    def row(self, which: str, table: str = "resources") -> Row:
        [row] = self.world.sql(f"select * from public.{table} where id = %s", which)  # noqa: S608
        return row


@pytest.fixture
def checks(world: World) -> Checks:
    return Checks(world)


@pytest.fixture
def plan(world: World, deliveries: Deliveries, checks: Checks) -> Living:
    plan = Living.of(world.person(), deliveries)
    checks.calm()
    return plan


def new_url() -> str:
    return f"https://docs.example.com/{uuid.uuid4()}"


def uses(plan: Living, title: str, resource_id: str, order: int = 9) -> Row:
    """The plan's task has a page of the catalogue, as the machine that made it gave it."""
    row = {"task_id": plan.task(title)["id"], "resource_id": resource_id, "order": order}
    return one(plan.world.service.insert("task_resources", row))


def pages(plan: Living, title: str) -> list[str]:
    """The pages of a task, in their order."""
    task = plan.task(title)["id"]
    found = [row for row in plan.rows()["task_resources"] if row["task_id"] == task]
    return [row["resource_id"] for row in sorted(found, key=lambda row: int(row["order"]))]


def link(plan: Living, title: str = "List") -> Row:
    """A link that its owner adds."""
    row = {"task_id": plan.task(title)["id"], "title": "Mine", "url": new_url(), "order": 9}
    return one(plan.owner.insert("task_links", row))


# What is looked at


def test_the_oldest_come_first_and_what_was_never_tried_before_them(checks: Checks) -> None:
    young, old = checks.resource("8 days"), checks.resource("90 days")
    never, fresh = checks.resource(), checks.resource("6 days")
    checks.world.sql("update public.resources set tried_at = null where id = %s", never)
    sent = [checks.due(most=1)[0]["message"]["resource_ids"] for _ in range(3)]
    assert sent == [[never], [old], [young]]
    assert checks.due() == []
    assert fresh


def test_a_dead_page_is_looked_at_once_a_month(checks: Checks) -> None:
    dead = checks.resource("29 days", dead_at="now")
    assert checks.due() == []
    checks.aged("resources", dead, "31 days")
    assert checks.due()[0]["message"]["resource_ids"] == [dead]


def test_fifty_go_into_a_message_and_none_is_sent_twice(checks: Checks, plan: Living) -> None:
    ids = {checks.resource("9 days") for _ in range(60)}
    links = {link(plan)["id"] for _ in range(3)}
    jobs = checks.due()
    sizes = [len(job["message"]["resource_ids"]) + len(job["message"]["link_ids"]) for job in jobs]
    assert sorted(sizes) == [13, 50]
    sent = [job["message"] for job in jobs]
    assert {which for message in sent for which in message["resource_ids"]} == ids
    assert {which for message in sent for which in message["link_ids"]} == links
    assert set(sent[0]) == {"v", "resource_ids", "link_ids"}
    assert checks.due() == []


def test_the_worker_is_told_what_was_promised_and_not_what_was_deleted(
    checks: Checks, plan: Living
) -> None:
    kept, gone = checks.resource(title="Swift"), checks.resource()
    mine = link(plan)
    [job] = checks.due()
    checks.world.sql("delete from public.resources where id = %s", gone)
    loaded = checks.world.service.call("load_check_links", "worker", **token(job))
    assert loaded["standing"] == "held"
    assert sorted(loaded["links"], key=lambda row: str(row["kind"])) == [
        {
            "kind": "resource",
            "id": kept,
            "url": checks.row(kept)["url"],
            "title": "Swift",
            "type": "doc",
        },
        {
            "kind": "task_link",
            "id": mine["id"],
            "url": mine["url"],
            "title": "Mine",
            "type": "other",
        },
    ]
    late = {**token(job), "read_ct": 9}
    assert checks.world.service.call("load_check_links", "worker", **late) == {"standing": "stale"}


# What was seen


def test_a_page_that_lives_says_when_it_was_seen(checks: Checks) -> None:
    page = checks.resource(failures=1)
    checks.seen("resource", page, "alive", 200)
    row = checks.row(page)
    assert (row["http_status"], row["failures"], row["dead_at"]) == (200, 0, None)
    assert row["checked_at"] == row["tried_at"]
    assert row["checked_at"] is not None


def test_a_page_is_given_up_at_the_second_time(checks: Checks, plan: Living) -> None:
    page = checks.resource()
    uses(plan, "List", page)
    checks.seen("resource", page, "dead", 404)
    row = checks.row(page)
    assert (row["failures"], row["dead_at"], row["checked_at"]) == (1, None, None)
    assert pages(plan, "List") == [page]
    # Looked at again the next day, and not in a week.
    assert checks.due() == []
    tomorrow = checks.world.value("select now() + interval '25 hours'")
    [job] = checks.due(at=tomorrow)
    assert job["message"]["resource_ids"] == [page]
    found = {"kind": "resource", "id": page, "verdict": "dead", "status": 404}
    assert checks.complete(job, found) == "done"
    row = checks.row(page)
    assert (row["failures"], row["dead_at"] is not None) == (2, True)
    assert pages(plan, "List") == []


def test_a_page_that_does_not_say_is_left_as_it_was(checks: Checks) -> None:
    page = checks.resource(failures=1, checked_at="2026-01-01T00:00:00Z", http_status=200)
    before = checks.row(page)
    checks.seen("resource", page, "unknown")
    assert {k: v for k, v in checks.row(page).items() if k != "tried_at"} == {
        k: v for k, v in before.items() if k != "tried_at"
    }


def test_a_dead_page_gives_way_to_a_living_one_of_the_same_subject(
    checks: Checks, plan: Living
) -> None:
    subject = f"subject-{uuid.uuid4()}"
    alive = {"tags": [subject], "checked_at": "2026-11-01T00:00:00Z"}
    dead = checks.resource(failures=1, tags=[subject], title="Learn to sail")
    instead = checks.resource("1 day", title="Learn sailing", **alive)
    for other in (
        {**alive, "title": "Learn to sail", "type": "youtube"},
        {**alive, "title": "Learn to sail", "dead_at": "2026-11-02T00:00:00Z"},
        {**alive, "title": "Learn to sail", "checked_at": None},
        {**alive, "title": "Learn to sail", "tags": ["cooking"]},
        {**alive, "title": "Winds"},
    ):
        checks.resource("1 day", **other)
    was = uses(plan, "List", dead, 4)
    plan.owner.tick(plan.task("Ship"), "in_progress")
    progress = plan.rows()["task_progress"]
    checks.seen("resource", dead, "dead")
    assert pages(plan, "List") == [instead]
    [now] = [row for row in plan.rows()["task_resources"] if row["resource_id"] == instead]
    assert (now["order"], now["task_id"]) == (4, was["task_id"])
    assert plan.rows()["task_progress"] == progress
    assert plan.task("List")["edited_at"] is None


def test_what_a_model_brought_gives_way_to_a_page_like_it_about_the_topic(
    checks: Checks, world: World, deliveries: Deliveries
) -> None:
    topic = f"Knots{uuid.uuid4().hex[:8]}"
    brought = resource(url=new_url(), title=f"{topic}: the bowline", **SEEN)
    weeks = [week(1, tasks=[sitting(1, brought, title="Tie")])]
    plan = Living.of(world.person(), deliveries, *weeks, topic=topic)
    [dead] = pages(plan, "Tie")
    assert checks.row(dead)["tags"] == []
    checks.calm()
    world.sql("update public.resources set failures = 1 where id = %s", dead)
    alive = {"checked_at": "2026-11-01T00:00:00Z"}
    instead = checks.resource("1 day", title=f"The bowline - {topic}", **alive)
    for title in (f"{topic} and the winds of the north in July", "The bowline: the bowline"):
        checks.resource("1 day", title=title, **alive)
    checks.seen("resource", dead, "dead")
    assert pages(plan, "Tie") == [instead]


def test_a_task_that_has_the_living_one_already_has_it_once(checks: Checks, plan: Living) -> None:
    subject = f"subject-{uuid.uuid4()}"
    dead = checks.resource(failures=1, tags=[subject])
    instead = checks.resource("1 day", tags=[subject], checked_at="2026-11-01T00:00:00Z")
    uses(plan, "List", dead, 1)
    uses(plan, "List", instead, 2)
    checks.seen("resource", dead, "dead")
    assert pages(plan, "List") == [instead]


@pytest.mark.parametrize("how", ["finished", "begun by another", "edited", "pinned"])
def test_what_a_learner_has_in_hand_keeps_its_dead_page(
    checks: Checks, plan: Living, how: str
) -> None:
    subject = f"subject-{uuid.uuid4()}"
    dead = checks.resource(failures=1, tags=[subject])
    checks.resource("1 day", tags=[subject], checked_at="2026-11-01T00:00:00Z")
    plan.owner.update("learning_plans", {"visibility": "public"}, id=f"eq.{plan.id}")
    uses(plan, "List", dead)
    uses(plan, "Form", dead)
    task = plan.task("List")
    if how == "finished":
        plan.owner.tick(task)
    elif how == "begun by another":
        plan.world.person("Ben").tick(task, "in_progress")
    else:
        change = {"edited": {"title": "Lists"}, "pinned": {"pinned_at": "now"}}[how]
        one(plan.owner.update("tasks", change, id=f"eq.{task['id']}"))
    before = plan.rows()
    checks.seen("resource", dead, "dead")
    title = "Lists" if how == "edited" else "List"
    assert pages(plan, title) == [dead]
    assert dead not in pages(plan, "Form")
    assert plan.task(title) == next(row for row in before["tasks"] if row["id"] == task["id"])
    assert plan.rows()["task_progress"] == before["task_progress"]


def test_what_came_back_is_given_to_plans_again(checks: Checks) -> None:
    page = checks.resource(failures=5, dead_at="2026-01-01T00:00:00Z")
    checks.seen("resource", page, "alive", 200)
    row = checks.row(page)
    assert (row["failures"], row["dead_at"], row["http_status"]) == (0, None, 200)


def test_a_persons_link_is_marked_and_never_taken_away(checks: Checks, plan: Living) -> None:
    mine = link(plan)
    checks.seen("task_link", mine["id"], "alive", 200)
    row = checks.row(mine["id"], "task_links")
    assert (row["http_status"], row["dead_at"]) == (200, None)
    seen = row["checked_at"]
    assert seen is not None
    for _ in range(3):
        checks.seen("task_link", mine["id"], "dead", 404)
    row = checks.row(mine["id"], "task_links")
    assert (row["http_status"], row["checked_at"]) == (200, seen)
    assert row["dead_at"] is not None
    since = row["dead_at"]
    checks.seen("task_link", mine["id"], "unknown")
    assert checks.row(mine["id"], "task_links")["dead_at"] == since
    checks.seen("task_link", mine["id"], "alive", 200)
    assert checks.row(mine["id"], "task_links")["dead_at"] is None


def test_looking_at_a_link_is_no_change_of_its_plan(checks: Checks, plan: Living) -> None:
    mine = link(plan)
    which = plan.propose()
    before = plan.revision
    checks.seen("task_link", mine["id"], "dead", 404)
    checks.seen("task_link", mine["id"], "alive", 200)
    assert plan.revision == before
    one(plan.owner.update("task_links", {"title": "Ours"}, id=f"eq.{mine['id']}"))
    assert plan.revision > before
    assert plan.status(which) == "open"


def test_another_address_was_never_seen(checks: Checks, plan: Living) -> None:
    mine = link(plan)
    checks.seen("task_link", mine["id"], "alive", 200)
    checks.seen("task_link", mine["id"], "dead", 404)
    where = {"id": f"eq.{mine['id']}"}
    kept = one(plan.owner.update("task_links", {"title": "Ours"}, **where))
    assert kept["checked_at"] is not None
    moved = one(plan.owner.update("task_links", {"url": new_url()}, **where))
    assert [moved[k] for k in ("checked_at", "http_status", "tried_at", "dead_at")] == [None] * 4
    assert checks.due()[0]["message"]["link_ids"] == [mine["id"]]


def test_nobody_says_that_their_own_link_was_checked(plan: Living) -> None:
    mine = link(plan)
    for change in ({"checked_at": "now"}, {"dead_at": "now"}, {"http_status": 200}):
        assert plan.owner.update("task_links", change, id=f"eq.{mine['id']}").status_code == 403


def test_what_was_deleted_meanwhile_is_no_obstacle(checks: Checks) -> None:
    page, gone = checks.resource(), checks.resource()
    [job] = checks.due()
    checks.world.sql("delete from public.resources where id = %s", gone)
    found = [
        {"kind": "resource", "id": which, "verdict": "dead", "status": 404}
        for which in (gone, page)
    ]
    assert checks.complete(job, *found) == "done"
    assert checks.row(page)["failures"] == 1


# What new plans get


def saved(world: World, deliveries: Deliveries, *links: Row, model: str = "gpt-5") -> Living:
    """A plan that was just made, with these links on its first task."""
    ada = world.person()
    job = deliveries.take(ada)
    made = roadmap(week(1, tasks=[sitting(1, *links, title="Read")])) | {"model": model}
    assert deliveries.standing(job, made) == "done"
    return Living(world, deliveries, ada, job["plan_id"])


def test_a_checked_link_goes_into_the_catalogue_and_others_stay_beside_their_task(
    world: World, deliveries: Deliveries
) -> None:
    checked, unchecked, secret = new_url(), new_url(), new_url()
    plan = saved(
        world,
        deliveries,
        resource(checked, **SEEN),
        resource(unchecked),
        resource(secret, **SEEN, private=True),
    )
    [page] = pages(plan, "Read")
    [row] = world.sql("select * from public.resources where id = %s", page)
    assert (row["url"], row["http_status"]) == (checked, 200)
    assert row["checked_at"].isoformat() == SEEN["checked_at"]
    # Looked at when it was proposed: its turn comes in a week, and not at once.
    assert row["tried_at"] == row["checked_at"]
    links = {row["url"]: row for row in plan.rows()["task_links"]}
    assert {url: row["http_status"] for url, row in links.items()} == {unchecked: None, secret: 200}
    assert (links[unchecked]["checked_at"], links[secret]["checked_at"]) == (
        None,
        SEEN["checked_at"],
    )
    assert links[secret]["tried_at"] == SEEN["checked_at"]
    assert world.count("public.resources", url=secret) == 0


@pytest.mark.parametrize("model", ["gpt-5", "built-in"])
def test_a_dead_page_is_not_given_to_a_new_plan(
    checks: Checks, deliveries: Deliveries, model: str
) -> None:
    dead = checks.resource(dead_at="2026-11-10T00:00:00Z", checked_at="2026-10-05T00:00:00Z")
    links = [resource(checks.row(dead)["url"]), resource(new_url())]
    if model != "built-in":
        links = [{**each, **SEEN} for each in links]
    plan = saved(checks.world, deliveries, *links, model=model)
    [page] = pages(plan, "Read")
    assert page != dead
    assert plan.rows()["task_links"] == []
    assert checks.row(dead)["dead_at"] is not None


def test_a_page_seen_alive_since_it_died_is_in_the_catalogue_again(
    checks: Checks, deliveries: Deliveries
) -> None:
    dead = checks.resource(
        dead_at="2026-10-10T00:00:00Z", checked_at="2026-10-01T00:00:00Z", failures=2
    )
    plan = saved(checks.world, deliveries, resource(checks.row(dead)["url"], **SEEN))
    assert pages(plan, "Read") == [dead]
    row = checks.row(dead)
    assert (row["dead_at"], row["failures"]) == (None, 0)


def test_the_catalogue_offers_living_pages_of_the_topic_alone(checks: Checks) -> None:
    subject = f"subject{uuid.uuid4().hex}"
    about: Row = {"tags": [subject], "checked_at": "2026-11-01T00:00:00Z", "http_status": 200}
    alive = checks.resource(title="The living one", **about)
    checks.resource(**{**about, "dead_at": "2026-11-02T00:00:00Z"})
    checks.resource(**{**about, "checked_at": None})
    checks.resource(**{**about, "tags": ["cooking"], "title": "Bread"})
    found = checks.world.service.call("catalogue_links", "worker", topic=f"Advanced {subject}")
    assert [row["url"] for row in found] == [checks.row(alive)["url"]]
    assert {k: found[0][k] for k in ("type", "title", "status")} == {
        "type": "doc",
        "title": "The living one",
        "status": 200,
    }
