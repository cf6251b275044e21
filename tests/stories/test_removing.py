"""Taking away what an export made: by itself, with its plan, with the account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.stories.deliveries import token
from tests.stories.exports import DATABASE, SUCCEEDED, Exporting, item
from tests.stories.proposals import somebody_waits
from tests.world import NOT_SIGNED_IN, Refusal, one, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stories.exports import Outside
    from tests.world import Person, Row, World


def removed(outside: Outside, *stays: str, provider: str = "notion") -> Row:
    """The worker took it all away; answers what it was given for that."""
    job = outside.take(provider)
    assert job["loaded"]["export"]["action"] == "remove"
    assert job["loaded"]["document"] is None
    gone = [item(row["key"], "gone") for row in job["loaded"]["items"]]
    assert outside.record(job, *gone, container=None, done=len(gone), total=len(gone)) == "held"
    outside.end(job, {"status": "succeeded", "changed": {"deleted": len(gone)}, "stays": stays})
    loaded: Row = job["loaded"]
    return loaded


def really(exporting: Exporting) -> list[Row]:
    """The exports there are of a plan or were of it."""
    return exporting.outside.world.sql(
        "select * from public.exports where user_id = %s order by id", exporting.learner.id
    )


# An export by itself


def test_an_export_is_taken_away_and_only_that(exporting: Exporting, outside: Outside) -> None:
    other = exporting.exported().another().exported()
    answer = exporting.ask("remove")
    assert answer.json()["status"] == "queued"
    row = exporting.row
    assert (row["action"], row["status"], row["done"]) == ("remove", "queued", 0)
    loaded = removed(outside)
    assert loaded["export"]["container"] == DATABASE
    assert [row["key"] for row in loaded["items"]] == sorted(exporting.tasks)
    row = exporting.row
    assert (row["status"], row["url"], row["container"], row["stays"]) == (
        "removed",
        None,
        None,
        [],
    )
    assert row["changed"] == {"deleted": 4}
    assert exporting.items == {}
    assert (other.row["status"], len(other.items)) == ("succeeded", 4)
    assert outside.exports_under_way() == []


def test_what_stays_there_is_said(exporting: Exporting, outside: Outside) -> None:
    exporting.exported().ask("remove")
    removed(outside, "Two pages stay: they have notes of yours.")
    assert exporting.row["stays"] == ["Two pages stay: they have notes of yours."]
    exporting.start()
    assert (exporting.row["stays"], exporting.row["action"]) == ([], "export")


def test_what_was_removed_is_exported_anew(exporting: Exporting, outside: Outside) -> None:
    exporting.exported().ask("remove")
    removed(outside)
    exporting.start()
    loaded = outside.take()["loaded"]
    assert loaded["export"]["action"] == "export"
    assert (loaded["export"]["container"], loaded["items"]) == (None, [])


def test_removing_stops_the_export_that_runs(exporting: Exporting, outside: Outside) -> None:
    exporting.start()
    job = outside.take()
    first, second, *_ = exporting.tasks
    assert outside.record(job, item(first, "sending"), container=DATABASE) == "held"
    exporting.ask("remove")
    assert outside.record(job, item(first), item(second, "sending")) == "cancelled"
    assert outside.complete(job, SUCCEEDED)["standing"] == "done"
    assert exporting.row["status"] == "queued"
    loaded = removed(outside)
    assert [(row["key"], row["state"]) for row in loaded["items"]] == [(first, "sending")]
    assert exporting.row["status"] == "removed"


def test_an_export_asked_for_while_it_is_taken_away_goes_on_from_there(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported().ask("remove")
    job = outside.take()
    first, *others = exporting.tasks
    outside.record(job, item(first, "gone"), *[item(task, "removing") for task in others])
    exporting.start()
    assert outside.record(job, *[item(task, "gone") for task in others]) == "cancelled"
    outside.end(job, SUCCEEDED)
    assert exporting.row["status"] == "queued"
    loaded = outside.take()["loaded"]
    assert (loaded["export"]["action"], loaded["export"]["container"]) == ("export", DATABASE)
    assert {row["state"] for row in loaded["items"]} == {"removing"}


def test_a_removal_is_cancelled_and_asked_for_again(exporting: Exporting, outside: Outside) -> None:
    exporting.exported().ask("remove")
    job = outside.take()
    outside.record(job, item(exporting.tasks[0], "gone"))
    exporting.ask("cancel")
    assert outside.record(job, item(exporting.tasks[1], "gone")) == "cancelled"
    outside.end(job)
    assert exporting.row["status"] == "cancelled"
    exporting.ask("remove")
    assert len(removed(outside)["items"]) == 3


def test_removing_waits_until_the_account_is_connected_again(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported().learner.call("disconnect", provider="notion")
    outside.disconnected()
    assert exporting.ask("remove").json()["status"] == "stopped"
    row = exporting.row
    assert (row["needs"], row["error"]["code"]) == ("reconnect", "reconnect")
    assert outside.exports_under_way() == []
    outside.connect(exporting.learner)
    assert exporting.row["status"] == "queued"
    assert len(removed(outside)["items"]) == 4


@pytest.mark.parametrize("how", ["broken", "disconnecting"])
def test_a_removal_that_cannot_begin_says_what_it_waits_for(
    exporting: Exporting, outside: Outside, how: str
) -> None:
    exporting.exported()
    if how == "broken":
        outside.break_off(exporting.connection)
    else:
        exporting.learner.call("disconnect", provider="notion")
    exporting.ask("remove")
    row = exporting.row
    assert (row["status"], row["needs"]) == ("stopped", "reconnect")
    assert row["error"]["remedy"]
    if how == "disconnecting":
        outside.disconnected()
    outside.connect(exporting.learner)
    assert len(removed(outside)["items"]) == 4


# A plan


def test_deleting_a_plan_takes_away_what_was_exported_of_it(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported()
    which = exporting.id
    one(exporting.learner.delete("learning_plans", id=f"eq.{exporting.plan_id}"))
    [row] = exporting.learner.rows("exports")
    assert (row["id"], row["plan_id"], row["action"]) == (which, None, "remove")
    assert row["topic"] == "Sailing", "the learner still knows what it was"
    assert len(exporting.learner.rows("export_items")) == 4
    assert len(removed(outside)["items"]) == 4
    assert really(exporting) == [], "nobody needs a row about nothing"


def test_what_stays_of_a_deleted_plan_is_still_said(exporting: Exporting, outside: Outside) -> None:
    exporting.exported()
    one(exporting.learner.delete("learning_plans", id=f"eq.{exporting.plan_id}"))
    removed(outside, "The calendar stays: it has events of yours.")
    [row] = exporting.learner.rows("exports")
    assert (row["status"], row["stays"]) == (
        "removed",
        ["The calendar stays: it has events of yours."],
    )


def test_what_shall_stay_stays_when_the_plan_is_deleted(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported()
    where = f"eq.{exporting.id}"
    one(exporting.learner.update("exports", {"clean_up": False}, id=where))
    one(exporting.learner.delete("learning_plans", id=f"eq.{exporting.plan_id}"))
    assert really(exporting) == []
    assert outside.exports_under_way() == []


def test_deleting_a_plan_with_nothing_outside_leaves_nothing_to_do(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    job = outside.take()
    one(exporting.learner.delete("learning_plans", id=f"eq.{exporting.plan_id}"))
    assert really(exporting) == []
    assert outside.record(job, container=DATABASE) == "cancelled"
    outside.end(job)


@pytest.mark.parametrize("clean_up", [True, False])
def test_a_plan_deleted_in_the_middle_of_its_export_lets_the_next_begin(
    exporting: Exporting, outside: Outside, *, clean_up: bool
) -> None:
    exporting.start()
    other = exporting.another()
    other.start()
    job = outside.take()
    if not clean_up:
        outside.record(job, container=DATABASE)
        where = f"eq.{exporting.id}"
        one(exporting.learner.update("exports", {"clean_up": False}, id=where))
    one(exporting.learner.delete("learning_plans", id=f"eq.{exporting.plan_id}"))
    outside.end(job, SUCCEEDED)
    assert outside.exports_under_way() == [other.id]


def test_a_deleted_plan_takes_its_followers_exports_along_as_each_of_them_wishes(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    exporting.exported()
    where = f"eq.{exporting.plan_id}"
    exporting.learner.update("learning_plans", {"visibility": "public"}, id=where)
    followers = []
    for name in ("Ben", "Carla"):
        person = world.person(name)
        connection = outside.connect(person)
        person.follow({"id": exporting.plan_id})
        tasks = exporting.tasks
        follower = Exporting(outside, person, connection, exporting.plan_id, tasks)
        followers.append(follower.exported())
    ben, carla = followers
    one(carla.learner.update("exports", {"clean_up": False}, id=f"eq.{carla.id}"))
    one(exporting.learner.delete("learning_plans", id=where))
    assert [row["action"] for row in really(exporting)] == ["remove"]
    assert [row["action"] for row in really(ben)] == ["remove"]
    assert really(carla) == []
    assert len(outside.exports_under_way()) == 2


def test_an_owner_who_deletes_their_account_takes_the_followers_exports_along(
    world: World, outside: Outside
) -> None:
    ada, ben = world.person(), world.person("Ben")
    whole = ada.whole_plan(visibility="public")
    tasks = [task["id"] for module in whole.tasks for task in module]
    connection = outside.connect(ben)
    ben.follow(whole.plan)
    follower = Exporting(outside, ben, connection, whole.plan["id"], tasks).exported()
    ada.call("delete_account")
    [row] = really(follower)
    assert (row["action"], row["plan_id"]) == ("remove", None)
    assert len(removed(outside)["items"]) == 4


# The account


def is_there(person: Person, world: World) -> bool:
    return bool(world.count("public.users", id=person.id) + world.count("auth.users", id=person.id))


def test_an_account_with_nothing_connected_is_deleted_at_once(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    ada.plan()
    ada.call("delete_account")
    assert not is_there(ada, world)
    assert outside.messages("close_account") == []


def test_an_account_is_deleted_once_the_outside_is_clean(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    ada = exporting.exported().learner
    ada.call("delete_account")
    ada.call("delete_account")
    assert outside.messages("close_account") == [{"v": 1, "user_id": ada.id}]
    assert ada.rows("users")[0]["closing_at"] is not None

    assert outside.close_account() == {"standing": "held", "exports": 1, "connections": 1}
    assert outside.close_account()["exports"] == 1
    assert is_there(ada, world)
    assert len(removed(outside)["items"]) == 4

    assert outside.close_account() == {"standing": "held", "exports": 0, "connections": 1}
    assert exporting.account["status"] == "disconnecting"
    assert outside.close_account()["connections"] == 1
    outside.disconnected()

    assert outside.close_account() == {"standing": "held", "exports": 0, "connections": 0}
    assert not is_there(ada, world)
    assert outside.messages("close_account") == []
    for table in ("connections", "exports"):
        assert world.count(f"public.{table}", user_id=ada.id) == 0


def test_who_is_leaving_connects_and_exports_nothing_more(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    ada = exporting.learner
    ada.call("delete_account")
    answer = ada.rpc("start_export", plan_id=exporting.plan_id, provider="notion")
    assert refusal(answer) == Refusal(401, "not_signed_in", "authorization")
    refused = Refusal(409, "account_is_closing", "user_id")
    assert outside.connect_as(ada, "google", "another") == refused
    assert refusal(world.nobody.rpc("delete_account")) == NOT_SIGNED_IN


def test_what_shall_stay_stays_when_the_account_is_deleted(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    ada = exporting.exported().learner
    one(ada.update("exports", {"clean_up": False}, id=f"eq.{exporting.id}"))
    ada.call("delete_account")
    assert outside.exports_under_way() == []
    assert outside.close_account()["exports"] == 0
    outside.disconnected()
    outside.close_account()
    assert not is_there(ada, world)


def test_a_service_that_no_longer_lets_us_in_keeps_nobody(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    ada = exporting.exported().learner
    outside.break_off(exporting.connection)
    ada.call("delete_account")
    assert outside.close_account()["exports"] == 0, "there is nothing to wait for"
    outside.disconnected()
    outside.close_account()
    assert not is_there(ada, world)


def test_what_broke_while_it_was_taken_away_keeps_nobody(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    ada = exporting.exported().learner
    ada.call("delete_account")
    assert outside.close_account()["exports"] == 1
    outside.break_off(exporting.connection)
    assert outside.close_account()["exports"] == 0
    outside.disconnected()
    outside.close_account()
    assert not is_there(ada, world)


@pytest.mark.parametrize(("days", "gone"), [(1, "exports"), (2, "connections")])
def test_what_cannot_be_reached_is_waited_for_a_day(
    world: World, exporting: Exporting, outside: Outside, days: int, gone: str
) -> None:
    ada = exporting.exported().learner
    ada.call("delete_account")
    outside.close_account()
    world.sql(
        "update public.users set closing_at = now() - make_interval(days => %s, mins => 1)"
        " where id = %s",
        days,
        ada.id,
    )
    outside.close_account()
    if gone == "exports":
        assert exporting.account["status"] == "disconnecting", "what we made there stays"
        assert is_there(ada, world)
    else:
        assert not is_there(ada, world)


def test_whatever_goes_wrong_who_wants_to_be_deleted_is(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    ada = exporting.exported().learner
    ada.call("delete_account")
    assert outside.fail(outside.the_job("close_account"), retry_in="0") == "retrying"
    assert is_there(ada, world)
    outside.time_is_up("close_account")
    assert outside.fail(outside.the_job("close_account")) == "dead"
    assert not is_there(ada, world)


def test_nobody_is_deleted_who_did_not_ask(world: World, outside: Outside) -> None:
    ada = world.person()
    message: Any = f'{{"v": 1, "user_id": "{ada.id}"}}'
    world.sql("select pgmq.send('close_account', %s::jsonb)", message)
    job = outside.the_job("close_account")
    assert outside.call("load_close_account", **token(job)) == {"standing": "stale"}
    outside.end(job, {})
    assert is_there(ada, world)
    world.sql("select pgmq.send('close_account', %s::jsonb)", message)
    assert outside.fail(outside.the_job("close_account")) == "dead"
    assert is_there(ada, world)


def test_an_account_deleted_in_auth_goes_with_everything_at_once(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    job = outside.take()
    world.sql("delete from auth.users where id = %s", exporting.learner.id)
    assert not is_there(exporting.learner, world)
    assert really(exporting) == []
    assert outside.record(job, container=DATABASE) == "cancelled"
    assert outside.complete(job)["standing"] == "done"


# At the same time


def delete_the_plan(exporting: Exporting, job: Row) -> bool:
    del job
    where = f"eq.{exporting.plan_id}"
    return exporting.learner.delete("learning_plans", id=where).is_success


def delete_the_account(exporting: Exporting, job: Row) -> bool:
    del job
    return exporting.learner.rpc("delete_account").is_success


def give_up(exporting: Exporting, job: Row) -> bool:
    return exporting.outside.fail(job) == "dead"


def follow_no_more(exporting: Exporting, job: Row) -> bool:
    return exporting.outside.load(job) == {"standing": "obsolete"}


@pytest.mark.parametrize(
    "act",
    [delete_the_plan, delete_the_account, give_up, follow_no_more],
    ids=lambda act: act.__name__,
)
def test_whoever_ends_an_export_takes_its_account_first(
    world: World, outside: Outside, act: Callable[[Exporting, Row], bool]
) -> None:
    ben = Exporting.of(outside, world.person("Ben"), visibility="public")
    exporting = Exporting.of(outside, world.person())
    if act is follow_no_more:
        exporting.learner.follow({"id": ben.plan_id})
        exporting = replace(exporting, plan_id=ben.plan_id)
    exporting.start()
    job = outside.take()
    outside.record(job, container=DATABASE)
    if act is follow_no_more:
        exporting.learner.delete("plan_followers", plan_id=f"eq.{ben.plan_id}")
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(world.database_url, autocommit=True) as connection,
        connection.transaction(),
    ):
        # As a worker does that completes the same export.
        mine = (exporting.connection,)
        connection.execute("select from connections where id = %s for no key update", mine)
        doing = pool.submit(act, exporting, job)
        somebody_waits(world, "delete|fail_job|load_export")
        where = (exporting.id,)
        connection.execute("update public.exports set done = 1 where id = %s", where)
    assert doing.result() is True
