"""The weekly summary: at everybody's own hour, once a week, whatever the clocks do."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest

from learnbase.digest import NothingDue, Silence, Summary, links_needed, render, summary
from tests.stories.letters import QUARTER, Clock, Letters, summary_of
from tests.stories.schedules import placed
from tests.world import HIDDEN, Refusal, at_once, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack import Stack
    from tests.stories.schedules import Scheduled
    from tests.world import Person, Row, World


@pytest.fixture
def clock(world: World) -> Iterator[Clock]:
    """No learner but those of the story, and a clock to be turned; nothing of it stays."""
    clock = Clock.over(world.database_url)
    with contextlib.closing(clock.connection):
        clock.sql("delete from public.summary_times")
        clock.sql("delete from private.summary_hours")
        yield clock
        clock.connection.rollback()


def learner(clock: Clock, zone: str = "UTC", weekday: int = 1, at: str = "08:00") -> str:
    """Somebody whose summary comes then."""
    [row] = clock.sql(
        "insert into public.users (clerk_user_id, time_zone)"
        " values (gen_random_uuid()::text, %s) returning id::text",
        zone,
    )
    clock.sql(
        "update public.summary_times set weekday = %s, time_of_day = %s where user_id = %s",
        *(weekday, at, row["id"]),
    )
    return str(row["id"])


def due_at(clock: Clock, person: str) -> datetime:
    [row] = clock.sql(
        "select h.next_at from public.summary_times s join private.summary_hours h"
        " on h.id = s.hour_id where s.user_id = %s",
        person,
    )
    at: datetime = row["next_at"]
    return at


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


# Every zone, every week

# As a scheduler that comes every quarter of an hour; those at which nobody is due are left out.
WEEK = """
    do $$
    declare
        tick timestamptz;
    begin
        loop
            select to_timestamp(ceil(extract(epoch from min(h.next_at)) / 900) * 900) into tick
            from private.summary_hours h;
            exit when tick > '{ends}';
            perform private.enqueue_weekly_summaries(tick);
            insert into public.ticks
            select tick, q.message ->> 'week', p::uuid
            from pgmq.q_weekly_summary q, jsonb_array_elements_text(q.message -> 'user_ids') p;
            delete from pgmq.q_weekly_summary;
            commit;
        end loop;
    end $$
"""
HOURS = ((1, "08:00"), (7, "02:30"))
# Where a day may begin an hour late, as do Sundays there, or Fridays.
MIDNIGHT = ("America/Asuncion", "America/Havana", "America/Santiago", "Asia/Beirut", "Africa/Cairo")
MIDNIGHTS = ((7, "00:00"), (5, "00:00"), (6, "23:30"), (7, "23:59"))


def test_every_zone_gets_one_a_week_at_its_own_hour(stack: Stack) -> None:
    clock = Clock.over(stack.fresh_database("weeks_alone"))
    clock.connection.autocommit = True
    clock.sql("set synchronous_commit = off")
    clock.sql("create table public.ticks (at timestamptz, week text, person uuid)")
    # Postgres reads CET, EET, MET and WET as winter time alone, as all who write to it do.
    known = "select name from pg_timezone_names except select abbrev from pg_timezone_abbrevs"
    zones = sorted(available_timezones() & {row["name"] for row in clock.sql(known)})
    assert len(zones) > 400
    with clock.connection.transaction():
        whose = {learner(clock, zone, *hour): (zone, *hour) for zone in zones for hour in HOURS}
        whose |= {
            learner(clock, zone, *hour): (zone, *hour) for zone in MIDNIGHT for hour in MIDNIGHTS
        }
        clock.sql("select private.prune_summary_hours()")
        # Everybody's hour was found from the moment that the transaction holds for now.
        [row] = clock.sql("select now() as begins")
    begins = row["begins"].astimezone(UTC)
    ends = begins.replace(minute=0, second=0, microsecond=0) + timedelta(weeks=53)
    for week in range(1, 54):
        clock.sql(WEEK.format(ends=ends - timedelta(weeks=53 - week)))
        clock.sql("vacuum private.summary_hours, pgmq.q_weekly_summary")
    heard: dict[str, dict[str, datetime]] = {person: {} for person in whose}
    for row in clock.sql("select at, week, person::text from public.ticks"):
        weeks = heard[row["person"]]
        assert row["week"] not in weeks, "twice in a week"
        weeks[row["week"]] = row["at"]
    clock.connection.close()
    stack.drop_database("weeks_alone")
    for person, (name, weekday, hour) in whose.items():
        expected = wall_times(ZoneInfo(name), weekday, time.fromisoformat(hour), begins, ends)
        assert expected.keys() == heard[person].keys(), (name, weekday, hour)
        for week, instants in expected.items():
            late = [heard[person][week] - instant for instant in instants]
            assert any(timedelta(0) <= wait < QUARTER for wait in late), (name, hour, week)


def wall_times(
    zone: ZoneInfo, weekday: int, hour: time, begins: datetime, ends: datetime
) -> dict[str, list[datetime]]:
    """When a weekday's hour comes, by week; two instants where the clocks repeat it."""
    today = begins.astimezone(zone).date()
    first = today - timedelta(days=today.isoweekday() - weekday)
    found = {}
    for number in range(-1, 56):
        day = first + timedelta(weeks=number)
        instants = [
            datetime.combine(day, hour, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)
        ]
        # Where the clocks repeat an hour, it is the second one.
        if begins < max(instants) <= ends:
            found[week_of(day)] = instants
    return found


# What else may happen to a clock


def test_a_zone_that_nobody_knows_stops_nobody(clock: Clock) -> None:
    lost, ada = learner(clock, "Europe/Berlin"), learner(clock, "Europe/Paris")
    clock.sql("update private.summary_hours set time_zone = 'Nowhere' where time_zone like '%%lin'")
    last = due_at(clock, ada) + timedelta(hours=3)
    for week in range(3):
        [(_, queued)] = clock.tick(last + timedelta(weeks=week)).items()
        assert sorted(queued) == sorted([lost, ada])


def test_a_missed_tick_is_made_up_for_and_a_day_later_it_is_not(clock: Clock) -> None:
    ada = learner(clock)
    due = due_at(clock, ada)
    assert clock.tick(due - QUARTER) == {}
    [(week, queued)] = clock.tick(due + timedelta(hours=23)).items()
    assert (week, queued) == (week_of(due.date()), [ada])
    assert clock.tick(due + timedelta(hours=23)) == {}
    assert due_at(clock, ada) == due + timedelta(weeks=1)
    assert clock.tick(due + timedelta(weeks=1, hours=25)) == {}
    assert due_at(clock, ada) == due + timedelta(weeks=2)
    assert list(clock.tick(due + timedelta(weeks=2))) == [week_of(due.date() + timedelta(14))]


def test_a_hundred_learners_share_a_message(clock: Clock) -> None:
    people = [learner(clock) for _ in range(101)]
    clock.sql("delete from pgmq.q_weekly_summary")
    clock.sql("select private.enqueue_weekly_summaries(%s)", due_at(clock, people[0]))
    sent = clock.sql("select message from pgmq.q_weekly_summary order by msg_id")
    assert sorted(len(row["message"]["user_ids"]) for row in sent) == [1, 100]
    assert {row["message"]["v"] for row in sent} == {1}


def test_two_schedulers_at_once_are_as_one(world: World, letters: Letters) -> None:
    ada = world.person()
    its_hour_comes(world, ada)
    run = {"schedule": "weekly-summary"}
    answers = at_once(*[lambda: world.service.rpc("run_schedule", "worker", **run)] * 4)
    assert [answer.status_code for answer in answers] == [200] * 4
    queued = [p for job in letters.read("weekly_summary") for p in job["message"]["user_ids"]]
    assert queued.count(ada.id) == 1


def test_a_dry_run_moves_nothing(world: World, letters: Letters) -> None:
    ada = world.person()
    before = ada.call("next_summary")
    tried = {"schedule": "weekly-summary", "at": before, "dry_run": True}
    assert letters.call("run_schedule", **tried) >= 1
    assert ada.call("next_summary") == before
    assert letters.read("weekly_summary") == []


# A choice of one's own


def test_a_new_learner_gets_it_on_monday_at_eight(world: World) -> None:
    ada = world.person(time_zone="Asia/Kathmandu")
    [row] = ada.rows("summary_times")
    assert (row["weekday"], row["time_of_day"], row["time_zone"]) == (
        1,
        "08:00:00",
        "Asia/Kathmandu",
    )
    due = datetime.fromisoformat(ada.call("next_summary")).astimezone(ZoneInfo("Asia/Kathmandu"))
    assert (due.isoweekday(), due.time()) == (1, time(8))
    assert ada.update("users", {"time_zone": "America/Lima"}, id=f"eq.{ada.id}").status_code == 200
    due = datetime.fromisoformat(ada.call("next_summary")).astimezone(ZoneInfo("America/Lima"))
    assert (due.isoweekday(), due.time()) == (1, time(8))


def test_a_learner_chooses_day_and_hour(world: World) -> None:
    ada, bob = world.person(), world.person("Bob")
    wish = {"weekday": 5, "time_of_day": "17:45:31.5"}
    assert ada.update("summary_times", wish, user_id=f"eq.{ada.id}").status_code == 200
    due = datetime.fromisoformat(ada.call("next_summary"))
    assert (due.isoweekday(), due.time()) == (5, time(17, 45))
    assert bob.update("summary_times", wish, user_id=f"eq.{ada.id}").json() == []
    assert [row["weekday"] for row in bob.rows("summary_times")] == [1]
    assert refusal(ada.update("summary_times", {"time_zone": "UTC"})) == HIDDEN
    assert refusal(ada.update("summary_times", {"hour_id": 1})) == HIDDEN
    assert world.nobody.rpc("next_summary").status_code == 401


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"weekday": 0}, "weekday"),
        ({"weekday": 8}, "weekday"),
        ({"weekday": None}, "weekday"),
        ({"time_of_day": "24:00"}, "time_of_day"),
        ({"time_of_day": None}, "time_of_day"),
    ],
)
def test_an_hour_that_is_none_is_refused_by_its_field(world: World, wish: Row, field: str) -> None:
    refused = refusal(world.person().update("summary_times", wish, weekday="eq.1"))
    assert refused == Refusal(422, f"invalid_{field}", field)


def test_hours_that_nobody_has_are_swept_away(world: World) -> None:
    ada = world.person()
    hours = (
        "select count(*) from private.summary_hours where time_of_day between '03:31' and '03:33'"
    )
    for minute in (31, 32, 33):
        ada.update("summary_times", {"time_of_day": f"03:{minute}"}, user_id=f"eq.{ada.id}")
    assert world.value(hours) == 3
    world.service.call("run_schedule", "worker", schedule="prune-archives")
    assert world.value(hours) == 1
    assert ada.call("next_summary") is not None


def its_hour_comes(world: World, person: Person, ago: str = "1 minute") -> None:
    """The hour that this learner chose has just come; it is theirs alone."""
    world.sql(
        "update private.summary_hours h set next_at = now() - %s::interval, last_week = null"
        " from public.summary_times s where s.hour_id = h.id and s.user_id = %s",
        *(ago, person.id),
    )


def written_for(letters: Letters, person: Person) -> list[str]:
    """Write all that is queued; answers the weeks this learner's letters are of."""
    for job in letters.read("weekly_summary"):
        loaded = letters.load(job)
        letters.complete(job, {"summaries": [summary_of(one) for one in loaded["learners"]]})
    rows = letters.of(person, kind="weekly_summary")
    return [row["context"]["week"] for row in rows if row["channel"] == "email"]


def test_another_hour_in_the_middle_of_a_week_is_still_one_a_week(
    world: World, letters: Letters
) -> None:
    ada = world.person()
    mine = {"user_id": f"eq.{ada.id}"}
    ada.update("summary_times", {"time_of_day": "04:44"}, **mine)
    its_hour_comes(world, ada)
    letters.run("weekly-summary")
    [week] = written_for(letters, ada)
    for minute in range(45, 48):
        ada.update("summary_times", {"time_of_day": f"04:{minute}"}, **mine)
        its_hour_comes(world, ada)
        letters.run("weekly-summary")
        assert written_for(letters, ada) == [week]
    its_hour_comes(world, ada)
    due = datetime.fromisoformat(ada.call("next_summary"))
    assert week_of(due.date()) > week


def test_who_chooses_an_earlier_hour_while_it_is_due_does_not_lose_the_week(
    world: World, letters: Letters
) -> None:
    ada = world.person()
    now = datetime.now(UTC) - timedelta(minutes=1)  # when it came
    mine = {"user_id": f"eq.{ada.id}"}
    ada.update("summary_times", {"weekday": now.isoweekday(), "time_of_day": "04:54"}, **mine)
    its_hour_comes(world, ada)
    passed = {"weekday": now.isoweekday(), "time_of_day": "00:00"}
    assert ada.update("summary_times", passed, **mine).status_code == 200
    due = datetime.fromisoformat(ada.call("next_summary"))
    assert week_of(due.date()) > week_of(now.date())
    assert written_for(letters, ada) == [week_of(now.date())]


def test_who_chooses_an_hour_that_is_over_before_theirs_has_come_does_not_lose_the_week(
    world: World, letters: Letters
) -> None:
    # Where it is neither the first minute of the week nor the last.
    far = {1: "Pacific/Kiritimati", 7: "Etc/GMT+12"}
    zone = ZoneInfo(far.get(datetime.now(UTC).isoweekday(), "UTC"))
    ada = world.person(time_zone=str(zone))
    mine = {"user_id": f"eq.{ada.id}"}

    def next_week() -> str:
        return week_of(datetime.fromisoformat(ada.call("next_summary")).astimezone(zone).date())

    def choose(weekday: int, hour: str) -> None:
        wish = {"weekday": weekday, "time_of_day": hour}
        assert ada.update("summary_times", wish, **mine).status_code == 200

    choose(7, "23:59")
    week = next_week()
    choose(1, "00:00")
    assert written_for(letters, ada) == [], "who has just come chooses for the first time"
    letters.came_days_ago(ada)
    choose(7, "23:59")
    choose(1, "00:00")
    assert written_for(letters, ada) == [week]
    choose(7, "23:59")
    choose(1, "00:00")
    assert written_for(letters, ada) == [week]
    assert next_week() > week


# What it says


def load_of(letters: Letters, person: Person) -> Row:
    """The week of a learner, as a worker loads it."""
    letters.world.sql("delete from pgmq.q_weekly_summary")
    its_hour_comes(letters.world, person)
    letters.run("weekly-summary")
    for job in letters.read("weekly_summary"):
        for found in letters.load(job)["learners"]:
            if found["user_id"] == person.id:
                return {**found, "job": job}
    raise AssertionError("nobody asked for a summary")


def decided(letters: Letters, person: Person) -> Summary | NothingDue | Silence:
    """What is said of a learner's week; it can be rendered."""
    week = load_of(letters, person)["week"]
    said = summary(week)
    if not isinstance(said, Silence):
        context = said.model_dump()
        links = dict.fromkeys(links_needed(said.kind, context), "https://x.example")
        now = datetime.now(UTC)
        places = {"locale": week["locale"], "time_zone": week["time_zone"]}
        assert render(said.kind, context, **places, now=now, links=links).html
    return said


def alone(world: World, name: str = "Ada") -> Person:
    """Somebody whose summary comes at an hour of their own, so that stories do not meet."""
    person = world.person(name)
    minute = f"{uuid_minute(person):%H:%M}"
    wish = {"time_of_day": minute, "weekday": 3}
    assert person.update("summary_times", wish, user_id=f"eq.{person.id}").status_code == 200
    return person


def uuid_minute(person: Person) -> datetime:
    return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(minutes=int(person.id[:6], 16) % 1440)


def today() -> date:
    return datetime.now(UTC).date()


def test_a_week_without_sessions_is_that_of_the_plans_own_calendar(
    world: World, letters: Letters
) -> None:
    ada = alone(world)
    started = (today() - timedelta(weeks=1)).isoformat()
    whole = ada.whole_plan(3, 2, start_date=started)
    ada.tick(whole.tasks[0][0], actual_minutes=45)
    said = decided(letters, ada)
    assert isinstance(said, Summary)
    [plan] = said.plans
    assert [task.title for task in plan.tasks] == ["Task 1", "Task 2"]
    assert {str(task.task_id) for task in plan.tasks} == {task["id"] for task in whole.tasks[1]}
    assert [str(task.task_id) for task in plan.overdue] == [whole.tasks[0][1]["id"]]
    assert plan.current_week is not None
    assert plan.current_week.order == 1
    assert plan.next_milestone is not None
    assert plan.next_milestone.date == today() - timedelta(days=1)
    assert (said.tasks_due, said.minutes_due) == (2, 60)
    assert plan.percent == 16
    assert said.streak_days == 1


def test_every_open_task_is_due_once_in_the_weeks_of_a_plan(world: World, letters: Letters) -> None:
    ada = alone(world)
    whole = ada.whole_plan(2, 2, start_date=(today() - timedelta(days=4)).isoformat())
    said = load_of(letters, ada)["week"]["plans"][0]
    # Its first week ends on a Sunday that is past, or lies in ours: by the day that due_tasks says.
    found = [task["task_id"] for task in said["tasks_due"] + said["overdue"]]
    due = ada.rows("rpc/due_tasks")
    assert {row["task_id"] for row in due} <= {*found, *(t["id"] for t in whole.tasks[1])}
    assert len(found) == len(set(found))


def test_a_week_of_sessions(world: World, letters: Letters, scheduled: Scheduled) -> None:
    ada = scheduled.learner
    ada.update("summary_times", {"weekday": 4, "time_of_day": "03:03"}, user_id=f"eq.{ada.id}")
    now = datetime.now(UTC)
    soon = now + timedelta(minutes=5)
    times = {"Read": now - timedelta(days=1), "Watch": soon, "Ship": now + timedelta(days=15)}
    for title, begins in times.items():
        world.sql(
            "update public.sessions set starts_at = %s, ends_at = %s, local_date = %s"
            " where id = %s",
            *(
                begins,
                begins + timedelta(minutes=30),
                begins.date(),
                scheduled.sessions[title]["id"],
            ),
        )
    said = decided(letters, ada)
    assert isinstance(said, Summary)
    [plan] = said.plans
    due = [(task.title, task.minutes, task.session_at) for task in plan.tasks]
    assert due == [("Watch", 30, soon)]
    assert [task.title for task in plan.overdue] == ["Read"]
    assert plan.feasibility is not None
    assert plan.catch_up is None


@pytest.mark.parametrize("day", range(7))
def test_the_week_is_the_seven_days_from_the_readers_own_day_on(
    world: World, scheduled: Scheduled, day: int
) -> None:
    at = datetime(2026, 3, 2, 18, tzinfo=UTC) + timedelta(days=day)
    midnight = at.replace(hour=0) + timedelta(days=7)
    times = {"Read": at - timedelta(days=1), "Watch": midnight - timedelta(hours=1)}
    for title, begins in {**times, "Ship": midnight}.items():
        world.sql(
            "update public.sessions set starts_at = %s, ends_at = %s, local_date = %s"
            " where id = %s",
            *(begins, begins + timedelta(minutes=30), begins.date()),
            scheduled.sessions[title]["id"],
        )
    told = world.value(
        "select private.plan_of_week(%s, %s, 'UTC', %s)", scheduled.id, scheduled.learner.id, at
    )
    assert [task["title"] for task in told["tasks_due"]] == ["Watch"]
    assert [task["title"] for task in told["overdue"]] == ["Read"]
    for ago, is_told in ((8, False), (7, True), (1, True), (0, False)):
        world.sql("delete from public.task_progress where user_id = %s", scheduled.learner.id)
        world.sql(
            "insert into public.task_progress (user_id, task_id, status, completed_at)"
            " values (%s, %s, 'completed', %s)",
            *(scheduled.learner.id, scheduled.tasks["Ship"], at - timedelta(days=ago)),
        )
        told = world.value(
            "select private.plan_of_week(%s, %s, 'UTC', %s)",
            *(scheduled.id, scheduled.learner.id, at),
        )
        titles = [task["title"] for task in told["finished_last_week"]]
        assert titles == (["Ship"] if is_told else []), ago


def test_a_catch_up_that_waits_for_a_word_is_in_it(letters: Letters, scheduled: Scheduled) -> None:
    ada = scheduled.learner
    ada.update("summary_times", {"weekday": 4, "time_of_day": "03:04"}, user_id=f"eq.{ada.id}")
    waiting = scheduled.propose()
    said = decided(letters, ada)
    assert isinstance(said, Summary)
    [plan] = said.plans
    assert plan.catch_up is not None
    assert str(plan.catch_up.id) == waiting


def test_a_follower_reads_of_their_own_weeks_while_the_plan_is_public(
    world: World, letters: Letters
) -> None:
    ada, bob = alone(world), alone(world, "Bob")
    long_ago = (today() - timedelta(weeks=30)).isoformat()
    whole = ada.whole_plan(2, 1, start_date=long_ago, visibility="public")
    bob.follow(whole.plan, start_date=today().isoformat())
    said = decided(letters, bob)
    assert isinstance(said, Summary)
    assert [str(task.task_id) for task in said.plans[0].tasks] == [whole.tasks[0][0]["id"]]
    assert said.overdue == 0
    ada.update("learning_plans", {"visibility": "private"}, id=f"eq.{whole.plan['id']}")
    said = decided(letters, bob)
    assert isinstance(said, NothingDue)
    assert said.occasion == "no_plan"


def test_a_finished_plan_and_an_empty_one_have_nothing_due(world: World, letters: Letters) -> None:
    ada = alone(world)
    ada.plan(topic="Empty")
    ada.module(ada.plan(topic="Without tasks"))
    said = decided(letters, ada)
    assert isinstance(said, NothingDue)
    whole = ada.whole_plan(1, 1)
    ada.tick(whole.task)
    said = decided(letters, ada)
    assert isinstance(said, NothingDue)
    week = load_of(letters, ada)["week"]
    assert [plan["completion"] for plan in week["plans"]] == [0, 1]
    assert len(week["active_days"]) == 1


def test_what_was_set_aside_is_in_nobodys_week(world: World, letters: Letters) -> None:
    ada = alone(world)
    whole = ada.whole_plan(1, 2, start_date=today().isoformat())
    ada.tick(whole.task, "not_started", set_aside_at=datetime.now(UTC).isoformat())
    [plan] = load_of(letters, ada)["week"]["plans"]
    assert [task["task_id"] for task in plan["tasks_due"]] == [whole.tasks[0][1]["id"]]


def test_after_three_letters_about_nothing_there_is_silence_until_something_is_due(
    world: World, letters: Letters
) -> None:
    ada = alone(world)
    for number in range(3):
        assert isinstance(decided(letters, ada), NothingDue)
        quiet(world, ada, f"2020-W0{number + 1}")
    assert isinstance(decided(letters, ada), Silence)
    quiet(world, ada, "2020-W09", letter="weekly_summary")
    assert isinstance(decided(letters, ada), NothingDue)


def quiet(world: World, person: Person, week: str, letter: str = "weekly_nothing_due") -> None:
    """They had that letter in that week, by both channels."""
    world.sql(
        "insert into public.notifications (user_id, kind, channel, dedupe_key, context)"
        " select %s, 'weekly_summary', c::public.notification_channel,"
        " c || ':weekly:' || %s || ':' || %s, jsonb_build_object('letter', %s::text)"
        " from unnest(array['email', 'in_app']) c",
        *(person.id, person.id, week, letter),
    )


# Once a week


def test_one_summary_a_learner_and_week_however_often_it_is_written(
    world: World, letters: Letters
) -> None:
    ada = alone(world)
    found = load_of(letters, ada)
    job = found.pop("job")
    again = letters.again(job) if len(letters.read("weekly_summary")) == 0 else job
    letters.complete(again, {"summaries": [summary_of(found)]})
    world.sql(
        "select private.apply_weekly_summary(%s::jsonb, %s::jsonb)",
        *(json.dumps(job["message"]), json.dumps({"summaries": [summary_of(found)]})),
    )
    rows = letters.of(ada, kind="weekly_summary")
    assert [row["channel"] for row in rows] == ["email", "in_app"]
    assert [row["status"] for row in rows] == ["queued", "delivered"]
    [batch] = letters.batches()
    assert [mail["notification_id"] for mail in batch["mails"]] == [str(rows[0]["id"])]
    its_hour_comes(world, ada)
    letters.run("weekly-summary")
    assert all(
        one["user_id"] != ada.id
        for job in letters.read("weekly_summary")
        for one in letters.load(job)["learners"]
    )


def test_a_message_that_comes_a_day_late_asks_for_nothing(world: World, letters: Letters) -> None:
    ada = alone(world)
    its_hour_comes(world, ada)
    letters.run("weekly-summary")
    world.sql(
        "update pgmq.q_weekly_summary"
        """ set message = message || '{"until": "2020-01-01T00:00:00Z"}'"""
    )
    assert [letters.load(job)["learners"] for job in letters.read("weekly_summary")] == [[]]


def test_whoever_left_and_whoever_wants_none_are_left_out(world: World, letters: Letters) -> None:
    ada, bob, eve = (alone(world, name) for name in ("Ada", "Bob", "Eve"))
    for channel in ("email", "in_app"):
        ada.insert("notification_preferences", no("weekly_summary", channel))
    bob.insert("notification_preferences", no("weekly_summary", "email"))
    everybody = [ada.id, bob.id, eve.id]
    eve.call("delete_account")
    letters.world.sql(
        "select pgmq.send('weekly_summary', %s::jsonb)",
        json.dumps({"v": 1, "week": "2031-W01", "user_ids": everybody}),
    )
    job = letters.the_job("weekly_summary")
    [found] = letters.load(job)["learners"]
    assert (found["user_id"], found["mail"], found["in_app"]) == (bob.id, False, True)
    letters.complete(job, {"summaries": [summary_of(found)]})
    assert [row["channel"] for row in letters.of(bob, kind="weekly_summary")] == ["in_app"]
    assert letters.batches() == []


def no(kind: str, channel: str) -> Row:
    return {"kind": kind, "channel": channel, "enabled": False}


def test_a_visitor_without_an_address_reads_it_in_the_app(world: World, letters: Letters) -> None:
    visitor = world.person(anonymous=True)
    visitor.update("summary_times", {"time_of_day": "03:05"}, user_id=f"eq.{visitor.id}")
    found = load_of(letters, visitor)
    assert (found["mail"], found["in_app"]) == (False, True)


def test_days_off_and_sessions_of_others_stay_with_whom_they_belong(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    bob = alone(world, "Bob")
    day = today().isoformat()
    bob.insert("days_off", {"starts_on": day, "ends_on": day})
    followed = scheduled.followed_by(bob)
    followed.make(
        *[placed(task, "2031-03-03T18:00:00+00:00") for task in list(scheduled.tasks.values())[:1]]
    )
    week = load_of(letters, bob)["week"]
    assert week["days_off"] == [[day, day]]
    assert [plan["plan_id"] for plan in week["plans"]] == [scheduled.id]
