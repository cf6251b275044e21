"""A plan in its learner's week, and as a file, from a terminal."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import icalendar
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Shell
    from tests.world import Person, World


@pytest.fixture
def ada(world: World) -> Person:
    return world.person("Ada", tier="pro")


@pytest.fixture
def desk(ada: Person, as_person: Callable[[Person], Shell]) -> Shell:
    return as_person(ada)


def planned(desk: Shell, *wish: str) -> str:
    """A plan that was asked for, made and placed."""
    asked = desk.run("plan", "create", "Rust", "--hours", "5", *wish, "--no-wait", "--json")
    assert asked.code == 0, asked.err
    worked(desk)
    return str(json.loads(asked.out)["plan_id"])


def worked(desk: Shell) -> None:
    for job in ("generate_plan", "schedule_plan"):
        done = desk.run("work", job, "--drain")
        assert done.code == 0, done.err


def told(desk: Shell, *arguments: str) -> Any:
    said = desk.run(*arguments, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_sessions_and_what_fits_are_read_and_a_choice_is_taken(desk: Shell, ada: Person) -> None:
    plan = planned(desk)
    sessions = told(desk, "plan", "sessions", plan)
    assert sessions
    shown = desk.run("plan", "sessions", plan)
    assert sessions[0]["tasks"]["title"] in shown.out
    assert "✔ It fits" in shown.out

    ada.update("learning_plans", {"deadline_date": sessions[2]["local_date"]}, id=f"eq.{plan}")
    worked(desk)
    shown = desk.run("plan", "feasibility", plan)
    assert shown.out.startswith("✘ It does not fit before ")
    assert "later_date" in shown.out
    chosen = desk.run("plan", "feasibility", plan, "--choose", "dance")
    assert chosen.code == 2
    ada.call("choose_feasibility", plan_id=plan, choice="later_date")
    worked(desk)
    assert told(desk, "plan", "feasibility", plan)["fits"] is True


def test_feasibility_is_asked_before_there_is_a_plan(desk: Shell) -> None:
    wish = ("--topic", "Rust", "--hours", "1", "--deadline", "2099-01-01")
    assert told(desk, "plan", "feasibility", *wish)["fits"] is True
    refused = desk.run("plan", "feasibility", "--topic", "Rust", "--choose", "later_date")
    assert refused.code == 2


def test_who_is_on_course_has_nothing_to_move(desk: Shell, ada: Person) -> None:
    plan = planned(desk)
    ada.call("catch_up", plan_id=plan)
    worked(desk)
    assert ada.rows("catch_ups", plan_id=f"eq.{plan}") == []
    refused = desk.run("plan", "catch-up", plan, "--decide", "accept")
    assert (refused.code, refused.err.startswith("There is no catch-up to accept")) == (1, True)


def test_a_plan_is_written_as_each_kind_of_file(desk: Shell) -> None:
    plan = planned(desk)
    events = icalendar.Calendar.from_ical(desk.run("export", plan, "--to", "ics").out).events
    assert len(events) == len(told(desk, "plan", "sessions", plan))
    tasks = json.loads(desk.run("export", plan[:8], "--to", "json").out)
    titles = [task["title"] for week in tasks["weeks"] for task in week["tasks"]]
    page = desk.run("export", plan, "--to", "markdown").out
    assert page.count("- [ ] ") == len(titles)
    table = list(csv.DictReader(io.StringIO(desk.run("export", plan, "--to", "csv").out)))
    assert len(table) >= len(titles)

    said = desk.run("export", plan, "--to", "csv", "--output", str(desk.folder))
    assert said.code == 0
    [written] = desk.folder.glob("*.csv")
    assert written.name in said.err
    nowhere = desk.run("export", plan, "--to", "csv", "--output", "/nowhere/at/all.csv")
    assert nowhere.code == 2


def test_a_stranger_exports_nothing(
    desk: Shell, world: World, as_person: Callable[[Person], Shell]
) -> None:
    plan = planned(desk)
    said = as_person(world.person("Eve")).run("export", plan, "--to", "json")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("There is no such plan")


def test_a_schedule_of_the_platform_is_tried_and_run_from_another_clock(
    desk: Shell, ada: Person, world: World
) -> None:
    plan = planned(desk)
    # As if the session that is next had been due last week.
    world.sql("alter table public.sessions disable trigger user")
    world.sql(
        "update public.sessions set starts_at = starts_at - interval '90 days',"
        " ends_at = ends_at - interval '90 days' where plan_id = %s",
        plan,
    )
    world.sql("alter table public.sessions enable trigger user")
    world.sql("update public.plan_schedules set look_at = '2020-01-01' where plan_id = %s", plan)
    run = ("cron", "run", "catch-up")
    said = [desk.run(*run, "--dry-run").out for _ in range(2)]
    assert said[0] == said[1]
    assert said[0].endswith(" schedules to be caught up (nothing was changed).\n")
    assert ada.rows("plan_schedules", plan_id=f"eq.{plan}")[0]["status"] == "ready"
    count = said[0].split()[0]
    assert desk.run(*run).out == f"{count} schedules to be caught up.\n"
    assert ada.rows("plan_schedules", plan_id=f"eq.{plan}")[0]["status"] == "waiting"
    assert desk.run(*run, "--at", "soon").code == 2
    future = desk.run(*run, "--at", "2099-01-01T12:00")
    assert (future.code, future.out) == (1, "")
    assert "--dry-run" in future.err
    worked(desk)
