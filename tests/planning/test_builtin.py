import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnbase.planning.budget import NoTime, week_budgets
from learnbase.planning.builtin import plan
from learnbase.planning.catalogue import catalogue
from learnbase.planning.checks import findings
from learnbase.planning.curriculum import curricula
from learnbase.planning.request import LearningStyle, PlanRequest, SkillLevel
from learnbase.planning.roadmap import Roadmap, TaskKind

START = date(2026, 8, 3)
KNOWN = {page.url for page in catalogue()}
ENDS_EARLY = "You have more time"


def request(topic: str, *, days: int | None = None, **wishes: Any) -> PlanRequest:
    return PlanRequest.model_validate(
        {
            "topic": topic,
            "skill_level": "beginner",
            "weekly_hours": 5,
            "learning_style": "practice",
            "start_date": START,
            "deadline_date": None if days is None else START + timedelta(days=days - 1),
        }
        | wishes
    )


def kinds(roadmap: Roadmap) -> dict[TaskKind, float]:
    minutes = dict.fromkeys(TaskKind, 0)
    for week in roadmap.weeks:
        for task in week.tasks:
            minutes[task.kind] += task.minutes
    return {kind: spent / roadmap.minutes for kind, spent in minutes.items()}


def titles(roadmap: Roadmap) -> list[str]:
    return [task.title for week in roadmap.weeks for task in week.tasks]


def assert_sound(roadmap: Roadmap, wish: PlanRequest) -> None:
    """Everything that holds for each plan, whatever was asked."""
    assert findings(roadmap, wish) == []
    budgets = week_budgets(wish, weeks=len(roadmap.weeks))
    assert len(budgets) == len(roadmap.weeks)
    ends_early = ENDS_EARLY in roadmap.note
    for week, budget in zip(roadmap.weeks, budgets, strict=True):
        if week.week < len(budgets) or not ends_early:
            assert week.minutes == budget.minutes
        assert week.minutes <= budget.minutes
        if wish.deadline_date:
            last_day = budget.starts_on + timedelta(days=week.tasks[-1].day - 1)
            assert last_day <= wish.deadline_date
        assert len({task.title.casefold() for task in week.tasks}) == len(week.tasks)
        longest = 180 if wish.weekly_hours > 30 else 120
        assert all(10 <= task.minutes <= longest for task in week.tasks)
        assert all(task.minutes % 5 == 0 for task in week.tasks)
    assert len({week.title for week in roadmap.weeks}) == len(roadmap.weeks)
    assert {
        link.url for week in roadmap.weeks for task in week.tasks for link in task.resources
    } <= KNOWN
    assert Roadmap.model_validate(roadmap.model_dump()) == roadmap


TOPICS = st.one_of(
    st.sampled_from([curriculum.name for curriculum in curricula().values()]),
    st.sampled_from(["Watercolour", "Bookkeeping for a small club", "🎸", "تعلم الطبخ", "Go"]),
    st.text(st.characters(exclude_categories=["C", "Z", "M"]), min_size=1, max_size=200),
)
REQUESTS = st.builds(
    request,
    TOPICS,
    days=st.one_of(st.none(), st.integers(1, 40), st.integers(1, 1000)),
    skill_level=st.sampled_from(SkillLevel),
    weekly_hours=st.one_of(st.integers(1, 12), st.integers(1, 80)),
    learning_style=st.sampled_from(LearningStyle),
)


@settings(max_examples=150)
@given(REQUESTS)
def test_every_plan_is_sound_and_the_same_again(wish: PlanRequest):
    roadmap = plan(wish)
    assert_sound(roadmap, wish)
    assert plan(wish) == roadmap


@settings(max_examples=40)
@given(REQUESTS, st.integers(0, 40), st.integers(1, 5))
def test_what_was_finished_is_not_asked_for_again(wish: PlanRequest, start: int, count: int):
    done = tuple(titles(plan(wish))[start : start + count])
    second = wish.model_copy(update={"finished": done})
    roadmap = plan(second)
    assert_sound(roadmap, second)
    whole = {title for title in done if not re.search(r" \(\d+ of \d+\)$", title)}
    whole = {title for title in whole if not title.startswith(("Review", "Look back", "Mend"))}
    assert whole.isdisjoint(titles(roadmap))


def test_swift_for_ios_in_three_months_goes_from_the_language_to_an_app_of_ones_own():
    wish = request("Swift for iOS Development", days=91)
    roadmap = plan(wish)
    assert_sound(roadmap, wish)
    assert roadmap.method == "curriculum:ios"
    assert len(roadmap.weeks) == 13
    assert roadmap.minutes == 13 * 300
    assert roadmap.left_out == ()
    first = roadmap.weeks[0].tasks[0]
    assert first.day == 1
    assert "Install Xcode" in first.title
    assert first.resources
    names = titles(roadmap)
    order = ["Read: Optionals", "Read: State and bindings", "Read: Storing with SwiftData"]
    assert [name for name in names if name in order] == order
    assert any(name.startswith("Your own app") for name in names[-6:])
    assert "Review: weeks 1 to 4" in names
    assert names[-1] == "Look back and decide what comes next"
    sittings = [len({task.day for task in week.tasks}) for week in roadmap.weeks]
    assert set(sittings) <= {4, 5}
    domains = {link.url for week in roadmap.weeks for task in week.tasks for link in task.resources}
    assert any(url.startswith("https://docs.swift.org/") for url in domains)
    assert any(url.startswith("https://developer.apple.com/") for url in domains)


def test_half_a_year_of_ten_hours_is_filled_with_work_and_not_with_repetition():
    wish = request("Swift for iOS Development", days=182, weekly_hours=10, learning_style="mixed")
    roadmap = plan(wish)
    assert_sound(roadmap, wish)
    assert len(roadmap.weeks) == 26
    assert roadmap.note == ""
    shares = kinds(roadmap)
    assert shares[TaskKind.PROJECT] > 0.25
    assert shares[TaskKind.REVIEW] < 0.15
    memory = [name for name in titles(roadmap) if name.startswith("From memory")]
    assert len(memory) < len(titles(roadmap)) / 4


def test_without_a_deadline_a_plan_takes_its_natural_time():
    roadmap = plan(request("Swift for iOS Development"))
    assert 11 <= len(roadmap.weeks) <= 15
    assert roadmap.left_out == ()


def test_too_little_time_keeps_the_first_things_and_names_what_is_left_out():
    wish = request("Swift for iOS Development", days=28)
    roadmap = plan(wish)
    assert_sound(roadmap, wish)
    assert titles(roadmap)[0] == "Install Xcode and run your first line"
    assert "Storing with SwiftData" in roadmap.left_out
    assert "Optionals" not in roadmap.left_out
    assert set(roadmap.left_out).isdisjoint(titles(roadmap))


@pytest.mark.parametrize("days", [1, 2])
@pytest.mark.parametrize("hours", [1, 5, 80])
def test_a_deadline_today_or_tomorrow_gets_a_small_plan(days: int, hours: int):
    wish = request("Python", days=days, weekly_hours=hours)
    roadmap = plan(wish)
    assert_sound(roadmap, wish)
    assert len(roadmap.weeks) == 1
    assert roadmap.left_out
    assert ENDS_EARLY not in roadmap.note


def test_one_hour_a_week_is_cut_into_half_hours():
    wish = request("Python", weekly_hours=1)
    roadmap = plan(wish)
    assert_sound(roadmap, wish)
    assert max(task.minutes for week in roadmap.weeks for task in week.tasks) <= 30
    assert all(len(week.tasks) >= 2 for week in roadmap.weeks)


@pytest.mark.parametrize("style", list(LearningStyle))
def test_eighty_hours_a_week_is_at_most_fifty_long_tasks(style: LearningStyle):
    wish = request("Python", days=28, weekly_hours=80, learning_style=style)
    roadmap = plan(wish)
    assert_sound(roadmap, wish)
    assert max(len(week.tasks) for week in roadmap.weeks) <= 50


def test_more_time_than_there_is_to_learn_ends_the_plan_early_and_says_so():
    wish = request("Git", days=365, weekly_hours=20)
    roadmap = plan(wish)
    assert_sound(roadmap, wish)
    assert len(roadmap.weeks) < 10
    assert ENDS_EARLY in roadmap.note


def test_no_hours_and_no_days_are_told_plainly():
    with pytest.raises(NoTime, match="0 hours"):
        plan(request("Python", weekly_hours=0))
    with pytest.raises(NoTime, match="before the start"):
        plan(request("Python", days=0))


@pytest.mark.parametrize(
    "topic",
    [
        "the preparation and preservation of medieval herbal remedies " * 3,
        "ñ" * 200,
        "👩‍👩‍👧‍👦" * 18,
        "تعلم الطبخ المغربي التقليدي",
        "כתיבה יוצרת",
        '<script>alert("x")</script> {topic} %s',
        "Knots \u202edesrever",
    ],
)
def test_any_topic_gets_the_general_method_without_links(topic: str):
    wish = request(topic.strip()[:200], days=60)
    roadmap = plan(wish)
    assert_sound(roadmap, wish)
    assert roadmap.method == "general"
    assert "no links" in roadmap.note
    assert not [link for week in roadmap.weeks for task in week.tasks for link in task.resources]
    assert "\u202e" not in roadmap.model_dump_json()
    assert max(len(week.title) for week in roadmap.weeks) < 160


def test_the_topic_stands_in_the_headings_of_the_general_method():
    roadmap = plan(request("Watercolour painting"))
    assert "Watercolour painting" in roadmap.weeks[0].title


def test_styles_change_what_a_learner_does():
    shares = {
        style: kinds(plan(request("Rust", days=84, learning_style=style)))
        for style in LearningStyle
    }
    assert shares[LearningStyle.READING][TaskKind.READ] > 0.3
    assert shares[LearningStyle.VIDEO][TaskKind.WATCH] > 0.3
    assert shares[LearningStyle.READING][TaskKind.WATCH] == 0
    assert shares[LearningStyle.PRACTICE][TaskKind.PRACTICE] > 0.45
    assert shares[LearningStyle.MIXED][TaskKind.READ] > 0.1
    assert shares[LearningStyle.MIXED][TaskKind.WATCH] > 0.1


def test_levels_begin_where_the_learner_stands():
    beginner, intermediate, advanced = (
        titles(plan(request("Rust", skill_level=level))) for level in SkillLevel
    )
    assert "Install Rust and run hello with Cargo" in beginner
    assert "Install Rust and run hello with Cargo" not in intermediate
    assert any(name.startswith("Refresh: ") for name in intermediate)
    assert "Read: Unsafe" in advanced
    assert not {"Read: Lifetimes", "Read: Structs and methods"} & set(advanced)


def test_another_language_is_answered_honestly():
    assert "English only" in plan(request("Python", language="pt-BR")).note
    assert "English" not in plan(request("Python", language="en-GB")).note


def test_half_of_a_task_done_is_not_the_task_done():
    begun = plan(request("Python", finished=("Write a number guessing game (1 of 2)",)))
    ended = plan(request("Python", finished=("Write a number guessing game (2 of 2)",)))
    game = "Write a number guessing game"
    assert any(title.startswith(game) for title in titles(begun))
    assert not any(title.startswith(game) for title in titles(ended))


def test_everything_finished_gives_practice_rather_than_nothing():
    done = tuple(titles(plan(request("Git", days=200, weekly_hours=20))))
    wish = request("Git", days=28, finished=done)
    assert_sound(plan(wish), wish)


def test_the_result_is_what_the_database_takes():
    result = plan(request("Swift for iOS Development", days=91)).to_result()
    assert list(result) == ["modules", "summary"]
    assert [module["order"] for module in result["modules"]] == list(range(1, 14))
    for module in result["modules"]:
        tasks = module["tasks"]
        assert [task["order"] for task in tasks] == list(range(1, len(tasks) + 1))
        assert module["estimated_minutes"] == sum(task["estimated_minutes"] for task in tasks)
    link = result["modules"][0]["tasks"][0]["resources"][0]
    assert set(link) == {"type", "title", "url"}
    summary = result["summary"]
    assert (summary["weeks"], summary["hours"], summary["left_out"]) == (13, 65.0, [])
    assert summary["method"] == "curriculum:ios"
