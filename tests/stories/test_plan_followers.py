"""plan_followers: working through somebody else's public plan at one's own pace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.world import HIDDEN, one, refusal

if TYPE_CHECKING:
    from tests.world import World


def test_people_follow_a_public_plan_from_a_day_of_their_own(world: World) -> None:
    ada = world.person("Ada")
    plan = ada.plan(visibility="public", start_date="2026-01-05")
    for ben in (world.person("Ben"), world.clerk_person(), world.person(anonymous=True)):
        row = ben.follow(plan, start_date="2026-03-02")
        assert row["user_id"] == ben.id
        [mine] = ben.rows("plan_progress", plan_id=f"eq.{plan['id']}")
        assert mine["starts_on"] == "2026-03-02"
        one(ben.update("plan_followers", {"start_date": "2026-04-06"}, id=f"eq.{row['id']}"))
        assert ben.rows("plan_followers")[0]["start_date"] == "2026-04-06"
    [hers] = ada.rows("plan_progress", plan_id=f"eq.{plan['id']}")
    assert hers["starts_on"] == "2026-01-05"


def test_nobody_follows_twice_and_an_upsert_only_moves_the_start(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = ada.plan(visibility="public")
    ben.follow(plan)
    assert refusal(ben.insert("plan_followers", {"plan_id": plan["id"]}))[:2] == (409, "23505")
    row = {"plan_id": plan["id"], "user_id": ben.id, "start_date": "2026-05-01"}
    assert one(ben.upsert("plan_followers", row, "plan_id,user_id"))["start_date"] == "2026-05-01"
    assert world.count("public.plan_followers", plan_id=plan["id"]) == 1


def test_nobody_follows_a_private_plan_nor_their_own(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    private, public = ada.plan(), ada.plan(visibility="public")
    assert refusal(ben.quietly("plan_followers", {"plan_id": private["id"]})) == HIDDEN
    assert refusal(ada.quietly("plan_followers", {"plan_id": public["id"]})) == HIDDEN


def test_nobody_is_made_to_follow(world: World) -> None:
    ada, ben, eve = world.person("Ada"), world.person("Ben"), world.person("Eve")
    plan = ada.plan(visibility="public")
    row = {"plan_id": plan["id"], "user_id": ben.id}
    assert refusal(eve.quietly("plan_followers", row)) == HIDDEN
    assert refusal(ada.quietly("plan_followers", row)) == HIDDEN


def test_who_follows_is_known_to_themselves_alone(world: World) -> None:
    ada, ben, eve = world.person("Ada"), world.person("Ben"), world.person("Eve")
    plan = ada.plan(visibility="public")
    ben.follow(plan)
    for other in (ada, eve):
        assert other.rows("plan_followers") == []
        [seen] = other.rows("learning_plans", select="plan_followers(*)", id=f"eq.{plan['id']}")
        assert seen["plan_followers"] == []


def test_following_is_not_moved_and_not_done_to_others(world: World) -> None:
    ada, ben, eve = world.person("Ada"), world.person("Ben"), world.person("Eve")
    plan, other = ada.plan(visibility="public"), ada.plan(visibility="public")
    row = ben.follow(plan)
    mine = {"id": f"eq.{row['id']}"}
    moved = ben.update("plan_followers", {"plan_id": other["id"]}, **mine)
    assert refusal(moved) == (403, "fixed_column", "plan_id")
    given = ben.update("plan_followers", {"user_id": eve.id}, **mine)
    assert refusal(given) == (403, "fixed_column", "user_id")
    for stranger in (ada, eve):
        assert stranger.update("plan_followers", {"start_date": None}, **mine).json() == []
        assert stranger.delete("plan_followers", **mine).json() == []
    assert world.count("public.plan_followers", id=row["id"], user_id=ben.id) == 1


def test_followers_stop_when_they_like(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = ada.plan(visibility="public")
    row = ben.follow(plan)
    assert one(ben.delete("plan_followers", id=f"eq.{row['id']}"))["id"] == row["id"]


def test_a_followed_plan_that_turns_private_hides_and_keeps_what_was_done(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = ada.whole_plan(weeks=1, tasks=1, visibility="public")
    ben.follow(whole.plan)
    assert ben.tick(whole.task).status_code == 201
    ada.update("learning_plans", {"visibility": "private"}, id=f"eq.{whole.plan['id']}")
    assert ben.rows("plan_progress", plan_id=f"eq.{whole.plan['id']}") == []
    assert ben.call("dashboard") == []
    assert ben.call("due_tasks") == []
    assert refusal(ben.tick(whole.task)) == HIDDEN
    [kept] = ben.rows("task_progress")
    assert kept["status"] == "completed"
    ada.update("learning_plans", {"visibility": "public"}, id=f"eq.{whole.plan['id']}")
    [back] = ben.rows("plan_progress", plan_id=f"eq.{whole.plan['id']}")
    assert back["completed_tasks"] == 1
