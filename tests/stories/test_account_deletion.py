"""Deleting an account: nothing of a person remains, and nothing of anybody else is lost."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tests.world import NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from tests.stories.exports import Outside
    from tests.world import Person, Row, Whole, World


def lived_in(outside: Outside, person: Person, neighbour: Person) -> Whole:
    """Leave a row of this person in every table that can hold one."""
    world = outside.world
    whole = person.whole_plan(visibility="public")
    plan = whole.plan["id"]
    resource = world.value("select id::text from public.resources limit 1")
    task = whole.task["id"]
    one(person.insert("plan_notes", {"plan_id": plan, "notes": "Mornings"}))
    one(person.insert("task_resources", {"task_id": task, "resource_id": resource, "order": 1}))
    link = {"task_id": task, "title": "Knots", "url": "https://example.com/", "order": 1}
    one(person.insert("task_links", link))
    one(person.insert("plan_generations", {"plan_id": plan, "model": "m", "prompt": {}}))
    one(person.tick(whole.task))
    asked = person.ask(request_key="the only one")
    assert asked.status_code == 200, asked.text
    person.follow(neighbour.plan(visibility="public"))
    one(
        world.service.insert(
            "notifications",
            {
                "user_id": person.id,
                "kind": "weekly_summary",
                "channel": "email",
                "dedupe_key": f"weekly_summary:{person.id}",
            },
        )
    )
    wish = {"kind": "welcome", "channel": "email", "enabled": False}
    one(person.insert("notification_preferences", wish))
    studied(world, person, whole)
    connected(outside, person, whole)
    return whole


def studied(world: World, person: Person, whole: Whole) -> None:
    """Leave what a schedule is made of, and what is made of it."""
    begins, ends = "2031-03-03T18:00:00Z", "2031-03-03T19:00:00Z"
    one(person.upsert("study_preferences", {"catch_up": "apply"}, "user_id"))
    one(person.insert("study_windows", {"weekday": 1, "starts": "18:00", "ends": "24:00"}))
    one(person.insert("days_off", {"starts_on": "2031-03-04", "ends_on": "2031-03-05"}))
    one(person.insert("busy_times", {"starts_at": begins, "ends_at": ends}))
    person.call("create_feed", plan_id=whole.plan["id"])
    mine = {"plan_id": whole.plan["id"], "user_id": person.id}
    session = {"task_id": whole.task["id"], "part": 1, "local_date": "2031-03-03"}
    times = {"starts_at": begins, "ends_at": ends}
    one(world.service.insert("sessions", mine | session | times))
    one(person.update("sessions", {"pinned_at": begins}, plan_id=f"eq.{whole.plan['id']}"))
    one(world.service.insert("catch_ups", mine | {"moves": [], "summary": {}}))


def connected(outside: Outside, person: Person, whole: Whole) -> None:
    """Leave an account elsewhere, an export that shall stay there, and one more on its way."""
    outside.connect(person)
    person.call("start_export", plan_id=whole.plan["id"], provider="notion")
    one(person.update("exports", {"clean_up": False}, plan_id=f"eq.{whole.plan['id']}"))
    outside.begin(person, str(uuid.uuid4()), "google")


def leave(outside: Outside, person: Person) -> None:
    """Delete the account; a worker does what is to be done before."""
    person.call("delete_account")
    assert outside.close_account()["connections"] == 1
    outside.disconnected()
    outside.close_account()


def keyed_by_person(world: World) -> list[Row]:
    """Every column of every table that references a person, asked of the catalogue."""
    return world.sql(
        """
        select c.conrelid::regclass::text as table, a.attname as column
        from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
        where c.contype = 'f' and c.confrelid = 'public.users'::regclass
        union
        select c.oid::regclass::text, a.attname
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'user_id'
        where c.relkind = 'r'
            and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
        order by 1
        """
    )


def remains(world: World, person: Person) -> dict[str, int]:
    found = {
        f"{row['table']}.{row['column']}": world.count(row["table"], **{row["column"]: person.id})
        for row in keyed_by_person(world)
    }
    return found | {
        "auth.users.id": world.count("auth.users", id=person.id),
        "public.users.id": world.count("public.users", id=person.id),
    }


def children(world: World, whole: Whole) -> dict[str, int]:
    plan, task = whole.plan["id"], whole.task["id"]
    return {
        "learning_plans": world.count("public.learning_plans", id=plan),
        "plan_notes": world.count("public.plan_notes", plan_id=plan),
        "modules": world.count("public.modules", plan_id=plan),
        "plan_generations": world.count("public.plan_generations", plan_id=plan),
        "tasks": world.count("public.tasks", id=task),
        "task_resources": world.count("public.task_resources", task_id=task),
        "task_links": world.count("public.task_links", task_id=task),
        "task_progress": world.count("public.task_progress", task_id=task),
    }


def test_deleting_the_account_removes_everything_of_theirs(world: World, outside: Outside) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = lived_in(outside, ada, neighbour=ben)
    one(ben.tick(whole.task))
    assert 0 not in remains(world, ada).values(), "the person must have lived in every table"
    assert 0 not in children(world, whole).values()
    leave(outside, ada)
    assert set(remains(world, ada).values()) == {0}
    assert set(children(world, whole).values()) == {0}
    assert world.count("public.learning_plans", user_id=ben.id) == 1


def test_auth_deleting_the_account_removes_everything_too(world: World, outside: Outside) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = lived_in(outside, ada, neighbour=ben)
    world.sql("delete from auth.users where id = %s", ada.id)
    assert set(remains(world, ada).values()) == {0}
    assert set(children(world, whole).values()) == {0}


def test_a_clerk_person_deletes_their_account_as_well(world: World, outside: Outside) -> None:
    carla = world.clerk_person()
    whole = lived_in(outside, carla, neighbour=world.person("Ben"))
    leave(outside, carla)
    assert set(remains(world, carla).values()) == {0}
    assert set(children(world, whole).values()) == {0}


def test_what_was_used_of_the_month_is_remembered_without_the_person(world: World) -> None:
    ada = world.person()
    assert ada.ask().status_code == 200
    ada.call("delete_account")
    assert world.count("private.usage_ledger", person=ada.id) == 1


def test_nobody_deletes_somebody_elses_account(world: World) -> None:
    ada = world.person()
    assert refusal(world.nobody.rpc("delete_account")) == NOT_SIGNED_IN
    assert refusal(world.person("Ben").rpc("delete_account", person=ada.id))[0] == 404
    assert world.count("auth.users", id=ada.id) == 1


def test_the_work_of_a_deleted_person_ends_quietly(world: World) -> None:
    ada = world.person()
    generation = ada.ask().json()["generation_id"]
    ada.call("delete_account")
    [message] = world.sql(
        "update pgmq.q_generate_plan set vt = now() + interval '1 hour', read_ct = read_ct + 1"
        " where message ->> 'generation_id' = %s returning msg_id, read_ct",
        generation,
    )
    loaded = world.service.call("load_generate_plan", "worker", **message)
    assert loaded == {"standing": "obsolete"}
    [outcome] = world.service.call(
        "complete_generate_plan", "worker", outcomes=[{**message, "result": None}]
    )
    assert outcome["standing"] == "done"
