from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from learnbase.planning.own_words import OwnWords
from learnbase.planning.request import PlanRequest

KEY = "https://docs.example.com/d/k3y-0f-mine"


def words(**said: Any) -> OwnWords:
    wish: dict[str, Any] = {
        "topic": "Rust", "skill_level": "beginner", "weekly_hours": 5, "learning_style": "mixed",
        "start_date": dt.date(2026, 11, 21),
    }  # fmt: skip
    return OwnWords.of(PlanRequest(**(wish | said)))


@pytest.mark.parametrize(
    ("notes", "url"),
    [
        (KEY, KEY),
        (KEY, f"{KEY}/edit"),
        (f"{KEY}/edit#gid=0", f"{KEY}/view"),
        ("docs.example.com/d/x", "https://docs.example.com/d/x"),
        ("www.example.com/d/x", "https://example.com/d/x"),
        ("https://example.com/d/x", "https://www.example.com/d/x"),
        (f"see [it]({KEY})", KEY),
        (f"({KEY}),", KEY),
        (f"{KEY}。次", KEY),
        (f"{KEY}—mine", KEY),
        (f"“{KEY}”", KEY),
        ("https://docs.example.com/d/k%33y-0f-mine", KEY),
        ("https://DOCS.example.com//d/x", "https://docs.example.com/d/x"),
        ("https://mine.example.com", "https://mine.example.com/start"),
        ("https://a.example.com/1,https://docs.example.com/d/x", "https://docs.example.com/d/x"),
        ("my document is 4kT9bbQz", "https://docs.example.com/d/4kT9bbQz/edit"),
        ("example.com", "https://deep.down.example.com/"),
    ],
)
def test_an_address_that_may_be_the_learners_is_theirs(notes: str, url: str):
    assert words(notes=notes).name(url)
    assert words(wish=notes).name(url)
    assert words(finished=(notes[:200],)).name(url)
    assert words(topic=notes[:200]).name(url)


def test_the_titles_of_the_plan_are_the_learners_words_too():
    task = {"task_id": uuid.uuid4(), "order": 1, "title": f"Read {KEY}", "minutes": 60}
    week = {"module_id": uuid.uuid4(), "order": 1, "title": "One", "tasks": [task]}
    assert words(living={"weeks": [week]}).name(f"{KEY}/edit")


@pytest.mark.parametrize(
    "url",
    [
        "https://doc.rust-lang.org/book/",
        "https://example.org/docs.example.com",
        "https://developer.mozilla.org/en-US/docs/Web/JavaScript",
    ],
)
def test_any_other_address_is_everybodys(url: str):
    said = "I know JavaScript and Node.js, version 1.2. My notes: example.com/a. I like rust-lang!"
    assert not words(notes=said).name(url)
