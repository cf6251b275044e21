"""What happens is told: once, by the channels that somebody wants, and never in its way."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.digest import KINDS, links_needed, render
from tests.stories.deliveries import roadmap
from tests.stories.exports import SUCCEEDED, WORD
from tests.stories.proposals import to_be
from tests.stories.schedules import at
from tests.world import HIDDEN, Refusal, one, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stories.deliveries import Deliveries
    from tests.stories.exports import Exporting, Outside
    from tests.stories.letters import Letters
    from tests.stories.schedules import Scheduled
    from tests.world import Person, Row, World


def nothing_is_said(letters: Letters) -> bool:
    """An hour goes by, and what waited is not worth a word any more."""
    letters.minutes_go_by(61)
    [person] = letters.waiting()
    said = [message for message in person["messages"] if message["context"] is not None]
    assert said == []
    return True


def kinds(letters: Letters, person: Person) -> list[tuple[str, str]]:
    return [(row["kind"], row["channel"]) for row in letters.of(person)]


def both(kind: str) -> list[tuple[str, str]]:
    return [(kind, "email"), (kind, "in_app")]


def readable(kind: str, message: Row, person: Row) -> str:
    """The letter that the worker makes of a message; it says what is missing."""
    links = dict.fromkeys(links_needed(kind, message["context"]), "https://x.example")
    return render(
        kind,
        message["context"],
        locale=person["locale"],
        time_zone=person["time_zone"],
        now=datetime.now(UTC),
        links=links,
    ).text


def said_to(letters: Letters, person: Person, kind: str) -> dict[str, Any]:
    """The words that a message of a kind is made of, which its template takes."""
    letters.minutes_go_by(61)
    [found] = [one for one in letters.waiting() if one["user_id"] == person.id]
    of_kind = [message for message in found["messages"] if message["kind"] == kind]
    assert {message["channel"] for message in of_kind} >= {"in_app"}
    message = of_kind[0]
    assert message["context"] is not None
    assert readable(kind, message, found)
    context: dict[str, Any] = message["context"]
    return context


# What is told


def test_a_welcome_once_the_address_is_confirmed(world: World, letters: Letters) -> None:
    ada = world.person(confirmed=False)
    assert letters.of(ada) == []
    confirm = "update auth.users set email_confirmed_at = %s where id = %s"
    world.sql(confirm, datetime.now(UTC), ada.id)
    assert kinds(letters, ada) == both("welcome")
    assert said_to(letters, ada, "welcome") == {"name": "Ada"}
    world.sql("update public.users set email = null where id = %s", ada.id)
    world.sql("update public.users set email = %s where id = %s", "new@example.com", ada.id)
    assert kinds(letters, ada) == both("welcome"), "once is enough"


def test_a_visitor_is_welcomed_when_they_stay(world: World, letters: Letters) -> None:
    visitor = world.person(anonymous=True)
    assert letters.of(visitor) == []
    world.sql(
        "update auth.users set email = 'v@example.com', email_confirmed_at = now(),"
        " is_anonymous = false where id = %s",
        visitor.id,
    )
    assert kinds(letters, visitor) == both("welcome")


def test_whoever_comes_by_clerk_is_welcomed(world: World, letters: Letters) -> None:
    carla = world.clerk_person()
    assert kinds(letters, carla) == both("welcome")


def test_a_plan_that_is_ready_is_told_of(
    world: World, deliveries: Deliveries, letters: Letters
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    letters.forget(ada)
    assert deliveries.standing(job, roadmap()) == "done"
    assert kinds(letters, ada) == both("plan_ready")
    context = said_to(letters, ada, "plan_ready")
    assert (context["weeks"], context["tasks"], context["minutes"]) == (2, 4, 240)
    assert context["first_week"] == "Week 1"


def test_a_plan_that_failed_is_told_of_until_it_is_tried_again(
    world: World, deliveries: Deliveries, letters: Letters
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    letters.forget(ada)
    assert deliveries.fail(job, retry_in=None) == "dead"
    assert kinds(letters, ada) == both("plan_failed")
    context = said_to(letters, ada, "plan_failed")
    assert (context["reason"], context["remedy"]) == ("The model is busy.", "Wait a little.")
    assert context["counted"] is False
    ada.call("retry_generation", generation_id=job["generation_id"])
    assert nothing_is_said(letters)


def test_a_plan_made_anew_is_no_news(letters: Letters, scheduled: Scheduled) -> None:
    letters.forget(scheduled.learner)
    scheduled.plan.propose(*[to_be(module) for module in scheduled.plan.rows()["modules"]])
    assert letters.of(scheduled.learner) == []


def test_a_plan_that_slipped_is_told_of_while_it_waits_for_a_word(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    ada = scheduled.learner
    letters.forget(ada)
    catch_up = scheduled.propose()
    assert kinds(letters, ada) == both("plan_slipped")
    world.sql(
        "update public.sessions set starts_at = starts_at - interval '10 years',"
        " ends_at = ends_at - interval '10 years' where plan_id = %s",
        scheduled.id,
    )
    context = said_to(letters, ada, "plan_slipped")
    assert (context["missed"], context["minutes"]) == (3, 180)
    assert context["catch_up"]["id"] == catch_up
    ada.call("reject_catch_up", catch_up_id=catch_up)
    assert nothing_is_said(letters)


def test_the_first_export_is_told_of_and_what_follows_is_silent(
    exporting: Exporting, outside: Outside, letters: Letters
) -> None:
    ada = exporting.learner
    letters.forget(ada)
    exporting.exported()
    assert kinds(letters, ada) == both("export_finished")
    context = said_to(letters, ada, "export_finished")
    assert (context["made"], context["provider"], context["topic"]) == (1, "notion", "Sailing")
    exporting.start()
    outside.end(outside.take(), SUCCEEDED)
    assert len(letters.of(ada)) == 2


def test_an_export_that_stopped_says_what_it_needs(
    exporting: Exporting, outside: Outside, letters: Letters
) -> None:
    letters.forget(exporting.learner)
    exporting.start()
    outside.end(outside.take(), WORD)
    assert kinds(letters, exporting.learner) == both("export_stopped")
    context = said_to(letters, exporting.learner, "export_stopped")
    assert context["needs_word"] is True
    assert context["remedy"] == "Restore it, or confirm."


def test_a_connection_that_broke_is_told_of_once(
    world: World, exporting: Exporting, letters: Letters
) -> None:
    ada = exporting.learner
    letters.forget(ada)
    version = world.value(
        "select version from private.connection_tokens where connection_id = %s",
        exporting.connection,
    )
    for _ in range(2):
        world.service.call(
            "break_connection",
            "worker",
            connection_id=exporting.connection,
            version=version,
            code="revoked",
        )
    assert kinds(letters, ada) == both("connection_needs_renewing")
    context = said_to(letters, ada, "connection_needs_renewing")
    assert context == {"name": "Ada", "provider": "notion", "account": "Ada's workspace"}


def test_the_last_plan_of_the_month_is_told_of_unless_it_is_given_back(
    world: World, deliveries: Deliveries, letters: Letters
) -> None:
    ada = world.person()
    world.sql(
        "insert into private.usage_ledger (person, kind, quantity, generation_id)"
        " select %s, 'generation', 1, gen_random_uuid() from generate_series(1, 19)",
        ada.id,
    )
    letters.forget(ada)
    job = deliveries.take(ada)
    assert kinds(letters, ada) == both("limit_reached")
    context = said_to(letters, ada, "limit_reached")
    assert context["limit"] == 20
    resets = datetime.fromisoformat(context["resets_at"]).astimezone(UTC)
    assert (resets.day, resets > datetime.now(UTC)) == (1, True)
    ada.call("cancel_generation", generation_id=job["generation_id"])
    assert nothing_is_said(letters)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("users", {"email": "else@example.com"}),
        ("connections", {"status": "reconnect"}),
        ("exports", {"status": "failed"}),
    ],
)
def test_the_service_may_write_what_is_told_of(
    world: World, exporting: Exporting, table: str, change: Row
) -> None:
    ada = exporting.learner
    exporting.start()
    if table == "users":
        world.sql("update public.users set email = null where id = %s", ada.id)
        change = {"email": f"{uuid.uuid4()}@example.com"}
    whose = {"id" if table == "users" else "user_id": f"eq.{ada.id}"}
    assert world.service.update(table, change, **whose).status_code == 200


def test_what_happens_does_so_whether_it_can_be_told_or_not(
    world: World, deliveries: Deliveries, letters: Letters
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    letters.forget(ada)
    world.sql(
        "alter table public.notifications"
        " add constraint broken check (kind <> 'plan_ready') not valid"
    )
    try:
        assert deliveries.standing(job, roadmap()) == "done"
    finally:
        world.sql("alter table public.notifications drop constraint broken")
    assert ada.rows("plan_generations", id=f"eq.{job['generation_id']}")[0]["status"] == "succeeded"
    assert letters.of(ada) == []


# Who wants it


def test_a_person_chooses_kind_by_kind_and_channel_by_channel(
    world: World, deliveries: Deliveries, letters: Letters
) -> None:
    ada = world.person()
    letters.forget(ada)
    for channel in ("email", "in_app"):
        wish = {"kind": "plan_ready", "channel": channel, "enabled": False}
        key = "user_id,kind,channel"
        assert (
            one(ada.upsert("notification_preferences", wish, on_conflict=key))["enabled"] is False
        )
    assert deliveries.standing(deliveries.take(ada), roadmap()) == "done"
    assert letters.of(ada) == []
    on = {"enabled": True}
    ada.update("notification_preferences", on, kind="eq.plan_ready", channel="eq.in_app")
    assert deliveries.standing(deliveries.take(ada, topic="Rust"), roadmap()) == "done"
    assert kinds(letters, ada) == [("plan_ready", "in_app")]
    assert ada.delete("notification_preferences", kind="eq.plan_ready").status_code == 200


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"kind": "gossip"}, Refusal(422, "unknown_kind", "kind")),
        ({"kind": None}, Refusal(422, "unknown_kind", "kind")),
        ({"channel": "sms"}, Refusal(422, "invalid_channel", "channel")),
        ({"channel": None}, Refusal(422, "invalid_channel", "channel")),
        ({"enabled": None}, Refusal(422, "missing_enabled", "enabled")),
        ({"user_id": str(uuid.uuid4())}, HIDDEN),
    ],
)
def test_a_wish_about_nothing_is_refused_by_its_field(
    world: World, wish: Row, why: Refusal
) -> None:
    whole = {"kind": "welcome", "channel": "email", "enabled": False, **wish}
    assert refusal(world.person().insert("notification_preferences", whole)) == why


def test_nobody_sees_what_somebody_else_wants(world: World) -> None:
    ada, bob = world.person(), world.person("Bob")
    one(
        ada.insert(
            "notification_preferences", {"kind": "welcome", "channel": "email", "enabled": False}
        )
    )
    assert bob.rows("notification_preferences") == []
    assert bob.update("notification_preferences", {"enabled": True}).json() == []
    assert world.nobody.get("notification_kinds").status_code == 401
    kinds = {row["kind"] for row in bob.rows("notification_kinds")}
    # The two are forms of a letter, and nothing to choose.
    assert kinds == KINDS.keys() - {"weekly_nothing_due", "news"}


def test_who_has_no_address_is_told_in_the_app(
    world: World, deliveries: Deliveries, letters: Letters
) -> None:
    visitor = world.person(anonymous=True)
    assert deliveries.standing(deliveries.take(visitor), roadmap()) == "done"
    assert kinds(letters, visitor) == [("plan_ready", "in_app")]


# The service's own


def test_the_service_sends_a_message_once_a_key(world: World, letters: Letters) -> None:
    ada = world.person()
    letters.forget(ada)
    wish = {"user_id": ada.id, "kind": "welcome", "dedupe_key": "hello-again"}
    assert letters.call("send_notification", **wish) == 2
    assert letters.call("send_notification", **wish) == 0
    assert letters.call("send_notification", user_id=ada.id, kind="welcome") == 2
    assert len(letters.of(ada)) == 4


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"user_id": str(uuid.uuid4())}, Refusal(404, "user_not_found", "user_id")),
        ({"user_id": None}, Refusal(404, "user_not_found", "user_id")),
        ({"kind": "gossip"}, Refusal(422, "unknown_kind", "kind")),
        ({"kind": None}, Refusal(422, "unknown_kind", "kind")),
        ({"context": []}, Refusal(422, "invalid_context", "context")),
        ({"context": None}, Refusal(422, "invalid_context", "context")),
        ({"context": {"x": "é" * 60_000}}, Refusal(422, "invalid_context", "context")),
        ({"dedupe_key": ""}, Refusal(422, "invalid_dedupe_key", "dedupe_key")),
        ({"dedupe_key": "k" * 201}, Refusal(422, "invalid_dedupe_key", "dedupe_key")),
    ],
)
def test_a_message_that_is_none_is_refused_by_its_field(
    world: World, letters: Letters, wish: Row, why: Refusal
) -> None:
    ada = world.person()
    letters.forget(ada)
    whole = {"user_id": ada.id, "kind": "welcome", **wish}
    assert refusal(world.service.rpc("send_notification", "worker", **whole)) == why
    assert letters.of(ada) == []


@pytest.mark.parametrize("about", [{}, {"plan_id": "no uuid"}, {"session_id": 7, "starts_at": []}])
@pytest.mark.parametrize(
    "kind", ["plan_ready", "plan_failed", "session_reminder", "export_stopped"]
)
def test_ids_that_are_none_hold_nobody_up(
    world: World, letters: Letters, kind: str, about: Row
) -> None:
    ada = world.person()
    letters.forget(ada)
    letters.call("send_notification", user_id=ada.id, kind=kind, context=about)
    letters.minutes_go_by(3)
    [person] = letters.waiting()
    for message in person["messages"]:
        assert message["context"] is None or message["context"].items() >= about.items()


# Reminders


def begins_in(world: World, scheduled: Scheduled, minutes: float, title: str = "Read") -> datetime:
    """Put a session so many minutes from now."""
    begins = datetime.now(UTC) + timedelta(minutes=minutes)
    world.sql(
        "update public.sessions set starts_at = %s, ends_at = %s where id = %s",
        begins,
        begins + timedelta(hours=1),
        scheduled.sessions[title]["id"],
    )
    return begins


def reminders(letters: Letters, person: Person) -> list[Row]:
    return letters.of(person, kind="session_reminder")


def test_a_session_is_reminded_of_once_at_the_learners_lead(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    ada = scheduled.learner
    begins_in(world, scheduled, 40)
    assert letters.run("session-reminders") == 0
    begins_in(world, scheduled, 29)
    assert letters.run("session-reminders") == 1
    assert letters.run("session-reminders") == 0
    assert [row["channel"] for row in reminders(letters, ada)] == ["in_app"], "by mail it is off"
    context = said_to(letters, ada, "session_reminder")
    assert context["task"]["title"] == "Read"
    assert (context["part"], context["parts"]) == (1, 1)
    # Elsewhere, it is another reminder.
    begins_in(world, scheduled, 60 * 24)
    letters.minutes_go_by(61)
    [person] = letters.waiting()
    assert [m["context"] for m in person["messages"] if m["kind"] == "session_reminder"] == [None]
    begins_in(world, scheduled, 10)
    assert letters.run("session-reminders") == 1


def test_a_lead_of_ones_own_and_none_at_all(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    ada = scheduled.learner
    one(ada.insert("study_preferences", {"reminder_lead_minutes": 120}))
    begins_in(world, scheduled, 119)
    assert letters.run("session-reminders") == 1
    begins_in(world, scheduled, 59)
    assert letters.run("session-reminders") == 0, "missed for more than an hour"
    ada.update("study_preferences", {"reminder_lead_minutes": None})
    begins_in(world, scheduled, 20)
    assert letters.run("session-reminders") == 0


def test_a_missed_tick_of_reminders_is_made_up_for(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    begins_in(world, scheduled, -1)
    assert letters.run("session-reminders") == 0, "it has begun"
    begins_in(world, scheduled, 2)
    assert letters.run("session-reminders") == 1


def test_what_is_done_or_set_aside_or_unwanted_is_not_reminded_of(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    ada = scheduled.learner
    for minutes, title in ((10, "Read"), (12, "Watch"), (14, "Ship")):
        begins_in(world, scheduled, minutes, title)
    ada.tick({"id": scheduled.tasks["Read"]})
    ada.tick({"id": scheduled.tasks["Watch"]}, "not_started", set_aside_at=at(-4000))
    one(
        ada.insert(
            "notification_preferences",
            {"kind": "session_reminder", "channel": "in_app", "enabled": False},
        )
    )
    assert letters.run("session-reminders") == 0
    one(
        ada.insert(
            "notification_preferences",
            {"kind": "session_reminder", "channel": "email", "enabled": True},
        )
    )
    assert letters.run("session-reminders") == 1
    [row] = reminders(letters, ada)
    assert (row["channel"], row["context"]["session_id"]) == (
        "email",
        scheduled.sessions["Ship"]["id"],
    )
    assert row["due_at"] <= datetime.now(UTC), "it cannot wait for other news"
    ada.tick({"id": scheduled.tasks["Ship"]})
    [person] = [found for found in letters.waiting() if found["user_id"] == ada.id]
    mine = [m for m in person["messages"] if m["kind"] == "session_reminder"]
    assert [m["context"] for m in mine] == [None]


def test_a_follower_hears_nothing_of_a_plan_that_was_made_private(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    bob = world.person("Bob")
    followed = scheduled.followed_by(bob)
    followed.make()
    world.sql(
        "update public.sessions set starts_at = now() + interval '10 minutes',"
        " ends_at = now() + interval '1 hour' where user_id = %s",
        bob.id,
    )
    assert letters.run("session-reminders") == 3
    scheduled.learner.update("learning_plans", {"visibility": "private"}, id=f"eq.{scheduled.id}")
    people = [found for found in letters.waiting() if found["user_id"] == bob.id]
    told = [m for p in people for m in p["messages"] if m["kind"] == "session_reminder"]
    assert {json.dumps(message["context"]) for message in told} == {"null"}


# Links in letters


def act(
    letters: Letters, person: Person | str, act: str, about: str, *, perform: bool = False
) -> Row:
    whose = person if isinstance(person, str) else person.id
    wish = {"person": whose, "act": act, "about": about, "perform": perform}
    [row] = letters.call("act_by_letter", **wish)
    return dict(row)


def test_a_task_is_ticked_from_a_letter_and_only_when_asked_to(
    letters: Letters, scheduled: Scheduled
) -> None:
    ada, task = scheduled.learner, scheduled.tasks["Read"]
    looked = act(letters, ada, "tick_task", task)
    assert (looked["state"], looked["title"]) == ("open", "Read")
    assert ada.rows("task_progress") == []
    for _ in range(2):
        assert act(letters, ada, "tick_task", task, perform=True)["state"] == "done"
    [progress] = ada.rows("task_progress")
    assert progress["status"] == "completed"
    stamped = progress["completed_at"]
    act(letters, ada, "tick_task", task, perform=True)
    assert ada.rows("task_progress")[0]["completed_at"] == stamped


def test_a_catch_up_is_accepted_from_a_letter(letters: Letters, scheduled: Scheduled) -> None:
    ada, catch_up = scheduled.learner, scheduled.propose()
    assert act(letters, ada, "accept_catch_up", catch_up)["state"] == "open"
    before = scheduled.sessions["Read"]["starts_at"]
    for _ in range(2):
        assert act(letters, ada, "accept_catch_up", catch_up, perform=True)["state"] == "done"
    assert scheduled.sessions["Read"]["starts_at"] != before
    assert scheduled.catch_ups[0]["status"] == "applied"
    assert scheduled.sessions["Read"]["pinned_at"] is None


def test_a_catch_up_whose_times_have_moved_on_is_late(
    letters: Letters, scheduled: Scheduled
) -> None:
    ada, catch_up = scheduled.learner, scheduled.propose()
    assert scheduled.move("Read", starts_at=at(1, 3), ends_at=at(1, 4)).status_code == 200
    assert act(letters, ada, "accept_catch_up", catch_up, perform=True)["state"] == "late"
    ada.call("reject_catch_up", catch_up_id=catch_up)
    assert act(letters, ada, "accept_catch_up", catch_up)["state"] == "late"


@pytest.mark.parametrize("gone", ["somebody else", "nobody", "deleted plan", "private plan"])
def test_a_link_works_for_its_learner_and_while_they_learn(
    world: World, letters: Letters, scheduled: Scheduled, gone: str
) -> None:
    bob = world.person("Bob")
    followed = scheduled.followed_by(bob)
    followed.make()
    task, catch_up = scheduled.tasks["Read"], followed.propose()
    whose: Person | str = bob
    if gone == "somebody else":
        whose = world.person("Eve")
    elif gone == "nobody":
        whose = str(uuid.uuid4())
    elif gone == "deleted plan":
        assert (
            scheduled.learner.delete("learning_plans", id=f"eq.{scheduled.id}").status_code == 200
        )
    else:
        scheduled.learner.update(
            "learning_plans", {"visibility": "private"}, id=f"eq.{scheduled.id}"
        )
    for verb, about in (("tick_task", task), ("accept_catch_up", catch_up)):
        answer = act(letters, whose, verb, about, perform=True)
        assert answer == {"state": "gone", "title": None, "topic": None}
    assert bob.rows("task_progress") == []


def test_a_letter_does_nothing_else(world: World) -> None:
    wish = {"person": world.person().id, "act": "delete_account", "about": str(uuid.uuid4())}
    answer = world.service.rpc("act_by_letter", "worker", **wish, perform=True)
    assert refusal(answer) == Refusal(422, "unknown_act", "act")


def test_whoever_comes_by_clerk_accepts_by_letter_too(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    carla = world.clerk_person()
    followed = scheduled.followed_by(carla)
    followed.make()
    catch_up = followed.propose()
    assert act(letters, carla, "accept_catch_up", catch_up, perform=True)["state"] == "done"


def mails_of(person: Person) -> dict[str, bool]:
    rows = person.rows("notification_preferences", channel="eq.email")
    return {row["kind"]: row["enabled"] for row in rows}


def test_mail_is_ended_by_kind_and_as_a_whole_and_begins_again(
    world: World, letters: Letters
) -> None:
    ada = world.person()
    choose: Callable[..., int] = lambda **wish: letters.call("choose_mail", person=ada.id, **wish)  # noqa: E731
    for _ in range(2):
        assert choose(kind="plan_ready") == 1
    assert mails_of(ada) == {"plan_ready": False}
    assert choose() == len(ada.rows("notification_kinds"))
    assert set(mails_of(ada).values()) == {False}
    assert choose(kind="plan_ready", enabled=True) == 1
    choose(enabled=True)
    assert {kind for kind, on in mails_of(ada).items() if not on} == {"session_reminder"}
    assert choose(kind="gossip") == 0
    assert letters.call("choose_mail", person=str(uuid.uuid4())) == 0


# Leaving


def test_whoever_leaves_takes_their_messages_along(world: World, letters: Letters) -> None:
    ada = world.person()
    assert letters.of(ada) != []
    ada.call("delete_account")
    assert letters.of(ada) == []
    assert world.count("public.summary_times", user_id=ada.id) == 0


def test_people_mark_their_messages_as_read_and_write_nothing_else(world: World) -> None:
    ada, bob = world.person(), world.person("Bob")
    now = datetime.now(UTC).isoformat()
    assert len(ada.update("notifications", {"read_at": now}).json()) == 2
    assert bob.rows("notifications", user_id=f"eq.{ada.id}") == []
    for change in ({"subject": "x"}, {"due_at": None}, {"status": "sent"}, {"recipient": "e@x.y"}):
        assert refusal(ada.update("notifications", change)) == HIDDEN
    assert refusal(ada.insert("notifications", {"user_id": ada.id, "kind": "x"})) == HIDDEN
    answer = ada.rpc("send_notification", "worker", user_id=ada.id, kind="welcome")
    assert answer.status_code in (403, 404, 406)


def is_told(world: World, person: Person) -> None:
    """What waits for words has reached them."""
    world.sql(
        "update public.notifications set due_at = null, status = 'delivered' where user_id = %s",
        person.id,
    )


def test_a_proposal_of_which_nothing_was_said_keeps_none_after_it_quiet(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    """Who sped ahead has not slipped, and is told when they have."""
    ada = scheduled.learner
    letters.forget(ada)
    scheduled.propose(7)
    assert nothing_is_said(letters)
    world.sql("update public.notifications set due_at = null, status = 'suppressed'")
    letters.minutes_go_by(24 * 60)
    slip = "update public.sessions set starts_at = starts_at - interval '10 years',"
    slip += " ends_at = ends_at - interval '10 years' where plan_id = %s"
    world.sql(slip, scheduled.id)
    scheduled.propose(8)
    assert kinds(letters, ada) == both("plan_slipped") * 2


def test_a_proposal_that_waits_is_told_of_once_a_week_and_not_every_night(
    world: World, letters: Letters, scheduled: Scheduled
) -> None:
    """Who went away is proposed to anew each night, for the times pass."""
    ada = scheduled.learner
    letters.forget(ada)
    for night in range(8):
        scheduled.propose(7 + night)
        assert kinds(letters, ada) == both("plan_slipped") * (1 if night < 7 else 2)
        is_told(world, ada)
        world.sql("alter table public.notifications disable trigger user")
        world.sql(
            "update public.notifications set created_at = created_at - interval '1 day'"
            " where user_id = %s",
            ada.id,
        )
        world.sql("alter table public.notifications enable trigger user")
    ada.call("reject_catch_up", catch_up_id=scheduled.catch_ups[0]["id"])
    scheduled.propose(20)
    assert kinds(letters, ada)[-2:] == both("plan_slipped")
    assert len(letters.of(ada)) == 6
