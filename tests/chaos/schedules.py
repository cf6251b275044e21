"""Schedules while life happens and workers are killed: none is lost, nobody is double-booked.

Learners with several plans tick, slip, move, name other hours and travel; the night comes again and
again; workers place their plans, and are killed in the middle of it. In the end every schedule is
current, no two sessions of a learner overlap unless they moved one there themselves, and every open
task has its time.
"""

from __future__ import annotations

import datetime as dt
import random
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.postgrest_proxy import PostgrestProxy
from tests.jobs.site import Site, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from learnbase.stack import Stack

LEARNERS = 40
EVENTS_FOR_EACH = 12
EVENTS_TO_A_KILL = 4
WORKERS = 3
TOPICS = ("Rust", "Chess", "French")
ZONES = ("Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "UTC")
BLIND_TO_OTHER_PLANS = """
    create or replace function private.learner_busy(person uuid, besides uuid, at timestamptz)
        returns jsonb language sql stable set search_path = '' as $$ select '[]'::jsonb $$
"""
OVERLAPPING = """
    select a.user_id, a.starts_at
    from public.sessions a
    join public.sessions b on b.user_id = a.user_id and b.id > a.id
        and a.starts_at < b.ends_at and b.starts_at < a.ends_at
    where a.pinned_at is null and b.pinned_at is null and a.ends_at > now() and b.ends_at > now()
        and not exists (
            select from public.task_progress tp
            where tp.user_id = a.user_id and tp.task_id in (a.task_id, b.task_id)
                and (tp.status = 'completed' or tp.set_aside_at is not null)
        )
"""
WITHOUT_TIME = """
    select ps.user_id, t.title
    from public.plan_schedules ps
    join public.modules m on m.plan_id = ps.plan_id
    join public.tasks t on t.module_id = m.id
    left join public.task_progress tp on tp.task_id = t.id and tp.user_id = ps.user_id
    where coalesce(tp.status, 'not_started') <> 'completed' and tp.set_aside_at is null
        and ps.unplaced = '[]'
        and not exists (
            select from public.sessions s
            where s.task_id = t.id and s.user_id = ps.user_id and s.ends_at > now()
        )
"""
NOT_CURRENT = """
    select s.user_id, s.status || ' ' || coalesce(s.error ->> 'message', '') as status
    from public.plan_schedules s where s.status <> 'ready' or s.wanted <> s.made
"""


@dataclass
class Course:
    """What happened, and what of it must not."""

    broken: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)


def run(stack: Stack, seed: int, size: int | None) -> dict[str, Any]:
    """Follow ``size`` learners; before that, see that a double booking is noticed."""
    blind = live(stack, 6, seed, flaw=BLIND_TO_OTHER_PLANS).broken
    course = live(stack, size or LEARNERS, seed)
    sees = "two sessions at a time" in blind
    return {
        **course.figures,
        "sees_a_double_booking": sees,
        "broken": course.broken,
        "ok": not course.broken and sees,
    }


def live(stack: Stack, learners: int, seed: int, *, flaw: str | None = None) -> Course:
    """Let so many learners live while workers are killed, and judge."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    site = Site(stack, "schedules")
    with ExitStack() as ends:
        ends.callback(stack.drop_database, site.name)
        api = ends.enter_context(PostgrestProxy(site.rest)).url
        if flaw:
            site.sql(flaw)
        patience = "lease_seconds = 3, max_failures = 100, max_lost_deliveries = 100"
        site.sql(f"update worker.queues set {patience}")  # noqa: S608 - no input
        people = [_learner(site, dice) for _ in range(learners)]
        _drain(site, api)
        kills = _disturbed(site, api, people, dice, learners * EVENTS_FOR_EACH)
        site.sql("insert into public.study_preferences (user_id, catch_up)"
                 " select id, 'apply' from public.users"
                 " on conflict (user_id) do update set catch_up = 'apply'")  # fmt: skip
        _drain(site, api)
        _night(site, "", dice)
        _drain(site, api)
        course = _judged(site)
        course.figures |= {"learners": learners, "kills": kills}
        return course


def _learner(site: Site, dice: random.Random) -> str:
    asked = site.ask(dice.choice(TOPICS), deadline_date=_in(dice.randrange(20, 60)))
    zone = dice.choice(ZONES)
    site.sql("update public.users set time_zone = %s where id = %s", zone, asked.person)
    if dice.random() < 0.6:
        site.call(
            "create_plan", asked.person, topic=dice.choice(TOPICS), skill_level="beginner",
            weekly_hours="3", learning_style="mixed",
        )  # fmt: skip
    return asked.person


def _in(days: int) -> str:
    return str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days))


def _disturbed(site: Site, api: str, people: list[str], dice: random.Random, events: int) -> int:
    """Let things happen to people, and kill a worker after every few of them."""
    happen: tuple[Callable[[Site, str, random.Random], None], ...] = (
        _tick, _tick, _slip, _name_hours, _travel, _move, _be_busy, _night, _decide, _ask_again,
    )  # fmt: skip
    crews = [ExitStack() for _ in range(WORKERS)]
    for crew in crews:
        crew.enter_context(_worker(site, api))
    kills = 0
    for number in range(events):
        dice.choice(happen)(site, dice.choice(people), dice)
        if number % EVENTS_TO_A_KILL == EVENTS_TO_A_KILL - 1:
            crew = dice.choice(crews)
            crew.close()  # leaving kills
            crew.enter_context(_worker(site, api))
            kills += 1
    for crew in crews:
        crew.close()
    return kills


def _worker(site: Site, api: str, *further: str) -> Worker:
    return Worker(api, site.key, "schedule_plan", *further)


def _drain(site: Site, api: str) -> None:
    with Worker(api, site.key, "generate_plan", "--drain") as planner:
        assert planner.wait() == 0
    while site.sql("select msg_id from pgmq.q_schedule_plan limit 1"):
        site.expire_leases()
        with _worker(site, api, "--drain") as last:
            assert last.wait() == 0


def _tick(site: Site, person: str, dice: random.Random) -> None:
    """Finish the next task, in more or less time than it was given."""
    site.sql(
        "insert into public.task_progress (task_id, user_id, status, actual_minutes)"
        " select s.task_id, s.user_id, 'completed', %s from public.sessions s"
        " where s.user_id = %s order by s.starts_at limit 1 on conflict (task_id, user_id)"
        " do update set status = 'completed', actual_minutes = excluded.actual_minutes",
        dice.randrange(10, 150),
        person,
    )


def _slip(site: Site, person: str, dice: random.Random) -> None:
    """Some days go by in which nothing is done."""
    site.sql(
        "update public.sessions set starts_at = starts_at - make_interval(days => %s),"
        " ends_at = ends_at - make_interval(days => %s) where user_id = %s and pinned_at is null",
        *(days := [dice.randrange(1, 9)]),
        *days,
        person,
    )


def _name_hours(site: Site, person: str, dice: random.Random) -> None:
    days = dice.sample(range(1, 8), dice.randrange(2, 7))
    begins = dice.randrange(6, 20)
    windows = [
        {"weekday": day, "starts": f"{begins:02}:00", "ends": f"{begins + 3:02}:30"} for day in days
    ]
    site.call("save_study_windows", person, windows=windows)


def _travel(site: Site, person: str, dice: random.Random) -> None:
    site.sql("update public.users set time_zone = %s where id = %s", dice.choice(ZONES), person)


def _move(site: Site, person: str, dice: random.Random) -> None:
    """Put one session where the learner wants it, which pins it."""
    site.sql(
        "update public.sessions set pinned_at = now(), starts_at = starts_at + interval '1 day',"
        " ends_at = ends_at + interval '1 day' where id = (select id from public.sessions"
        " where user_id = %s and starts_at > now() order by md5(id::text || %s) limit 1)",
        person,
        str(dice.random()),
    )


def _be_busy(site: Site, person: str, dice: random.Random) -> None:
    site.sql(
        "insert into public.busy_times (user_id, starts_at, ends_at) select %s, d.at, d.at +"
        " interval '2 hours' from (select now() + make_interval(hours => %s) as at) d",
        person,
        dice.randrange(300),
    )


def _night(site: Site, _person: str, _dice: random.Random) -> None:
    site.sql(
        "update public.plan_schedules s set look_at = now() from (select id from"
        " public.plan_schedules order by user_id, plan_id for update) o where o.id = s.id"
    )
    site.sql("select private.enqueue_catch_ups()")


def _decide(site: Site, person: str, dice: random.Random) -> None:
    """Accept or refuse what is proposed; a conflict is an answer too."""
    for row in site.sql(
        "select id from public.catch_ups where user_id = %s and status = 'open'", person
    ):
        verb = dice.choice(("accept", "reject"))
        _called(site, f"{verb}_catch_up", person, catch_up_id=str(row["id"]))


def _ask_again(site: Site, person: str, _dice: random.Random) -> None:
    for row in site.sql("select plan_id from public.plan_schedules where user_id = %s", person):
        site.call("schedule_plan", person, plan_id=str(row["plan_id"]))


def _called(site: Site, function: str, person: str, **arguments: Any) -> None:
    try:
        site.call(function, person, **arguments)
    except AssertionError as refused:
        if '"code":"calendar_moved_on"' in str(refused) or "catch_up_is_" in str(refused):
            return
        raise


def _judged(site: Site) -> Course:
    course = Course()
    for what, query in (
        ("two sessions at a time", OVERLAPPING),
        ("an open task without a time", WITHOUT_TIME),
        ("a schedule that is not current", NOT_CURRENT),
        ("a dead letter", "select * from worker.dead_letters"),
        ("a message left behind", "select * from pgmq.q_schedule_plan"),
    ):
        if found := site.sql(query):
            course.broken[what] = [str(row)[:200] for row in found[:5]]
    [counted] = site.sql(
        "select (select count(*) from public.sessions) as sessions,"
        " (select count(*) from public.catch_ups) as catch_ups,"
        " (select count(*) from pgmq.a_schedule_plan) as placed"
    )
    course.figures = dict(counted)
    return course
