"""Undoing an export to Notion: what we made goes, what is the learner's stays and is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.syncing.notion_side import Learner

if TYPE_CHECKING:
    from tests.fakes.notion import Notion
    from tests.fakes.oauth import Clock

A_WHILE = 600


@pytest.fixture
def exported(learner: Learner) -> Learner:
    """Everything is there, and was a while ago."""
    learner.run()
    learner.clock.advance(A_WHILE)
    learner.fake.forget()
    return learner


def removed(learner: Learner) -> dict[str, Any]:
    ended = learner.run("remove")
    assert ended["status"] == "succeeded", ended
    assert (learner.books.rows, learner.books.container) == ({}, {})
    return ended


def test_an_untouched_export_is_gone_with_a_single_write(exported: Learner):
    database = exported.fake.database()
    ended = removed(exported)
    assert (ended["changed"]["deleted"], ended["stays"]) == (3, [])
    assert database.in_trash
    assert len(exported.fake.writes) == 1


def test_pages_that_were_edited_go_as_long_as_nobody_wrote_on_them(exported: Learner):
    database = exported.fake.database()
    exported.fake.edit_page(exported.page(0), Status={"name": "Done"})
    assert removed(exported)["stays"] == []
    assert database.in_trash


def test_a_page_with_a_note_stays_with_its_database_and_nothing_else(exported: Learner):
    page = exported.page(1)
    exported.fake.add_block(page, "What I learnt")
    exported.fake.edit_page(page)
    ended = removed(exported)
    assert ended["stays"] == [
        "The database “Swift for iOS” stays: 1 page in it holds something of your own"
    ]
    assert (ended["changed"]["deleted"], ended["changed"]["kept"]) == (2, 1)
    assert exported.fake.rows() == [page]


def test_a_page_with_words_in_our_box_stays_as_well(exported: Learner):
    page = exported.page(1)
    [box] = [one for one in page.blocks if one.type == "callout"]
    words = exported.fake.add_block(box, "What I learnt")
    ended = removed(exported)
    assert (ended["changed"]["deleted"], ended["changed"]["kept"]) == (2, 1)
    assert exported.fake.world.lives(words)


@pytest.mark.parametrize("is_edited", [False, True])
def test_a_page_that_was_moved_elsewhere_stays_and_is_said(exported: Learner, is_edited: bool):
    page, database = exported.page(1), exported.fake.database()
    exported.fake.move_page(page, exported.fake.share_page("Elsewhere"))
    if is_edited:
        exported.fake.edit_page(exported.page(0), Status={"name": "Done"})
    ended = removed(exported)
    assert ended["stays"] == ["Of “Swift for iOS” 1 page stays where you moved it"]
    assert ended["changed"]["deleted"] == 2
    assert exported.fake.world.lives(page)
    assert database.in_trash


def test_a_page_that_the_learner_trashed_is_no_more_ours_to_take_away(exported: Learner):
    exported.fake.trash_page(exported.page(1))
    exported.fake.add_page("Mine")
    exported.clock.advance(A_WHILE)
    assert removed(exported)["changed"]["deleted"] == 2


def test_pages_of_the_learners_own_stay(exported: Learner):
    pages = [exported.fake.add_page("Mine"), exported.fake.add_page("Mine too")]
    exported.clock.advance(A_WHILE)
    [sentence] = removed(exported)["stays"]
    assert "2 pages in it hold something of your own" in sentence
    assert exported.fake.rows() == pages


def test_a_column_that_the_learner_filled_keeps_the_page(exported: Learner):
    page = exported.page(1)
    exported.fake.add_property("Mood")
    exported.fake.edit_page(page, Mood="Good")
    removed(exported)
    assert exported.fake.rows() == [page]


def test_a_column_that_the_learner_added_keeps_the_database(exported: Learner):
    exported.fake.add_property("Mood")
    assert removed(exported)["stays"] == ["The database “Swift for iOS” stays: you added columns"]
    assert exported.fake.rows() == []
    assert not exported.fake.database().in_trash


def test_a_database_that_is_in_the_trash_is_left_there(exported: Learner):
    exported.fake.trash_database()
    assert removed(exported)["stays"] == []
    assert exported.fake.writes == []


def test_a_database_out_of_reach_is_said_to_stay(exported: Learner):
    exported.fake.unshare(exported.fake.database())
    [sentence] = removed(exported)["stays"]
    assert "not shared with Learnbase any more" in sentence


def test_what_was_never_made_is_removed_at_once(learner: Learner):
    assert removed(learner)["stays"] == []
    assert learner.fake.requests == []


def test_a_database_whose_making_is_in_doubt_is_looked_for_and_taken_away(learner: Learner):
    learner.fake.at(1, "commit_then_drop")
    assert learner.slice()["status"] == "later"
    database = learner.fake.database()
    removed(learner)
    assert database.in_trash


@pytest.mark.parametrize("mood", ["drop", "commit_then_drop"])
def test_a_page_whose_making_is_in_doubt_goes_as_well(learner: Learner, mood: str):
    learner.fake.at(6, mood)
    assert learner.slice()["status"] == "later"
    learner.fake.add_page("Mine")  # the database has to stay
    learner.clock.advance(12)  # which lists show by now; what is in doubt may still be hidden
    removed(learner)
    waited = {"status": "later", "seconds": 3} in learner.ended
    assert waited is (mood == "drop"), "what the list shows is in doubt no more"
    assert [page.ours for page in learner.fake.rows()] == [False]


def test_a_deleted_column_is_not_put_back_for_it(exported: Learner):
    exported.fake.delete_property("Learnbase ID")
    database = exported.fake.database()
    removed(exported)
    assert database.in_trash
    assert len(exported.fake.writes) == 1


def test_a_large_export_is_removed_in_slices(service: Notion, clock: Clock):
    learner = Learner(service, clock, tasks=30)
    learner.run()
    own = service.add_page("Mine")
    clock.advance(A_WHILE)
    learner.books.changed = {}
    service.next("slow", matching=lambda _: bool(clock.advance(0.3)))
    ends = []
    while (ended := learner.slice("remove", length=2))["status"] != "succeeded":
        ends.append(ended)
    assert len(ends) >= 2
    assert ended["changed"]["deleted"] == 30
    assert "1 page in it holds" in ended["stays"][0]
    assert service.rows() == [own]
    assert learner.books.rows == {}


def test_a_removal_leaves_other_exports_alone(service: Notion, clock: Clock):
    one, other = Learner(service, clock), Learner(service, clock, tasks=0)
    other.tasks.extend(Learner.a_task(number) for number in (7, 8))
    one.run()
    other.run()
    clock.advance(A_WHILE)
    removed(one)
    assert service.pages().keys() == {task["task_id"] for task in other.tasks}
