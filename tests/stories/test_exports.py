"""Exports: asked for once and again, one at a time for each account, never past each other."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.deliveries import token
from tests.stories.exports import DATABASE, MORE, SUCCEEDED, WORD, Exporting, item
from tests.stories.wishes import day
from tests.world import HIDDEN, NOT_SIGNED_IN, Refusal, at_once, one, refusal

if TYPE_CHECKING:
    from tests.stories.exports import Outside
    from tests.world import Row, World

NO_PLAN = Refusal(404, "plan_not_found", "plan_id")
NO_EXPORT = Refusal(404, "export_not_found", "export_id")
VERBS = ("cancel", "confirm", "remove")


def start(exporting: Exporting, **arguments: Any) -> Any:
    wish = {"plan_id": exporting.plan_id, "provider": exporting.provider, **arguments}
    return exporting.learner.rpc("start_export", **wish)


# Asking


@pytest.mark.parametrize("provider", ["notion", "google"])
def test_whoever_is_connected_exports_a_plan(world: World, outside: Outside, provider: str) -> None:
    exporting = Exporting.of(outside, world.person(), provider, topic="Sailing")
    receipt = exporting.start()
    row = exporting.row
    assert receipt == {
        "export_id": row["id"],
        "plan_id": exporting.plan_id,
        "provider": provider,
        "status": "queued",
    }
    assert (row["action"], row["done"], row["total"], row["topic"]) == (
        "export",
        0,
        None,
        "Sailing",
    )
    job = outside.take(provider)
    assert job["message"] == {"v": 1, "export_id": row["id"], "turn": 1}
    assert exporting.row["status"] == "running"
    loaded = job["loaded"]
    assert loaded["export"] == {
        "id": row["id"],
        "action": "export",
        "topic": "Sailing",
        "options": {},
        "container": None,
        "changed": None,
        "confirmed": False,
    }
    assert loaded["connection"] == {
        "id": exporting.connection,
        "user_id": exporting.learner.id,
        "provider": provider,
        "account_id": f"account-of-{exporting.learner.id}",
    }
    titles = [task["title"] for week in loaded["document"]["weeks"] for task in week["tasks"]]
    assert titles == ["Task 1", "Task 2"] * 2
    assert loaded["items"] == []


def test_what_a_worker_records_is_there_for_the_next_one(
    exporting: Exporting, outside: Outside
) -> None:
    first, second, *_ = exporting.tasks
    exporting.start()
    job = outside.take()
    report = {"container": DATABASE, "done": 1, "total": 4, "changed": {"created": 1}}
    sent = item(first, external_id="p1", hash="h1", etag="e1")
    assert outside.record(job, sent, item(second, "sending", hash="h2"), **report) == "held"
    row = exporting.row
    assert (row["done"], row["total"], row["changed"]) == (1, 4, {"created": 1})
    assert row["url"] == DATABASE["url"]
    assert exporting.items == {first: "sent", second: "sending"}

    again = outside.again(job)
    loaded = outside.load(again)
    assert loaded["export"]["container"] == DATABASE
    by_key = {found["key"]: found for found in loaded["items"]}
    since = by_key[first].pop("since")
    assert since is not None
    assert by_key[first] == sent
    assert (by_key[second]["state"], by_key[second]["external_id"]) == ("sending", None)
    assert outside.record(job, item(second)) == "stale", "somebody else has it"
    assert outside.record(again, item(first, "removing"), item(second, "gone")) == "held"
    assert exporting.items == {first: "removing"}
    [kept] = outside.load(again)["items"]
    assert kept["external_id"] == "p1", "what is removed is still known by its id"
    outside.end(again, SUCCEEDED)
    row = exporting.row
    assert (row["status"], row["done"], row["changed"]) == ("succeeded", 4, {"created": 1})
    assert row["finished_at"] is not None


def test_recording_keeps_the_delivery(exporting: Exporting, outside: Outside) -> None:
    exporting.start()
    job = outside.take()
    outside.time_is_up("export_notion")
    assert outside.record(job) == "held"
    assert outside.read("export_notion") == []


def test_what_is_no_report_is_refused_and_changes_nothing(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    job = outside.take()
    world = outside.world
    for report in ({"items": [item(exporting.tasks[0], "flying")]}, {"done": -1}):
        arguments = {"queue": job["queue"], **token(job), "report": report}
        answer = world.service.rpc("record_export", "worker", **arguments)
        assert answer.status_code >= 400
    assert exporting.items == {}
    assert outside.complete(job, {"status": "happy"})["standing"] == "rejected"
    assert exporting.row["status"] == "running"


def test_asking_again_runs_the_same_export_again(exporting: Exporting, outside: Outside) -> None:
    exporting.exported()
    which = exporting.id
    receipt = exporting.start()
    assert (receipt["export_id"], receipt["status"]) == (which, "queued")
    assert exporting.row["done"] == 0
    loaded = outside.take()["loaded"]
    assert loaded["export"]["container"] == DATABASE
    assert {row["hash"] for row in loaded["items"]} == {"h1"}


def test_many_clicks_are_one_message(exporting: Exporting, outside: Outside) -> None:
    answers = at_once(*[lambda: start(exporting)] * 6)
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.json()["export_id"] for answer in answers}) == 1
    assert outside.exports_under_way() == [exporting.id]


def test_a_click_while_it_runs_asks_for_one_more_run(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    job = outside.take()
    assert exporting.start()["status"] == "running"
    exporting.start()
    assert len(outside.exports_under_way()) == 1
    outside.end(job, SUCCEEDED)
    assert exporting.row["status"] == "queued"
    job = outside.take()
    outside.end(job, SUCCEEDED)
    assert exporting.row["status"] == "succeeded"
    assert outside.exports_under_way() == []


def test_a_click_on_one_that_only_waits_is_taken_with_it(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    exporting.start()
    outside.end(outside.take(), SUCCEEDED)
    assert exporting.row["status"] == "succeeded"


# Who may, and with what


def test_nobody_exports_without_an_account(world: World, outside: Outside) -> None:
    ada = world.person()
    plan = ada.plan()["id"]
    refused = Refusal(409, "not_connected", "provider")
    for provider in ("notion", "google"):
        assert refusal(ada.rpc("start_export", plan_id=plan, provider=provider)) == refused
    outside.connect(ada, "google")
    assert refusal(ada.rpc("start_export", plan_id=plan, provider="notion")) == refused
    outside.connect(ada)
    ada.call("disconnect", provider="notion")
    assert refusal(ada.rpc("start_export", plan_id=plan, provider="notion")) == refused
    assert ada.rows("exports") == []


def test_another_provider_is_refused_by_its_field(exporting: Exporting) -> None:
    for provider in ("evernote", "", None):
        answer = start(exporting, provider=provider)
        assert refusal(answer) == Refusal(422, "invalid_provider", "provider")


PAGE = "0123abcd-0123-0123-0123-0123456789ab"
UNKNOWN = ("invalid_options", "options")
NO_PARENT = ("invalid_parent", "options.parent")
NO_REMINDERS = ("invalid_reminders", "options.reminders")
INVALID: list[tuple[str, Any, tuple[str, str]]] = [
    ("notion", "workspace", UNKNOWN),
    ("notion", [], UNKNOWN),
    ("notion", {"reminders": "none"}, UNKNOWN),
    ("notion", {"parent": {"type": "workspace"}, "x": 1}, UNKNOWN),
    ("notion", {"parent": None}, NO_PARENT),
    ("notion", {"parent": "workspace"}, NO_PARENT),
    ("notion", {"parent": []}, NO_PARENT),
    ("notion", {"parent": {}}, NO_PARENT),
    ("notion", {"parent": {"type": "page_id"}}, NO_PARENT),
    ("notion", {"parent": {"type": "page_id", "page_id": 7}}, NO_PARENT),
    ("notion", {"parent": {"type": "page_id", "page_id": "../"}}, NO_PARENT),
    ("notion", {"parent": {"type": "page_id", "page_id": PAGE, "x": 1}}, NO_PARENT),
    ("notion", {"parent": {"type": "database_id", "page_id": PAGE}}, NO_PARENT),
    ("google", {"parent": {"type": "workspace"}}, UNKNOWN),
    ("google", {"reminders": None}, NO_REMINDERS),
    ("google", {"reminders": "often"}, NO_REMINDERS),
    ("google", {"reminders": ["none"]}, NO_REMINDERS),
]


@pytest.mark.parametrize(("provider", "options", "why"), INVALID)
def test_options_that_a_service_does_not_know_are_refused_by_their_field(
    world: World, outside: Outside, provider: str, options: Any, why: tuple[str, str]
) -> None:
    exporting = Exporting.of(outside, world.person(), provider)
    assert refusal(start(exporting, options=options)) == Refusal(422, *why)
    assert outside.exports_under_way(provider) == []


@pytest.mark.parametrize(
    ("provider", "options"),
    [
        ("notion", {"parent": {"type": "workspace"}}),
        ("notion", {"parent": {"type": "page_id", "page_id": PAGE}}),
        ("notion", {"parent": {"type": "page_id", "page_id": PAGE.replace("-", "")}}),
        ("google", {"reminders": "preferred"}),
        ("google", {"reminders": "calendar"}),
        ("google", {"reminders": "none"}),
    ],
)
def test_options_are_kept_until_others_are_named(
    world: World, outside: Outside, provider: str, options: Row
) -> None:
    exporting = Exporting.of(outside, world.person(), provider)
    exporting.start(options=options)
    exporting.start()
    assert exporting.row["options"] == options
    assert outside.take(provider)["loaded"]["export"]["options"] == options


def test_a_follower_exports_a_plan_with_their_own_progress(
    world: World, outside: Outside, exporting: Exporting
) -> None:
    ben = world.person("Ben")
    outside.connect(ben)
    followed = Exporting(outside, ben, "", exporting.plan_id, exporting.tasks)
    assert refusal(start(followed)) == NO_PLAN
    exporting.learner.update(
        "learning_plans", {"visibility": "public"}, id=f"eq.{followed.plan_id}"
    )
    assert refusal(start(followed)) == NO_PLAN, "it is followed first"
    ben.follow({"id": followed.plan_id})
    one(ben.tick({"id": exporting.tasks[0]}))
    followed.start()
    document = outside.take()["loaded"]["document"]
    statuses = [task["status"] for week in document["weeks"] for task in week["tasks"]]
    assert statuses == ["completed", *["not_started"] * 3]
    assert exporting.learner.rows("exports") == []


def test_somebody_elses_export_answers_as_one_that_is_not_there(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    exporting.exported()
    ben = world.person("Ben")
    outside.connect(ben)
    for verb in VERBS:
        for which in (exporting.id, str(uuid.uuid4())):
            assert refusal(ben.rpc(f"{verb}_export", export_id=which)) == NO_EXPORT
            denied = world.nobody.rpc(f"{verb}_export", export_id=which)
            assert refusal(denied) == NOT_SIGNED_IN
    for plan in (exporting.plan_id, str(uuid.uuid4())):
        assert refusal(ben.rpc("start_export", plan_id=plan, provider="notion")) == NO_PLAN
        answer = ben.rpc("start_export", plan_id=plan, provider="google")
        assert refusal(answer) == NO_PLAN, "before anything is said of the account"
        denied = world.nobody.rpc("start_export", plan_id=plan, provider="notion")
        assert refusal(denied) == NOT_SIGNED_IN
    assert ben.rows("exports") == ben.rows("export_items") == []
    assert exporting.row["status"] == "succeeded"


def test_learners_choose_what_becomes_of_their_exports_and_write_nothing_else(
    world: World, exporting: Exporting
) -> None:
    exporting.exported()
    ada, which = exporting.learner, f"eq.{exporting.id}"
    row = one(ada.update("exports", {"in_step": False, "clean_up": False}, id=which))
    assert (row["in_step"], row["clean_up"]) == (False, False)
    for column, value in (
        ("status", "queued"),
        ("container", DATABASE),
        ("turn", 9),
        ("confirmed", True),
        ("plan_id", str(uuid.uuid4())),
        ("user_id", str(uuid.uuid4())),
        ("options", {}),
    ):
        assert refusal(ada.update("exports", {column: value}, id=which)) == HIDDEN, column
    assert refusal(ada.delete("exports", id=which)) == HIDDEN
    mine = {"export_id": exporting.id, "key": str(uuid.uuid4()), "state": "sent"}
    assert refusal(ada.insert("export_items", mine)) == HIDDEN
    assert refusal(ada.update("export_items", {"state": "sent"}, export_id=which)) == HIDDEN
    ben = world.person("Ben")
    assert ben.update("exports", {"in_step": True}, id=which).json() == []
    assert exporting.row["in_step"] is False


# Cancelling


def test_a_queued_export_is_cancelled_and_its_worker_not_wanted(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    answer = exporting.ask("cancel")
    assert answer.json()["status"] == "cancelled"
    assert exporting.row["status"] == "cancelled"
    job = outside.the_job("export_notion")
    assert outside.load(job) == {"standing": "obsolete"}
    assert outside.complete(job)["standing"] == "done"
    again = exporting.ask("cancel")
    assert refusal(again) == Refusal(409, "export_is_cancelled", "export_id")


def test_a_running_one_stops_at_its_next_word_and_goes_on_from_there(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    job = outside.take()
    outside.record(job, item(exporting.tasks[0]), container=DATABASE, done=1, total=4)
    exporting.ask("cancel")
    assert outside.call("heartbeat", queue=job["queue"], **token(job)) == "cancelled"
    assert outside.record(job, item(exporting.tasks[1])) == "cancelled"
    assert outside.complete(job, SUCCEEDED)["standing"] == "done"
    assert (exporting.row["status"], exporting.row["done"]) == ("cancelled", 1)
    exporting.start()
    loaded = outside.take()["loaded"]
    assert loaded["export"]["container"] == DATABASE
    assert [row["key"] for row in loaded["items"]] == [exporting.tasks[0]]


def test_of_one_cancelled_and_asked_for_again_only_the_new_turn_counts(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    old = outside.take()
    exporting.ask("cancel")
    exporting.start()
    new = outside.take()
    assert new["message"]["turn"] > old["message"]["turn"]
    assert outside.record(old, item(exporting.tasks[0])) == "cancelled"
    assert outside.complete(old, WORD)["standing"] == "done"
    assert exporting.row["status"] == "running"
    assert exporting.items == {}
    assert outside.record(new, item(exporting.tasks[0])) == "held"
    outside.end(new, SUCCEEDED)


def test_cancelling_one_lets_the_next_begin(exporting: Exporting, outside: Outside) -> None:
    exporting.start()
    other = exporting.another()
    other.start()
    assert outside.exports_under_way() == [exporting.id]
    exporting.ask("cancel")
    assert outside.exports_under_way() == [exporting.id, other.id]
    assert refusal(exporting.ask("cancel")).code == "export_is_cancelled"


def test_an_export_that_is_over_is_not_cancelled(exporting: Exporting) -> None:
    exporting.exported()
    assert refusal(exporting.ask("cancel")) == Refusal(409, "export_is_succeeded", "export_id")


# Giving one's word


def test_an_export_that_asks_for_a_word_waits_for_it(
    exporting: Exporting, outside: Outside
) -> None:
    nothing = Refusal(409, "nothing_to_confirm", "export_id")
    exporting.start()
    assert refusal(exporting.ask("confirm")) == nothing
    outside.end(outside.take(), WORD)
    row = exporting.row
    assert (row["status"], row["needs"]) == ("stopped", "word")
    assert row["error"] == {key: WORD[key] for key in ("code", "message", "remedy")}
    assert outside.exports_under_way() == []
    assert exporting.ask("confirm").json()["status"] == "queued"
    job = outside.take()
    assert job["loaded"]["export"]["confirmed"] is True
    outside.end(job, MORE)
    job = outside.take()
    assert job["loaded"]["export"]["confirmed"] is True, "for the whole of the run"
    outside.end(job, SUCCEEDED)
    row = exporting.row
    assert (row["status"], row["needs"], row["error"]) == ("succeeded", None, None)
    assert refusal(exporting.ask("confirm")) == nothing
    exporting.start()
    assert outside.take()["loaded"]["export"]["confirmed"] is False, "a word is for one run"


def test_what_stopped_for_a_connection_is_not_confirmed(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    outside.break_off(exporting.connection)
    assert refusal(exporting.ask("confirm")).code == "nothing_to_confirm"


def test_a_word_is_kept_until_the_account_is_connected_again(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    outside.end(outside.take(), WORD)
    outside.break_off(exporting.connection)
    assert exporting.ask("confirm").json()["status"] == "stopped"
    assert (exporting.row["needs"], outside.exports_under_way()) == ("reconnect", [])
    outside.connect(exporting.learner)
    assert outside.take()["loaded"]["export"]["confirmed"] is True


def test_asking_again_forgets_what_was_asked(exporting: Exporting, outside: Outside) -> None:
    exporting.start()
    outside.end(outside.take(), WORD)
    exporting.start()
    row = exporting.row
    assert (row["status"], row["needs"], row["error"]) == ("queued", None, None)
    assert outside.take()["loaded"]["export"]["confirmed"] is False


# One at a time, in a fair order


def test_one_export_of_an_account_is_under_way_at_a_time(
    exporting: Exporting, outside: Outside
) -> None:
    plans = [exporting, exporting.another(), exporting.another()]
    answers = at_once(*[lambda plan=plan: start(plan) for plan in plans * 2])
    assert [answer.status_code for answer in answers] == [200] * 6
    done: list[str] = []
    for _ in plans:
        [under_way] = outside.exports_under_way()
        outside.end(outside.take(), SUCCEEDED)
        done.append(under_way)
    assert sorted(done) == sorted(plan.id for plan in plans)
    # Whoever clicked while it ran gets one more run.
    assert {plan.row["status"] for plan in plans} <= {"succeeded", "queued"}


def test_two_accounts_are_served_side_by_side(
    world: World, outside: Outside, exporting: Exporting
) -> None:
    ben = Exporting.of(outside, world.person("Ben"))
    for one_of_them in (exporting, ben):
        one_of_them.start()
    assert outside.exports_under_way() == [exporting.id, ben.id]
    assert len(outside.read("export_notion")) == 2


def test_a_long_export_takes_turns_with_a_short_one(exporting: Exporting, outside: Outside) -> None:
    short, third = exporting.another(), exporting.another()
    for plan in (exporting, short, third):
        plan.start()
    order = []
    for result in (MORE, SUCCEEDED, MORE, SUCCEEDED, SUCCEEDED):
        order += outside.exports_under_way()
        job = outside.take()
        outside.end(job, result)
    assert order == [plan.id for plan in (exporting, short, third, exporting, third)]
    assert {plan.row["status"] for plan in (exporting, short, third)} == {"succeeded"}


def test_one_that_waits_for_its_service_frees_its_slot(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    job = outside.take()
    outside.end(job, {"status": "later", "seconds": 90})
    assert outside.read("export_notion") == []
    [waits] = outside.world.sql(
        "select extract(epoch from vt - now())::integer seconds from pgmq.q_export_notion"
    )
    assert 80 <= waits["seconds"] <= 90
    outside.time_is_up("export_notion")
    outside.end(outside.take(), SUCCEEDED)
    assert exporting.row["status"] == "succeeded"


def test_one_that_was_given_up_lets_the_next_begin_and_can_be_tried_again(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    other = exporting.another()
    other.start()
    job = outside.take()
    assert outside.fail(job, retry_in="0") == "retrying"
    row = exporting.row
    assert (row["status"], row["error"]["message"]) == ("running", "Notion is down.")
    assert outside.exports_under_way() == [exporting.id]
    assert outside.fail(outside.the_job("export_notion")) == "dead"
    assert (exporting.row["status"], exporting.row["error"]["code"]) == ("failed", "service_down")
    assert outside.exports_under_way() == [other.id]
    [letter] = outside.world.sql("select id from worker.dead_letters")
    requeue = {"dead_letter_id": letter["id"]}
    refused = outside.world.service.rpc("requeue_dead_letter", "worker", **requeue)
    assert refused.status_code == 409, "another of this account is under way"
    outside.end(outside.take(), SUCCEEDED)
    outside.call("requeue_dead_letter", **requeue)
    assert (exporting.row["status"], exporting.row["error"]) == ("queued", None)
    outside.end(outside.take(), SUCCEEDED)
    assert exporting.row["status"] == "succeeded"


def test_what_was_given_up_goes_on_when_it_is_asked_for_again(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    assert outside.fail(outside.take()) == "dead"
    exporting.start()
    row = exporting.row
    assert (row["status"], row["error"]) == ("queued", None)
    outside.end(outside.take(), SUCCEEDED)


# In step


def test_an_export_keeps_in_step_with_its_plan(exporting: Exporting, outside: Outside) -> None:
    exporting.exported()
    ada = exporting.learner
    assert outside.after(20) == 0, "nothing changed"
    changes = (
        lambda: ada.update("tasks", {"title": "Knots"}, id=f"eq.{exporting.tasks[0]}"),
        lambda: ada.tick({"id": exporting.tasks[1]}),
        lambda: ada.tick({"id": exporting.tasks[1]}, "in_progress"),
        lambda: ada.delete("tasks", id=f"eq.{exporting.tasks[2]}"),
        lambda: ada.delete("task_progress", task_id=f"eq.{exporting.tasks[1]}"),
    )
    for change in changes:
        assert change().is_success
        assert outside.after(20) == 1, exporting.row
        assert outside.exports_under_way() == [exporting.id]
        outside.end(outside.take(), SUCCEEDED)
        assert outside.after(20) == 0


def test_an_export_follows_when_its_sessions_move(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    session = {
        "plan_id": exporting.plan_id,
        "user_id": exporting.learner.id,
        "task_id": exporting.tasks[0],
        "part": 1,
        "local_date": day(3),
        "starts_at": f"{day(3)}T18:00:00Z",
        "ends_at": f"{day(3)}T19:00:00Z",
    }
    made = one(world.service.insert("sessions", session))
    exporting.exported()
    moved = {"starts_at": f"{day(4)}T18:00:00Z", "ends_at": f"{day(4)}T19:00:00Z"}
    one(exporting.learner.update("sessions", moved, id=f"eq.{made['id']}"))
    assert outside.after(20) == 1


def test_taking_back_an_older_tick_is_a_change_as_well(
    exporting: Exporting, outside: Outside
) -> None:
    ada = exporting.learner
    for task in exporting.tasks[:2]:
        one(ada.tick({"id": task}))
    exporting.exported()
    one(ada.delete("task_progress", task_id=f"eq.{exporting.tasks[0]}"))
    assert outside.after(20) == 1


def test_what_changes_while_it_runs_is_exported_afterwards(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    job = outside.take()
    one(exporting.learner.tick({"id": exporting.tasks[0]}))
    outside.end(job, SUCCEEDED)
    assert outside.after(20) == 1


def test_one_that_just_ended_and_one_that_shall_not_are_left_alone(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported()
    one(exporting.learner.tick({"id": exporting.tasks[0]}))
    assert outside.after(4) == 0
    one(exporting.learner.update("exports", {"in_step": False}, id=f"eq.{exporting.id}"))
    assert outside.after(20) == 0
    one(exporting.learner.update("exports", {"in_step": True}, id=f"eq.{exporting.id}"))
    outside.break_off(exporting.connection)
    assert outside.after(20) == 0


@pytest.mark.parametrize("status", ["stopped", "cancelled", "failed"])
def test_only_what_succeeded_keeps_in_step(
    exporting: Exporting, outside: Outside, status: str
) -> None:
    exporting.exported()
    outside.world.sql("update public.exports set status = %s where id = %s", status, exporting.id)
    one(exporting.learner.tick({"id": exporting.tasks[0]}))
    assert outside.after(20) == 0


# When the plan is no longer one's own


def test_a_plan_made_private_is_exported_to_its_followers_no_more(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    ben, where = world.person("Ben"), f"eq.{exporting.plan_id}"
    outside.connect(ben)
    exporting.learner.update("learning_plans", {"visibility": "public"}, id=where)
    ben.follow({"id": exporting.plan_id})
    followed = Exporting(outside, ben, "", exporting.plan_id, exporting.tasks)
    followed.exported()
    exporting.learner.update("learning_plans", {"visibility": "private"}, id=where)
    assert refusal(start(followed)) == NO_PLAN
    assert outside.after(20) == 1
    job = outside.the_job("export_notion")
    assert outside.load(job) == {"standing": "obsolete"}
    assert outside.complete(job)["standing"] == "done"
    row = followed.row
    assert (row["status"], row["needs"], row["error"]["code"]) == ("stopped", None, "plan_gone")
    assert row["error"]["remedy"]
    assert outside.after(20) == 0, "and it is not tried again"
    assert followed.ask("remove").json()["status"] == "queued"
    loaded = outside.take()["loaded"]
    assert (loaded["export"]["action"], loaded["document"]) == ("remove", None)
    assert len(loaded["items"]) == 4


def test_whoever_stops_following_lets_the_next_export_begin(
    world: World, exporting: Exporting, outside: Outside
) -> None:
    ben = world.person("Ben")
    mine = Exporting.of(outside, ben)
    where = {"id": f"eq.{exporting.plan_id}"}
    exporting.learner.update("learning_plans", {"visibility": "public"}, **where)
    ben.follow({"id": exporting.plan_id})
    followed = Exporting(outside, ben, mine.connection, exporting.plan_id, exporting.tasks)
    followed.start()
    mine.start()
    assert ben.delete("plan_followers", plan_id=f"eq.{exporting.plan_id}").status_code == 200
    job = outside.the_job("export_notion")
    assert outside.load(job) == {"standing": "obsolete"}
    outside.end(job)
    assert followed.row["error"]["code"] == "plan_gone"
    assert outside.exports_under_way() == [mine.id]
    outside.end(outside.take(), SUCCEEDED)
    assert mine.row["status"] == "succeeded"
