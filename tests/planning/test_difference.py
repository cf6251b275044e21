"""What a new roadmap would change in a plan, and what it never touches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from learnbase.planning.difference import difference
from learnbase.planning.living import LivingPlan, LivingTask, LivingWeek
from learnbase.planning.roadmap import Roadmap
from tests.planning.plans import identity, living, roadmap

if TYPE_CHECKING:
    from learnbase.planning.proposal import Proposal


def told(proposal: Proposal) -> list[tuple[str, str, str]]:
    """Change, title and reason of each task."""
    return [
        (change["change"], change["title"], change["reason"]["code"])
        for change in proposal.to_result()["changes"]
        if change["what"] == "task"
    ]


def ids(proposal: Proposal) -> dict[str, str | None]:
    return {task["title"]: task["task_id"] for week in proposal.modules for task in week["tasks"]}


def test_the_same_roadmap_changes_nothing():
    there = living(["mix", "knead"], ["rise", "bake"])
    same = difference(there, roadmap({1: ["mix", "knead"], 2: ["rise", "bake"]}))
    assert (same.modules, same.changes) == ((), ())


def test_a_task_keeps_its_id_when_it_is_rewritten_or_moved():
    there = living(["Mix the dough", "Knead it"], ["Let it rise"])
    new = roadmap({1: ["Mix the doughs", "Let it rise"], 2: ["Knead it", "Bake"]})
    proposal = difference(there, new)
    assert ids(proposal) == {
        "Mix the doughs": identity("Mix the dough"),
        "Let it rise": identity("Let it rise"),
        "Knead it": identity("Knead it"),
        "Bake": None,
    }
    assert told(proposal) == [
        ("changed", "Mix the doughs", "rewritten"),
        ("moved", "Let it rise", "moved"),
        ("moved", "Knead it", "moved"),
        ("added", "Bake", "new"),
    ]


def test_of_two_that_are_alike_the_more_alike_one_is_the_task():
    there = living(["Shape the long loaf"])
    proposal = difference(there, roadmap({1: ["Shape the longer loaf", "Shape the long loafs"]}))
    assert ids(proposal) == {
        "Shape the longer loaf": None,
        "Shape the long loafs": identity("Shape the long loaf"),
    }


def test_of_two_that_are_as_alike_the_nearer_one_is_the_task():
    there = living(["Shape the loaf A"], ["rest"], ["Shape the loaf B"])
    proposal = difference(there, roadmap({1: ["mix"], 2: ["rest"], 3: ["Shape the loaf C"]}))
    assert ids(proposal)["Shape the loaf C"] == identity("Shape the loaf B")


def test_what_found_no_partner_is_dropped_and_says_why():
    there = living(["mix", "knead"], ["rise"])
    proposal = difference(there, roadmap({1: ["mix", "fold"]}))
    assert told(proposal) == [
        ("added", "fold", "new"),
        ("dropped", "knead", "replaced"),
        ("dropped", "rise", "week_gone"),
    ]
    [_, gone] = proposal.modules
    assert (gone["drop"], gone["module_id"]) == (True, identity("week 2"))


def test_what_is_fixed_stays_word_for_word_in_its_place():
    there = living(["mix", "knead", "rise"], fixed=["knead"])
    proposal = difference(there, roadmap({1: ["weigh", "fold", "shape"]}))
    [week] = proposal.modules
    assert [(task["order"], task["title"]) for task in week["tasks"]] == [
        (1, "weigh"),
        (2, "knead"),
        (3, "fold"),
        (4, "shape"),
    ]
    kept = week["tasks"][1]
    [task] = there.weeks[0].fixed
    assert kept == {
        "task_id": str(task.task_id),
        "order": task.order,
        "day": task.day,
        "title": task.title,
        "description": task.description,
        "estimated_minutes": task.minutes,
        "resources": None,
    }
    assert week["title"] == there.weeks[0].title, "a week that was begun keeps its name"


def test_what_is_done_is_not_asked_for_again():
    there = living(["mix", "knead"], ["rise"], done=["mix"])
    proposal = difference(there, roadmap({1: ["Mix!", "knead"], 2: ["rise"]}))
    assert told(proposal) == []


def test_what_remains_leaves_the_past_alone_and_takes_its_rest_along():
    there = living(["mix", "knead"], ["rise", "fold"], ["bake"], done=["mix"])
    new = roadmap({3: ["knead", "bake"], 4: ["taste"]})
    proposal = difference(there, new, from_week=3)
    assert told(proposal) == [
        ("dropped", "rise", "slipped"),
        ("dropped", "fold", "slipped"),
        ("moved", "knead", "slipped"),
        ("moved", "bake", "moved"),
        ("added", "taste", "new"),
    ]
    weeks = {week["order"]: week for week in proposal.modules}
    assert [task["title"] for task in weeks[1]["tasks"]] == ["mix"]
    assert (weeks[2]["tasks"], weeks[2]["drop"]) == ([], False), "the past keeps its weeks"
    assert weeks[4]["module_id"] is None


def test_new_tasks_are_put_on_days_that_are_not_over():
    there = living(["mix"], ["rise"])
    made = roadmap({2: ["fold", "bake"], 3: ["taste"]})
    early = difference(there, made, from_week=2).modules
    late = difference(there, made, from_week=2, days_over=3).modules

    def days(modules: list[dict[str, Any]]) -> dict[int, list[int]]:
        return {week["order"]: [task["day"] for task in week["tasks"]] for week in modules}

    was, now = days(early), days(late)
    assert now[2] == [min(day + 3, 7) for day in was[2]]
    assert now[3] == was[3]


def test_one_week_anew_leaves_the_others_as_they_are():
    there = living(["mix"], ["rise", "fold"], ["bake"])
    proposal = difference(there, roadmap({2: ["rise", "bake twice"]}), from_week=2, only_week=2)
    assert [week["order"] for week in proposal.modules] == [2]
    assert ids(proposal)["bake twice"] is None


def linked(new: Roadmap, title: str) -> Roadmap:
    """The roadmap with a link at the task of this title."""
    link = {"type": "doc", "title": "Dough", "url": "https://example.com/dough"}
    plain = new.model_dump()
    for week in plain["weeks"]:
        for task in week["tasks"]:
            if task["title"] == title:
                task["resources"] = [link]
    return Roadmap.model_validate(plain)


def test_links_are_new_only_where_the_text_is_and_the_new_one_has_some():
    there = living(["Mix dough", "Knead dough", "Bake bread"])
    new = roadmap({1: ["Mix dough", "Knead doughs", "Bake breads"]})
    [week] = difference(there, linked(linked(new, "Mix dough"), "Knead doughs")).modules
    mix, knead, bake = week["tasks"]
    assert mix["resources"] is None
    assert [link["url"] for link in knead["resources"]] == ["https://example.com/dough"]
    assert bake["resources"] is None, "other words alone take no link away"


def test_a_task_that_makes_room_has_not_moved():
    there = living(["mix", "knead", "rise"])
    new = roadmap({1: ["weigh", "mix", "knead", "rise"]})
    days = {"weigh": 1, "mix": 1, "knead": 3, "rise": 5}
    plain = new.model_dump()
    for task in plain["weeks"][0]["tasks"]:
        task["day"] = days[task["title"]]
    assert told(difference(there, Roadmap.model_validate(plain))) == [("added", "weigh", "new")]


def test_one_that_changes_place_has():
    there = living(["mix", "knead", "rise", "fold", "bake", "eat", "wash"])
    same_day = LivingPlan.model_validate(
        {
            "weeks": [
                week | {"tasks": [task | {"day": 1} for task in week["tasks"]]}
                for week in there.model_dump()["weeks"]
            ]
        }
    )
    plain = roadmap({1: ["knead", "rise", "fold", "mix", "bake", "eat", "wash"]}).model_dump()
    for task in plain["weeks"][0]["tasks"]:
        task["day"] = 1
    proposal = difference(same_day, Roadmap.model_validate(plain))
    assert told(proposal) == [("moved", "mix", "reordered")]


def test_looking_back_may_come_again():
    there = living(["mix", "Look back"], ["rise", "bake"], done=["Look back"])
    plain = roadmap({1: ["mix"], 2: ["rise", "bake", "Look back"]}).model_dump()
    plain["weeks"][1]["tasks"][2]["kind"] = "review"
    proposal = difference(there, Roadmap.model_validate(plain))
    assert told(proposal) == [("added", "Look back", "new")]


TITLES = st.sampled_from([f"{verb} the {noun}" for verb in ("mix", "cut", "bake", "eat")
                          for noun in ("bread", "dough", "rolls", "pie")])  # fmt: skip
WEEKS = st.lists(st.lists(TITLES, max_size=6), min_size=1, max_size=5)


@st.composite
def plans(draw: st.DrawFn) -> LivingPlan:
    weeks = draw(WEEKS)
    numbered = [
        [f"{title} {week}.{place}" for place, title in enumerate(titles)]
        for week, titles in enumerate(weeks)
    ]
    every = [title for titles in numbered for title in titles]
    some = st.lists(st.sampled_from(every), unique=True) if every else st.just([])
    return living(*numbered, fixed=draw(some), done=draw(some))


@st.composite
def roadmaps(draw: st.DrawFn) -> Roadmap:
    weeks = draw(WEEKS)
    filled = {number: titles or ["rest"] for number, titles in enumerate(weeks, start=1)}
    return roadmap(filled)


@given(plans(), roadmaps(), st.integers(1, 4), st.booleans())
def test_whatever_is_proposed_the_rules_hold(
    there: LivingPlan, new: Roadmap, from_week: int, only: bool
):
    only_week = from_week if only else None
    weeks = [week for week in new.weeks if week.week == from_week or not only]
    weeks = [week for week in weeks if week.week >= from_week]
    if not weeks:
        return
    new = new.model_copy(update={"weeks": tuple(weeks)})
    proposal = difference(there, new, from_week=from_week, only_week=only_week)
    assert proposal == difference(there, new, from_week=from_week, only_week=only_week)
    target = {week["order"]: week for week in proposal.modules}
    living_tasks = {str(t.task_id): (w.order, t) for w in there.weeks for t in w.tasks}
    placed = [task for week in proposal.modules for task in week["tasks"]]
    named = [task["task_id"] for task in placed if task["task_id"]]
    assert len(named) == len(set(named)), "an id once"
    assert set(named) <= set(living_tasks), "ids come from the plan"
    for order, week in target.items():
        orders = [task["order"] for task in week["tasks"]]
        assert orders == sorted(set(orders))
        assert all(1 <= number <= 200 for number in orders)
        if order < from_week:
            assert all(task["task_id"] for task in week["tasks"]), "nothing new in the past"
    changed = {
        change.id: change.change
        for change in proposal.changes
        if change.what == "task" and change.id
    }
    for task_id, (week_number, task) in living_tasks.items():
        there_now = next((t for t in placed if t["task_id"] == task_id), None)
        change = changed.get(task.task_id, "kept")
        if task.fixed or task.done:
            assert change == "kept"
            assert week_number not in target or word_for_word(task) in target[week_number]["tasks"]
        elif there_now is None:
            assert change == "dropped" or (change == "kept" and week_number not in target)
        else:
            assert change in {"kept", "changed", "moved"}
    assert sum(task["task_id"] is None for task in placed) == sum(
        change.change == "added" for change in proposal.changes if change.what == "task"
    )


@given(plans(), roadmaps(), st.integers(1, 4))
def test_what_was_accepted_changes_nothing_the_second_time(
    there: LivingPlan, new: Roadmap, from_week: int
):
    weeks = tuple(week for week in new.weeks if week.week >= from_week)
    if not weeks:
        return
    new = new.model_copy(update={"weeks": weeks})
    accepted = applied(there, difference(there, new, from_week=from_week))
    again = difference(accepted, new, from_week=from_week)
    assert [change.to_json() for change in again.changes if change.what == "task"] == []


def word_for_word(task: LivingTask) -> dict[str, Any]:
    return {
        "task_id": str(task.task_id),
        "order": task.order,
        "day": task.day,
        "title": task.title,
        "description": task.description,
        "estimated_minutes": task.minutes,
        "resources": None,
    }


def applied(there: LivingPlan, proposal: Proposal) -> LivingPlan:
    """The plan as it is once the proposal was accepted."""
    flags = {str(task.task_id): task for week in there.weeks for task in week.tasks}
    weeks = {week.order: week for week in there.weeks}
    for module in proposal.modules:
        weeks.pop(module["order"], None)
        if module["drop"]:
            continue
        weeks[module["order"]] = LivingWeek.model_validate(
            {
                "module_id": module["module_id"] or identity(f"new week {module['order']}"),
                "order": module["order"],
                "title": module["title"],
                "description": module["description"],
                "tasks": [
                    task
                    | {
                        "task_id": task["task_id"] or identity(f"{module['order']}/{place}"),
                        "minutes": task["estimated_minutes"],
                        "fixed": bool(task["task_id"]) and flags[task["task_id"]].fixed,
                        "done": bool(task["task_id"]) and flags[task["task_id"]].done,
                    }
                    for place, task in enumerate(module["tasks"])
                ],
            }
        )
    return LivingPlan(weeks=tuple(weeks[order] for order in sorted(weeks)))


def test_a_thousand_tasks_are_compared_at_once():
    titles = [[f"Week {week}: learn thing number {n}" for n in range(25)] for week in range(1, 41)]
    there = living(*titles, fixed=titles[0])
    new = roadmap(
        {
            week: [f"Week {week}: learn thing number {n + 5}" for n in range(25)]
            for week in range(2, 42)
        }
    )
    began = time.perf_counter()
    proposal = difference(there, new, from_week=2)
    print(f"{time.perf_counter() - began:.3f} s for 1,000 tasks")  # noqa: T201
    assert sum(change.what == "task" for change in proposal.changes) > 200
