"""Exports to Notion: what the learner finds there, and what of theirs is respected."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.jobs import NoLongerNeeded
from tests.exporting.plans import a_link
from tests.syncing.notion_side import Learner

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.notion import Notion
    from tests.fakes.notion_ledger import Request
    from tests.fakes.oauth import Clock

A_WHILE = 600


def asked(fake: Notion) -> list[str]:
    """What changed something, in short."""
    return [f"{one.method} {one.path.split('/')[2]}" for one in fake.writes]


def changed(ended: dict[str, Any]) -> dict[str, int]:
    assert ended["status"] == "succeeded", ended
    return {name: count for name, count in ended["changed"].items() if count}


def at_first(fake: Notion, what: str, does: Callable[[], None]) -> None:
    """Something happens in Notion when the first request of a kind comes, just before it."""

    def matching(request: Request) -> bool:
        if f"{request.method} {request.path}".startswith(what):
            does()
            return True
        return False

    fake.next("slow", matching=matching, detail=0.001)


@pytest.fixture
def exported(learner: Learner) -> Learner:
    """Everything is there, and was a while ago."""
    assert changed(learner.run()) == {"created": 3}
    learner.clock.advance(A_WHILE)
    learner.fake.forget()
    return learner


def test_a_plan_becomes_a_database_with_a_page_for_each_task(learner: Learner):
    learner.tasks[1]["links"] = [a_link(), a_link("https://b.example/", title="Second")]
    assert changed(learner.run()) == {"created": 3}
    learner.expect_all()
    assert asked(learner.fake) == ["POST databases", *["POST pages"] * 3]
    values = learner.values()[learner.tasks[1]["task_id"]]
    assert values == {
        "Task": "Task 1",
        "Due Date": "2026-11-24",
        "Status": "Not started",
        "Resource Link": "https://docs.swift.org/swift-book/",
        "Week": 1,
        "Module": "First steps",
        "Minutes": 45,
        "Learnbase ID": learner.tasks[1]["task_id"],
    }
    [box] = learner.page(1).blocks
    assert [one.type for one in box.children] == ["paragraph", *["bulleted_list_item"] * 2]
    assert learner.books.container is not None
    assert learner.books.container["url"].startswith("https://www.notion.so/")
    assert (learner.books.reports[-1]["done"], learner.books.reports[-1]["total"]) == (3, 3)


def test_exporting_again_writes_nothing_and_reads_little(exported: Learner):
    assert changed(exported.run()) == {"unchanged": 3}
    assert exported.fake.writes == []
    assert len(exported.fake.reads) == 3


def test_one_changed_task_is_one_write(exported: Learner):
    exported.tasks[1]["status"] = "completed"
    assert changed(exported.run()) == {"updated": 1, "unchanged": 2}
    assert asked(exported.fake) == ["PATCH pages"]
    exported.expect_all()


def test_a_new_description_replaces_our_box_and_leaves_the_learners_notes(exported: Learner):
    page = exported.page(0)
    note = exported.fake.add_block(page, "My own note")
    exported.tasks[0]["description"] = "Get it from somewhere else."
    exported.run()
    exported.expect_all()
    assert [one.text for one in page.blocks if not one.in_trash][1:] == ["My own note"]
    assert not note.in_trash


def test_what_the_learner_wrote_into_our_box_stays_when_the_box_is_replaced(exported: Learner):
    page = exported.page(0)
    note = exported.fake.add_block(page.blocks[0], "My own words in it")
    exported.tasks[0]["description"] = "Get it from somewhere else."
    for _ in range(2):
        exported.run()
        exported.clock.advance(A_WHILE)
        exported.tasks[0]["description"] += " Or not."
    assert exported.fake.world.lives(note)
    kept = [box for box in Learner.boxes(page) if box != "My own words in it"]
    assert kept == ["Get it from somewhere else. Or not."]


def test_a_description_longer_than_a_request_arrives_whole(learner: Learner):
    text = "\n\n".join(f"Paragraph {number}" for number in range(250))
    learner.tasks[0]["description"] = text
    learner.run()
    learner.expect_all()
    learner.clock.advance(A_WHILE)
    learner.tasks[0]["description"] = text.replace("graph", "phrase")
    learner.run()
    learner.expect_all()


def test_renamed_columns_and_added_ones_are_respected(exported: Learner):
    exported.fake.rename_property("Due Date", "When")
    exported.fake.rename_property("Status", "How far")
    exported.fake.add_property("Mood")
    exported.fake.edit_page(exported.page(0), Mood="Good")
    exported.tasks[0]["status"] = "in_progress"
    assert changed(exported.run()) == {"updated": 1, "unchanged": 2}
    exported.expect_all()
    names = [column.name for column in exported.fake.source().columns]
    assert names[:3] == ["Task", "When", "How far"]
    assert exported.fake.world.named(exported.page(0))["Mood"] == "Good"


@pytest.mark.parametrize("title", ["Minutes", "Status", "Learnbase ID"])
def test_a_deleted_column_is_put_back_and_filled_again(exported: Learner, title: str):
    before = {key: values[title] for key, values in exported.values().items()}
    exported.fake.delete_property(title)
    assert changed(exported.run()) == {"updated": 3}
    column = exported.fake.source().column(title)
    assert column is not None
    exported.expect_all()
    assert {key: values[title] for key, values in exported.values().items()} == before
    exported.clock.advance(A_WHILE)
    assert changed(exported.run()) == {"unchanged": 3}


def test_a_column_of_the_learners_own_under_our_title_stays_theirs(exported: Learner):
    exported.fake.delete_property("Minutes")
    exported.fake.add_property("Minutes", "number")
    exported.fake.edit_page(exported.page(0), Minutes=7)
    exported.run()
    column = exported.fake.source().column("Minutes")
    assert column is not None
    assert exported.page(0).values[column.id] == 7
    assert exported.fake.source().column("Minutes (Learnbase)") is not None


def test_a_column_that_got_another_type_is_left_alone_and_explained(exported: Learner):
    exported.fake.retype_property("Week", "rich_text")
    exported.tasks[0]["status"] = "completed"
    ended = exported.run()
    assert changed(ended) == {"updated": 1, "unchanged": 2}
    assert any("“Week”" in sentence for sentence in ended["stays"])
    exported.expect_all()


def test_a_database_that_was_moved_and_renamed_is_still_the_one(exported: Learner):
    exported.fake.move_database(exported.fake.share_page("Studies"))
    exported.fake.rename_database("Mine", "All mine")
    exported.tasks[0]["status"] = "completed"
    assert changed(exported.run()) == {"updated": 1, "unchanged": 2}
    exported.expect_all()


def test_a_table_that_was_moved_into_another_database_is_still_the_one(exported: Learner):
    fake = exported.fake
    old, table = fake.database(), fake.source()
    other = dataclasses.replace(old, id="99999999-2222-4333-8444-555555555555")
    fake.world.put(other)
    table.above = other.id
    fake.purge(old)
    exported.tasks[0]["status"] = "completed"
    assert changed(exported.run()) == {"updated": 1, "unchanged": 2}
    exported.expect_all()
    assert exported.books.container is not None
    assert exported.books.container["database_id"] == other.id


def test_a_database_in_the_trash_is_made_anew_only_with_a_word(exported: Learner):
    old = exported.fake.trash_database()
    ended = exported.run()
    assert (ended["status"], ended["code"]) == ("stopped", "database_trashed")
    assert ended["needs"] == "word"
    assert exported.fake.writes == []
    assert changed(exported.run(confirmed=True)) == {"created": 3}
    exported.expect_all()
    assert old.in_trash


def test_a_database_that_comes_back_from_the_trash_is_the_one_again(exported: Learner):
    old = exported.fake.trash_database()
    exported.run()
    exported.fake.restore(old)
    assert changed(exported.run()) == {"unchanged": 3}


@pytest.mark.parametrize("how", ["unshare", "purge"])
def test_a_database_out_of_reach_is_explained(exported: Learner, how: str):
    getattr(exported.fake, how)(exported.fake.database())
    ended = exported.run()
    assert (ended["code"], ended["needs"]) == ("database_gone", "word")
    assert changed(exported.run(confirmed=True)) == {"created": 3}


def test_a_page_that_the_learner_trashed_is_made_anew(exported: Learner):
    old = exported.page(1)
    exported.fake.trash_page(old)
    assert changed(exported.run()) == {"created": 1, "unchanged": 2}
    exported.expect_all()
    assert old.in_trash


def test_a_page_that_was_moved_elsewhere_is_neither_touched_nor_doubled(exported: Learner):
    page = exported.page(1)
    page.above = exported.fake.share_page("Elsewhere").id
    for _ in range(2):
        ended = exported.run()
        assert changed(ended) == {"kept": 1, "unchanged": 2}
        assert exported.fake.writes == []
        assert "moved" in ended["stays"][0]


def test_a_page_that_was_moved_elsewhere_outlives_its_task(exported: Learner):
    page = exported.page(1)
    exported.fake.add_block(page, "What I learnt")
    exported.fake.move_page(page, exported.fake.share_page("Elsewhere"))
    exported.tasks.pop(1)
    assert changed(exported.run()) == {"kept": 1, "unchanged": 2}
    assert exported.fake.world.lives(page)
    exported.expect_all()


def test_pages_that_were_moved_are_asked_about_and_looked_for_once(service: Notion, clock: Clock):
    learner = Learner(service, clock, tasks=60)
    learner.run()
    clock.advance(A_WHILE)
    elsewhere = service.share_page("Elsewhere")
    for number in range(40):
        service.move_page(learner.page(number), elsewhere)
    assert learner.run()["code"] == "looks_empty"
    learner.books.changed = {}
    service.next("slow", times=100, matching=lambda _: bool(clock.advance(0.3)), detail=0)
    ends = []
    while (ended := learner.slice(confirmed=True, length=2))["status"] == "more":
        ends.append(ended)
        assert len(ends) < 40, "it comes to no end"
    assert changed(ended) == {"kept": 40, "unchanged": 20}
    service.calm()
    service.forget()
    learner.tasks[50]["status"] = "completed"
    assert changed(learner.run()) == {"kept": 40, "updated": 1, "unchanged": 19}
    assert len(service.reads) <= 5


def test_a_page_that_was_moved_back_is_ours_again(exported: Learner):
    page, source = exported.page(1), exported.fake.source()
    page.above = exported.fake.share_page("Elsewhere").id
    assert changed(exported.run()) == {"kept": 1, "unchanged": 2}
    page.above = source.id
    exported.tasks[1] |= {"status": "completed", "description": "Anew"}
    assert changed(exported.run()) == {"updated": 1, "unchanged": 2}
    exported.expect_all()


def test_no_more_is_done_than_there_is_to_do(exported: Learner):
    exported.tasks.pop()
    exported.books.reports.clear()
    exported.run()
    told = [(one["done"], one["total"]) for one in exported.books.reports if "done" in one]
    assert told[-1] == (3, 3)
    assert all(done <= total for done, total in told)


def test_a_page_that_is_trashed_while_it_is_updated_is_made_anew(exported: Learner):
    page = exported.page(1)
    exported.tasks[1]["status"] = "completed"
    at_first(exported.fake, "PATCH /v1/pages", lambda: exported.fake.trash_page(page))
    assert changed(exported.run()) == {"created": 1, "unchanged": 2}
    exported.expect_all()


def test_a_copy_that_the_learner_made_is_theirs(exported: Learner):
    copy = exported.fake.add_page("Task 0, copied")
    exported.fake.edit_page(copy, Learnbase_ID=exported.tasks[0]["task_id"])
    exported.tasks[0]["status"] = "completed"
    assert changed(exported.run()) == {"updated": 1, "unchanged": 2}
    assert exported.fake.world.named(copy).get("Status") is None


def test_a_task_that_is_gone_takes_its_page_along(exported: Learner):
    page = exported.page(2)
    exported.tasks.pop()
    assert changed(exported.run()) == {"deleted": 1, "unchanged": 2}
    assert page.in_trash
    exported.expect_all()


def test_a_page_with_notes_of_the_learner_outlives_its_task(exported: Learner):
    page = exported.page(2)
    task = exported.tasks.pop()
    exported.fake.add_block(page, "What I learnt")
    exported.fake.edit_page(page)
    ended = exported.run()
    assert changed(ended) == {"kept": 1, "unchanged": 2}
    assert "wrote on" in ended["stays"][0]
    assert exported.fake.world.lives(page)
    exported.tasks.append(task)
    exported.clock.advance(A_WHILE)
    assert changed(exported.run()) == {"updated": 1, "unchanged": 2}
    exported.expect_all()


def test_when_nearly_all_pages_are_gone_the_learner_is_asked(service: Notion, clock: Clock):
    learner = Learner(service, clock, tasks=12)
    learner.run()
    clock.advance(A_WHILE)
    for number in range(8):
        service.trash_page(learner.page(number))
    service.forget()
    ended = learner.run()
    assert (ended["code"], ended["needs"]) == ("looks_empty", "word")
    assert ended["message"].startswith("8 of 12 pages")
    assert service.writes == []
    assert changed(learner.run(confirmed=True)) == {"created": 8, "unchanged": 4}
    learner.expect_all()


def test_when_the_plan_is_nearly_empty_nothing_is_deleted_without_a_word(
    service: Notion, clock: Clock
):
    learner = Learner(service, clock, tasks=12)
    learner.run()
    clock.advance(A_WHILE)
    service.forget()
    del learner.tasks[2:]
    ended = learner.run()
    assert (ended["code"], ended["needs"]) == ("plan_looks_empty", "word")
    assert service.writes == []
    assert changed(learner.run(confirmed=True)) == {"deleted": 10, "unchanged": 2}
    learner.expect_all()


def test_a_database_is_made_under_the_page_that_the_learner_chose(learner: Learner):
    page = learner.fake.share_page("Studies")
    learner.parent = {"type": "page_id", "page_id": page.id}
    learner.run()
    assert learner.fake.database().above == page.id
    learner.expect_all()


def test_a_page_that_is_gone_holds_no_database_and_the_learner_reads_why(learner: Learner):
    page = learner.fake.share_page("Studies")
    learner.fake.purge(page)
    learner.parent = {"type": "page_id", "page_id": page.id}
    ended = learner.run()
    assert (ended["status"], ended["code"], ended["needs"]) == ("stopped", "parent_gone", None)
    learner.parent = None
    assert changed(learner.run()) == {"created": 3}


def test_a_revoked_connection_asks_to_reconnect_and_loses_nothing(exported: Learner):
    exported.fake.revoke()
    exported.tasks[0]["status"] = "completed"
    ended = exported.run()
    assert (ended["status"], ended["code"], ended["needs"]) == ("stopped", "reconnect", "reconnect")
    exported.tokens.left = [exported.fake.token()]
    assert changed(exported.run()) == {"updated": 1, "unchanged": 2}
    exported.expect_all()


def test_a_token_that_ends_in_the_middle_is_renewed_once(learner: Learner):
    learner.tokens.left.append(learner.fake.token())
    first = learner.tokens.left[0]
    calls = iter(range(100))

    def expires(_: Request) -> bool:
        if next(calls) == 3:
            learner.fake.authority.expire(first)
        return False

    learner.fake.next("slow", matching=expires)
    learner.run()
    learner.expect_all()
    assert set(learner.tokens.refused) == {first}


def test_short_slices_come_to_the_same_end_and_count_the_whole_run(service: Notion, clock: Clock):
    learner = Learner(service, clock, tasks=25)
    service.next("slow", matching=lambda _: bool(clock.advance(0.3)))
    ends = []
    while (ended := learner.slice(length=2))["status"] != "succeeded":
        ends.append(ended)
    assert ends == [{"status": "more"}] * len(ends)
    assert len(ends) >= 2
    assert changed(ended) == {"created": 25}
    learner.expect_all()


def test_a_cancelled_export_stops_where_it_is(exported: Learner):
    exported.tasks[0]["status"] = "completed"
    exported.books.standing = "cancelled"
    with pytest.raises(NoLongerNeeded):
        exported.slice()
    assert exported.fake.writes == []


def test_a_column_deleted_in_the_middle_stops_and_the_next_run_mends_it(learner: Learner):
    at_first(learner.fake, "POST /v1/pages", lambda: learner.fake.delete_property("Week"))
    ended = learner.run()
    assert (ended["status"], ended["code"]) == ("stopped", "refused")
    assert "Week" in ended["message"] or "property" in ended["message"]
    assert changed(learner.run()) == {"created": 3}
    learner.expect_all()


def test_the_busy_service_is_asked_later(exported: Learner):
    exported.fake.next("busy", detail=120)
    assert exported.slice() == {"status": "later", "seconds": 120}
    exported.fake.next("overloaded", times=2)
    assert changed(exported.run()) == {"unchanged": 3}


def test_a_page_that_notion_does_not_take_keeps_no_other_from_being_sent(learner: Learner):
    title = learner.tasks[1]["title"]
    learner.tasks[1]["title"] = "x" * 200_001  # a hundred texts and one
    ended = learner.run()
    assert changed(ended) == {"created": 2}
    assert "was left as it is: Notion refuses it" in ended["stays"][0]
    learner.fake.violations.clear()
    learner.tasks[1]["title"] = title
    assert changed(learner.run()) == {"created": 1, "unchanged": 2}
    learner.expect_all()
