"""A plan placed into its learner's week by the real worker: made, moved, caught up, killed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.postgrest_proxy import Moment, PostgrestProxy
    from tests.jobs.site import Asked, Site, Worker


def sessions(site: Site, asked: Asked) -> list[dict[str, Any]]:
    return site.sql(
        "select s.* from public.sessions s where s.plan_id = %s and s.user_id = %s"
        " order by s.starts_at",
        asked.plan_id,
        asked.person,
    )


def schedule(site: Site, asked: Asked) -> dict[str, Any]:
    [row] = site.sql(
        "select * from public.plan_schedules where plan_id = %s and user_id = %s",
        asked.plan_id,
        asked.person,
    )
    return row


def expect_a_whole_schedule(site: Site, asked: Asked) -> None:
    """Every task has its minutes, nothing overlaps, nothing waits."""
    short = site.sql(
        "select t.title from public.tasks t join public.modules m on m.id = t.module_id"
        " left join public.sessions s on s.task_id = t.id and s.user_id = %s"
        " where m.plan_id = %s group by t.id"
        " having coalesce(sum(extract(epoch from s.ends_at - s.starts_at) / 60), 0)"
        " < t.estimated_minutes",
        asked.person,
        asked.plan_id,
    )
    assert short == []
    overlapping = site.sql(
        "select a.id from public.sessions a join public.sessions b on b.user_id = a.user_id"
        " and b.id <> a.id and a.starts_at < b.ends_at and b.starts_at < a.ends_at"
    )
    assert overlapping == []
    found = schedule(site, asked)
    assert (found["status"], found["error"], found["unplaced"]) == ("ready", None, [])
    assert found["wanted"] == found["made"]
    assert site.sql("select * from pgmq.q_schedule_plan") == []
    assert site.dead_letters() == []


def slip(site: Site, asked: Asked, weeks: int = 3) -> None:
    """Let so many weeks go by in which nothing was done."""
    site.sql("alter table public.sessions disable trigger user")
    site.sql(
        "update public.sessions s set starts_at = s.starts_at - make_interval(weeks => %s),"
        " ends_at = s.ends_at - make_interval(weeks => %s) where s.plan_id = %s",
        weeks,
        weeks,
        asked.plan_id,
    )
    site.sql("alter table public.sessions enable trigger user")
    site.sql("update public.plan_schedules set look_at = now()")


def test_a_plan_that_is_made_is_placed_into_its_learners_week(
    site: Site, hire: Callable[..., Worker]
):
    asked = site.ask()
    assert hire("--drain").wait() == 0
    expect_a_whole_schedule(site, asked)
    found = schedule(site, asked)
    assert found["fits"] is True
    assert found["needed_minutes"] <= found["available_minutes"]
    assert found["ends_on"] == max(row["local_date"] for row in sessions(site, asked))


def test_placing_it_again_moves_nothing(site: Site, hire: Callable[..., Worker]):
    asked = site.ask()
    assert hire("--drain").wait() == 0
    before = sessions(site, asked)
    site.call("schedule_plan", asked.person, plan_id=asked.plan_id)
    assert schedule(site, asked)["status"] == "waiting"
    assert hire("--drain").wait() == 0
    assert sessions(site, asked) == before
    expect_a_whole_schedule(site, asked)


@pytest.mark.sampled(one_in=2)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["load_schedule_plan", "complete_schedule_plan"])
def test_a_worker_killed_while_it_places_costs_nothing_but_time(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker], call: str, moment: Moment
):
    asked = site.ask()
    held = proxy.hold(call, moment)
    doomed = hire()
    held.wait()
    doomed.kill()
    held.release()
    site.expire_leases()
    assert hire("--drain").wait() == 0
    expect_a_whole_schedule(site, asked)


def test_what_changes_while_a_plan_is_placed_is_placed_once_more(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    assert hire("--drain").wait() == 0
    site.call("schedule_plan", asked.person, plan_id=asked.plan_id)
    held = proxy.hold("complete_schedule_plan", "before")
    worker = hire("--drain")
    held.wait()
    windows = [{"weekday": day, "starts": "06:00", "ends": "07:30"} for day in range(1, 8)]
    site.call("save_study_windows", asked.person, windows=windows)
    held.release(passes_on=True)
    assert worker.wait() == 0
    expect_a_whole_schedule(site, asked)
    assert {row["starts_at"].hour for row in sessions(site, asked)} <= {6, 7}


def test_what_slipped_is_proposed_and_moves_only_when_it_is_accepted(
    site: Site, hire: Callable[..., Worker]
):
    asked = site.ask()
    assert hire("--drain").wait() == 0
    slip(site, asked)
    before = sessions(site, asked)
    [sent] = site.sql("select private.enqueue_catch_ups() as sent")
    assert sent["sent"] == 1
    assert hire("--drain").wait() == 0
    assert sessions(site, asked) == before, "a proposal moves nothing"
    [found] = site.sql("select * from public.catch_ups")
    assert found["status"] == "open"
    assert found["moves"]
    assert found["summary"]["text"]

    site.call("accept_catch_up", asked.person, catch_up_id=str(found["id"]))
    moved = sessions(site, asked)
    assert {row["id"] for row in moved} == {row["id"] for row in before}
    now = dt.datetime.now(dt.UTC)
    assert all(row["starts_at"] > now for row in moved)
    site.call("undo_catch_up", asked.person, catch_up_id=str(found["id"]))
    times = [(row["id"], row["starts_at"]) for row in sessions(site, asked)]
    assert times == [(row["id"], row["starts_at"]) for row in before]


def test_who_prefers_so_is_caught_up_at_once(site: Site, hire: Callable[..., Worker]):
    asked = site.ask()
    assert hire("--drain").wait() == 0
    site.sql(
        "insert into public.study_preferences (user_id, catch_up) values (%s, 'apply')",
        asked.person,
    )
    assert hire("--drain").wait() == 0
    slip(site, asked)
    site.sql("select private.enqueue_catch_ups()")
    assert hire("--drain").wait() == 0
    [found] = site.sql("select * from public.catch_ups")
    assert found["status"] == "applied"
    expect_a_whole_schedule(site, asked)
    now = dt.datetime.now(dt.UTC)
    assert all(row["starts_at"] > now for row in sessions(site, asked))


def test_two_plans_of_one_learner_are_never_placed_past_each_other(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    one = site.ask()
    assert hire("--drain", "generate_plan").wait() == 0
    receipt = site.call(
        "create_plan", one.person, topic="Go", skill_level="beginner", weekly_hours="5",
        learning_style="video",
    )  # fmt: skip
    assert hire("--drain", "generate_plan").wait() == 0
    assert len(site.sql("select * from pgmq.q_schedule_plan")) == len((one, receipt))
    # Both are loaded before either is written.
    held = proxy.hold("complete_schedule_plan", "before")
    worker = hire("--drain")
    held.wait()
    held.release(passes_on=True)
    assert worker.wait() == 0
    expect_a_whole_schedule(site, one)


def test_an_impossible_deadline_is_said_with_what_would_make_it_fit(
    site: Site, hire: Callable[..., Worker]
):
    soon = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=40)
    asked = site.ask(deadline_date=str(soon))
    assert hire("--drain").wait() == 0
    sooner = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=10)
    site.sql(
        "update public.learning_plans set deadline_date = %s where id = %s", sooner, asked.plan_id
    )
    assert hire("--drain").wait() == 0
    found = schedule(site, asked)
    assert found["fits"] is False
    offered = {choice["choice"]: choice for choice in found["choices"]}
    assert set(offered) == {"more_hours", "later_date", "fewer_tasks"}

    for choice in ("later_date", "fewer_tasks", "more_hours"):
        site.sql(
            "update public.learning_plans set deadline_date = %s, weekly_hours = 5 where id = %s",
            sooner,
            asked.plan_id,
        )
        site.sql("update public.task_progress set set_aside_at = null")
        site.call("save_study_windows", asked.person, windows=[])
        assert hire("--drain").wait() == 0
        assert schedule(site, asked)["fits"] is False
        site.call("choose_feasibility", asked.person, plan_id=asked.plan_id, choice=choice)
        assert hire("--drain").wait() == 0
        assert schedule(site, asked)["fits"] is True, choice
