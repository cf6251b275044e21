"""Letters: put together, put into batches, handed over once, and what becomes of them."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.stories.letters import happened, letter_of, provider_id, sent, words
from tests.world import at_once

if TYPE_CHECKING:
    from tests.stories.letters import Letters
    from tests.stories.schedules import Scheduled
    from tests.world import Person, Row, World

ME = "Learnbase <hello@learnbase.example>"


@pytest.fixture
def ada(world: World, letters: Letters) -> Person:
    """Somebody to whom nothing was said yet."""
    ada = world.person()
    letters.forget(ada)
    return ada


def tell(letters: Letters, person: Person, kind: str = "welcome", **context: Any) -> None:
    letters.call("send_notification", user_id=person.id, kind=kind, context=context)


def unwanted(person: Person, kind: str) -> None:
    wish = {"kind": kind, "channel": "email", "enabled": False}
    person.upsert("notification_preferences", wish, on_conflict="user_id,kind,channel")


def written(letters: Letters, person: Person, kind: str = "welcome") -> str:
    """A letter to this person waits in a batch; answers its id."""
    tell(letters, person, kind)
    letters.minutes_go_by(3)
    letters.say()
    return str(letters.mail(person)["id"])


# Several messages, one letter


def test_mail_waits_a_little_and_the_app_does_not(letters: Letters, ada: Person) -> None:
    tell(letters, ada)
    [person] = letters.waiting()
    assert [message["channel"] for message in person["messages"]] == ["in_app"]
    letters.complete(person["job"], words([person]))
    [row] = letters.of(ada, channel="in_app")
    assert (row["status"], row["subject"], row["due_at"]) == ("delivered", "News", None)
    assert letters.waiting() == []
    letters.minutes_go_by(2)
    [person] = letters.waiting()
    assert [message["channel"] for message in person["messages"]] == ["email"]


def test_one_message_is_its_own_letter(letters: Letters, ada: Person) -> None:
    letter = written(letters, ada)
    row = letters.mail(ada)
    assert (row["status"], row["recipient"], row["position"]) == ("queued", ada.email, 0)
    [mail] = letters.send()
    assert mail == {
        "notification_id": letter,
        "kind": "welcome",
        "to": ada.email,
        "subject": "1 news",
        "html": "<p>Hello</p>",
        "text": "Hello\n",
        "unsubscribe": "https://learn.example.com/letters/unsubscribe/t",
    }
    row = letters.mail(ada)
    assert (row["status"], row["provider_id"]) == ("sent", provider_id(letter))
    assert row["sent_at"] is not None


def test_what_happens_together_comes_in_one_letter(letters: Letters, ada: Person) -> None:
    for _ in range(3):
        tell(letters, ada)
    letters.minutes_go_by(2.5)
    tell(letters, ada)
    letters.say()
    [mail] = letters.send()
    assert (mail["kind"], mail["subject"]) == ("news", "4 news")
    carried = [row for row in letters.of(ada, channel="email") if row["kind"] == "welcome"]
    assert {str(row["carried_by"]) for row in carried} == {mail["notification_id"]}
    assert {row["status"] for row in carried} == {"sent"}
    letters.tell(mail["notification_id"], "delivered")
    assert {row["status"] for row in letters.of(ada, channel="email")} == {"delivered"}


def test_who_had_a_letter_waits_an_hour_for_the_next(letters: Letters, ada: Person) -> None:
    written(letters, ada)
    letters.send()
    for _ in range(3):
        tell(letters, ada)
    letters.minutes_go_by(50)
    people = letters.say()
    assert {m["channel"] for person in people for m in person["messages"]} == {"in_app"}
    assert letters.send() == []
    letters.minutes_go_by(10)
    letters.say()
    [mail] = letters.send()
    assert mail["subject"] == "3 news"


def test_nobody_gets_five_letters_in_an_hour(letters: Letters, ada: Person) -> None:
    for _ in range(3):
        tell(letters, ada)
        letters.minutes_go_by(3)
        letters.world.sql("update public.notifications set due_at = now() where due_at is not null")
        letters.say()
        assert len(letters.send()) == 1
    tell(letters, ada)
    letters.world.sql("update public.notifications set due_at = now() where due_at is not null")
    letters.say()
    assert letters.send() == [], "the fourth may be the week's"
    letters.minutes_go_by(61)
    letters.say()
    assert len(letters.send()) == 1


def test_nor_when_the_service_was_away_for_days(letters: Letters, ada: Person) -> None:
    for _ in range(3):
        for _ in range(4):
            tell(letters, ada)
            letters.minutes_go_by(61)
            letters.say()
        letters.minutes_go_by(24 * 60)
    assert len(letters.send()) == 3
    letters.minutes_go_by(61)
    letters.say()
    [mail] = letters.send()
    assert mail["subject"] == "9 news"


def test_a_reminder_of_what_has_begun_and_a_week_that_is_over_are_not_sent(
    letters: Letters, scheduled: Scheduled
) -> None:
    ada, session = scheduled.learner, scheduled.sessions["Read"]["id"]
    letters.forget(ada)
    many(letters, ada, 2)
    letters.world.sql(
        "update public.sessions set starts_at = now() - interval '1 hour', ends_at = now()"
        " where id = %s",
        session,
    )
    letters.world.sql(
        "with letter as (insert into public.notifications"
        " (user_id, kind, channel, dedupe_key, subject, context, created_at, batch_id, recipient)"
        " select %s, k.kind, 'email', gen_random_uuid()::text, 's', k.about, k.at, b.id, u.email"
        " from (values ('session_reminder', jsonb_build_object('session_id', %s::text), now()),"
        "  ('session_reminder', '{\"session_id\": 7}', now()),"
        "  ('weekly_summary', '{}', now() - interval '8 days')) as k (kind, about, at)"
        " cross join private.mail_batches b join public.users u on u.id = %s"
        " where b.settled_at is null returning id) select * from letter",
        *(ada.id, session, ada.id),
    )
    one = {"kind": "session_reminder", "channel": "email", "enabled": True}
    ada.insert("notification_preferences", one)
    assert len(letters.send()) == 3
    reasons = {row["reason"] for row in letters.of(ada) if row["status"] == "suppressed"}
    assert reasons == {"The session has begun", "Its week is over"}


def test_a_reminder_takes_nothing_along(letters: Letters, ada: Person) -> None:
    tell(letters, ada)
    one = {"kind": "session_reminder", "channel": "email", "enabled": True}
    ada.insert("notification_preferences", one)
    tell(letters, ada, "session_reminder", session_id=str(uuid.uuid4()))
    [person] = letters.waiting()
    by_mail = [m["kind"] for m in person["messages"] if m["channel"] == "email"]
    assert by_mail == ["session_reminder"]


def test_what_came_to_nothing_is_asked_for_again_after_an_hour(
    letters: Letters, ada: Person
) -> None:
    tell(letters, ada)
    assert len(letters.waiting()) == 1
    assert letters.waiting() == []
    letters.minutes_go_by(61)
    [person] = letters.waiting()
    assert len(person["messages"]) == 2


def test_what_is_no_letter_any_more_is_dropped_with_the_reason(
    letters: Letters, ada: Person
) -> None:
    tell(letters, ada, "plan_ready", plan_id=str(uuid.uuid4()))
    letters.minutes_go_by(3)
    letters.say()
    rows = letters.of(ada)
    assert {(row["status"], row["reason"]) for row in rows} == {
        ("suppressed", "Nothing to say any more")
    }
    assert letters.waiting() == []


def test_two_workers_write_the_same_messages_once(letters: Letters, ada: Person) -> None:
    for _ in range(2):
        tell(letters, ada)
    letters.minutes_go_by(3)
    [person] = letters.waiting()
    message = {"v": 1, "user_ids": [ada.id]}
    for _ in range(2):
        letters.world.sql(
            "select private.apply_write_letters(%s::jsonb, %s::jsonb)",
            *(json.dumps(message), json.dumps(words([person]))),
        )
    assert len(letters.send()) == 1


def test_a_letter_tells_nobody_what_is_anothers(
    world: World, letters: Letters, ada: Person
) -> None:
    bob = world.person("Bob")
    letters.forget(bob)
    for person in (ada, bob):
        tell(letters, person)
    letters.minutes_go_by(3)
    people = letters.waiting()
    job = people[0]["job"]
    ids = [m["id"] for p in people for m in p["messages"] if m["channel"] == "email"]
    letters.complete(job, {"letters": [{"ids": ids, **letter_of("Both")}]})
    assert letters.send() == []


# Who wants it no more


@pytest.mark.parametrize("several", [False, True])
def test_who_wants_it_no_more_before_it_is_put_together(
    letters: Letters, ada: Person, several: bool
) -> None:
    tell(letters, ada, "plan_failed", reason="x")
    if several:
        tell(letters, ada, "welcome")
    letters.minutes_go_by(3)
    [person] = letters.waiting()
    for message in person["messages"]:
        message["context"] = {}
    unwanted(ada, "plan_failed")
    letters.complete(person["job"], words([person]))
    [row] = letters.of(ada, channel="email", kind="plan_failed")
    assert (row["status"], row["reason"]) == ("suppressed", "Not wanted by mail")
    assert letters.send() == []
    letters.say()
    assert [mail["kind"] for mail in letters.send()] == (["welcome"] if several else [])


@pytest.mark.parametrize("several", [False, True])
def test_who_wants_it_no_more_before_it_is_sent(
    letters: Letters, ada: Person, several: bool
) -> None:
    for _ in range(1 + several):
        tell(letters, ada)
    letters.minutes_go_by(3)
    letters.say()
    letters.call("choose_mail", person=ada.id)
    [batch] = letters.batches()
    assert batch["mails"] == []
    letters.complete(batch["job"], None)
    rows = letters.of(ada, channel="email")
    assert {(row["status"], row["reason"]) for row in rows} == {
        ("suppressed", "Not wanted by mail")
    }


def test_an_address_that_has_changed_gets_nothing(
    world: World, letters: Letters, ada: Person
) -> None:
    written(letters, ada)
    world.sql("update public.users set email = %s where id = %s", f"{uuid.uuid4()}@x.org", ada.id)
    assert letters.send() == []
    assert letters.mail(ada)["reason"] == "The address has changed"


def test_an_address_that_is_gone_suppresses(world: World, letters: Letters, ada: Person) -> None:
    tell(letters, ada)
    world.sql("update public.users set email = null where id = %s", ada.id)
    letters.minutes_go_by(3)
    letters.say()
    row = letters.mail(ada)
    assert (row["status"], row["reason"]) == ("suppressed", "There is no confirmed address")


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        ("bounced", "Mail to this address came back"),
        ("complained", "Mail to this address was reported as unwanted"),
        ("suppressed", "The mail service holds mail to this address back"),
    ],
)
def test_an_address_that_came_back_gets_nothing_until_its_owner_lifts_it(
    world: World, letters: Letters, ada: Person, cause: str, why: str
) -> None:
    letter = written(letters, ada)
    letters.send()
    letters.tell(letter, cause, suppresses=True, reason="No such mailbox")
    [seen] = ada.rows("mail_suppressions")
    assert (seen["address"], seen["cause"], seen["reason"]) == (ada.email, cause, "No such mailbox")
    bob = world.person("Bob")
    letters.forget(bob)
    assert bob.rows("mail_suppressions") == []
    assert bob.call("resume_mail") is False
    letters.forget(ada)
    written(letters, ada)
    assert letters.send() == []
    row = letters.mail(ada)
    assert (row["status"], row["reason"]) == ("suppressed", why)
    assert ada.call("resume_mail") is True
    assert ada.rows("mail_suppressions") == []
    letters.forget(ada)
    written(letters, ada)
    assert len(letters.send()) == 1


# Batches


def many(letters: Letters, ada: Person, count: int) -> list[str]:
    """So many letters to one person, put into batches."""
    rows = letters.world.sql(
        "with made as (insert into public.notifications"
        " (user_id, kind, channel, dedupe_key, subject, body_text, body_html, unsubscribe_url)"
        " select %s, 'welcome', 'email', gen_random_uuid()::text, n::text, 't', 'h', 'u'"
        " from generate_series(1, %s) n returning id, subject)"
        " select array_agg(id order by subject::integer)::text[] as ids from made",
        *(ada.id, count),
    )
    ids: list[str] = rows[0]["ids"]
    letters.world.sql("select private.form_batches(%s::uuid[])", ids)
    return ids


def test_batches_are_of_a_hundred_in_their_order(letters: Letters, ada: Person) -> None:
    ids = many(letters, ada, 250)
    batches = sorted(letters.batches(), key=lambda batch: len(batch["mails"]))
    assert [len(batch["mails"]) for batch in batches] == [50, 100, 100]
    found = [[mail["notification_id"] for mail in batch["mails"]] for batch in batches]
    assert sorted(found) == sorted([ids[:100], ids[100:200], ids[200:]])
    keys = {batch["key"] for batch in batches}
    assert len(keys) == 3
    assert letters.world.value("select private.form_batches(%s::uuid[])", ids) == 0
    assert letters.world.value("select private.form_batches(null)") == 0
    assert letters.world.value("select private.form_batches('{}')") == 0


def test_a_batch_is_what_it_was_at_the_first_attempt(letters: Letters, ada: Person) -> None:
    written(letters, ada)
    first = letters.the_batch()
    assert (first["repeated"], first["age_seconds"], first["sender"]) == (False, 0, ME)
    letters.call("choose_mail", person=ada.id)
    job = letters.again(first["job"])
    second = letters.load(job, sender="Somebody else <else@learnbase.example>")
    assert second["repeated"] is True
    for name in ("key", "sender", "mails"):
        assert second[name] == first[name]
    letters.complete(job, {"sent": [sent(mail) for mail in second["mails"]]})
    assert letters.mail(ada)["status"] == "sent"


def test_nothing_taken_makes_the_next_attempt_the_first(letters: Letters, ada: Person) -> None:
    written(letters, ada)
    first = letters.the_batch()
    assert letters.fail(first["job"], "nothing_taken") == "retrying"
    letters.call("choose_mail", person=ada.id)
    second = letters.the_batch()
    assert (second["repeated"], second["key"]) == (False, first["key"])
    assert second["mails"] == []


def test_an_answer_that_was_lost_leaves_the_batch_as_it_is(letters: Letters, ada: Person) -> None:
    written(letters, ada)
    first = letters.the_batch()
    assert letters.fail(first["job"], "mail_unreachable") == "retrying"
    second = letters.the_batch()
    assert (second["repeated"], second["mails"]) == (True, first["mails"])
    assert letters.call("hand_back_jobs", queue="send_email", deliveries=[second["job"]]) == 1
    third = letters.the_batch()
    assert third["mails"] == first["mails"]


@pytest.mark.parametrize(
    ("code", "became"), [("mail_unreachable", "unknown"), ("nothing_taken", "failed")]
)
def test_what_is_given_up_is_unknown_or_failed_and_never_sent_again(
    world: World, letters: Letters, ada: Person, code: str, became: str
) -> None:
    written(letters, ada)
    assert letters.fail(letters.the_batch()["job"], code, retry_in=None) == "dead"
    row = letters.mail(ada)
    assert (row["status"], row["reason"]) == (became, "The service is not there.")
    [dead] = world.sql("select id from worker.dead_letters")
    answer = world.service.rpc("requeue_dead_letter", "worker", dead_letter_id=dead["id"])
    assert answer.status_code == 409


def test_a_batch_that_never_began_has_failed(letters: Letters, ada: Person) -> None:
    written(letters, ada)
    [job] = letters.read("send_email")
    assert letters.fail(job, "no_key", retry_in=None) == "dead"
    assert letters.mail(ada)["status"] == "failed"


def test_one_that_is_refused_does_not_hold_the_others(letters: Letters, ada: Person) -> None:
    ids = many(letters, ada, 3)
    batch = letters.the_batch()
    refused = [{"id": ids[1], "reason": "The address is none"}]
    letters.complete(
        batch["job"],
        {
            "sent": [sent(mail) for mail in batch["mails"] if mail["notification_id"] != ids[1]],
            "refused": refused,
        },
    )
    rows = {str(row["id"]): row for row in letters.of(ada)}
    assert [rows[one]["status"] for one in ids] == ["sent", "failed", "sent"]
    assert rows[ids[1]]["reason"] == "The address is none"


def test_a_batch_refused_as_a_whole_is_halved_until_the_reason_is_alone(
    letters: Letters, ada: Person
) -> None:
    ids = many(letters, ada, 10)
    bad, requests, keys = ids[6], 0, set()
    while batches := letters.batches():
        for batch in batches:
            requests += 1
            keys.add(batch["key"])
            mails = [mail["notification_id"] for mail in batch["mails"]]
            if bad in mails:
                letters.complete(batch["job"], {"batch_refused": "A field is too long"})
            else:
                letters.complete(batch["job"], {"sent": [sent(mail) for mail in batch["mails"]]})
    rows = {str(row["id"]): row["status"] for row in letters.of(ada)}
    assert rows.pop(bad) == "failed"
    assert set(rows.values()) == {"sent"}
    assert requests == len(keys) <= 9


def test_what_nothing_is_said_of_is_unknown(letters: Letters, ada: Person) -> None:
    ids = many(letters, ada, 2)
    batch = letters.the_batch()
    letters.complete(batch["job"], {"sent": [sent(batch["mails"][0])]})
    rows = {str(row["id"]): row["status"] for row in letters.of(ada)}
    assert [rows[one] for one in ids] == ["sent", "unknown"]


def test_an_unknown_outcome_is_said_of_all(letters: Letters, ada: Person) -> None:
    written(letters, ada)
    letters.complete(letters.the_batch()["job"], {"unknown": "No answer for a day"})
    row = letters.mail(ada)
    assert (row["status"], row["reason"]) == ("unknown", "No answer for a day")
    letters.tell(str(row["id"]), "delivered")
    assert letters.mail(ada)["status"] == "delivered", "the service knew"


# What the service tells


def test_every_order_of_events_ends_the_same(letters: Letters, ada: Person) -> None:
    events = {
        "sent": {},
        "delayed": {},
        "delivered": {},
        "bounced": {"reason": "b", "suppresses": True},
        "opened": {},
        "failed": {"reason": "f"},
    }
    ends = set()
    orders = list(itertools.permutations(events))[::29]
    ids = many(letters, ada, len(orders))
    for batch in letters.batches():
        assert batch["mails"]
    for letter, order in zip(ids, orders, strict=True):
        for number, status in enumerate(order):
            if number == len(ids) % 3:
                letters.tell(letter, order[0], **events[order[0]])
            assert letters.tell(letter, status, **events[status]) == "recorded"
        [row] = letters.world.sql("select * from public.notifications where id = %s", letter)
        ends.add(
            (row["status"], row["reason"], row["bounced_at"] is None, row["opened_at"] is None)
        )
    assert ends == {("opened", None, False, False)}


def test_two_reasons_of_one_status_end_the_same_in_any_order(letters: Letters, ada: Person) -> None:
    said = [("bounced", "x"), ("bounced", "a"), ("bounced", None), ("complained", None)]
    ends = set()
    for order in itertools.permutations(said):
        [letter] = many(letters, ada, 1)
        for status, reason in order:
            letters.tell(letter, status, reason=reason, suppresses=False)
        row = letters.world.sql("select * from public.notifications where id = %s", letter)[0]
        ends.add((row["status"], row["reason"]))
    assert ends == {("complained", None)}


def test_the_gravest_cause_stays_in_any_order(world: World, letters: Letters) -> None:
    for order in itertools.permutations(("bounced", "complained", "suppressed")):
        person = world.person()
        letters.forget(person)
        [letter] = many(letters, person, 1)
        for cause in order:
            letters.tell(letter, cause, suppresses=True)
        assert [row["cause"] for row in person.rows("mail_suppressions")] == ["complained"]


def test_an_event_before_the_answer_stays(letters: Letters, ada: Person) -> None:
    letter = written(letters, ada)
    batch = letters.the_batch()
    assert letters.tell(letter, "delivered") == "recorded"
    letters.complete(batch["job"], {"unknown": "The answer was lost"})
    row = letters.mail(ada)
    assert (row["status"], row["reason"], row["provider_id"]) == (
        "delivered",
        None,
        provider_id(letter),
    )


def test_an_event_is_kept_once(world: World, letters: Letters, ada: Person) -> None:
    letter = written(letters, ada)
    letters.send()
    wish: Row = {
        "external_id": f"msg_{uuid.uuid4()}",
        "type": "email.opened",
        "payload": {},
        "event": happened(letter, "opened"),
    }
    answers = at_once(*[lambda: world.service.rpc("record_mail_event", "worker", **wish)] * 5)
    assert sorted(answer.json() for answer in answers) == ["known"] * 4 + ["recorded"]


def test_events_about_nothing_of_ours_are_kept_and_change_nothing(
    letters: Letters, ada: Person
) -> None:
    letter = written(letters, ada)
    letters.send()
    before = letters.mail(ada)
    assert letters.tell(letter, "bounced", email_id="re_another") == "unknown_letter"
    assert letters.tell(str(uuid.uuid4()), "opened") == "unknown_letter"
    [in_app] = letters.of(ada, channel="in_app")
    assert letters.tell(str(in_app["id"]), "opened") == "unknown_letter"
    assert letters.tell(letter, "bounced", notification_id=None) == "unknown_letter"
    for event in (None, "null"):
        answer = letters.call(
            "record_mail_event",
            external_id=str(uuid.uuid4()),
            type="contact.created",
            payload={},
            event=json.loads(event) if event else None,
        )
        assert answer == "ignored"
    assert letters.mail(ada) == before
    assert ada.rows("mail_suppressions") == []


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", None])
def test_a_time_that_cannot_be_is_one_that_can(
    letters: Letters, ada: Person, at: str | None
) -> None:
    letter = written(letters, ada)
    letters.send()
    assert letters.tell(letter, "delivered", at=at) == "recorded"
    row = letters.mail(ada)
    assert row["status"] == "delivered"
    assert row["created_at"] <= row["delivered_at"] <= row["updated_at"]


# Leaving in the middle of it


@pytest.mark.parametrize("turn", range(3))
def test_leaving_while_letters_are_under_way_hurts_nobody(
    world: World, letters: Letters, turn: int
) -> None:
    people = [world.person(f"P{number}") for number in range(4)]
    for person in people:
        letters.forget(person)
        for _ in range(3):
            tell(letters, person)
    letters.minutes_go_by(3)
    waiting = letters.waiting()
    job = waiting[0]["job"]
    outcome = {"msg_id": job["msg_id"], "read_ct": job["read_ct"], "result": words(waiting)}
    service = world.service
    answers = at_once(
        lambda: service.rpc("complete_write_letters", "worker", outcomes=[outcome]),
        *[lambda person=person: person.rpc("delete_account") for person in people[:2]],  # type: ignore[misc]
    )
    assert {answer.status_code for answer in answers} <= {200, 204}
    assert answers[0].json()[0]["standing"] == "done"
    batch = letters.the_batch()
    mails = batch["mails"]
    assert len(mails) >= 2
    outcome = {"result": {"sent": [sent(mail) for mail in mails]}}
    outcome |= {name: batch["job"][name] for name in ("msg_id", "read_ct")}
    events = [happened(mail["notification_id"], "opened") for mail in mails]
    answers = at_once(
        lambda: service.rpc("complete_send_email", "worker", outcomes=[outcome]),
        lambda: people[2].rpc("delete_account"),
        *[
            lambda event=event: service.rpc(  # type: ignore[misc]
                "record_mail_event",
                "worker",
                external_id=str(uuid.uuid4()),
                type="email.opened",
                payload={"turn": turn},
                event=event,
            )
            for event in events
        ],
    )
    assert {answer.status_code for answer in answers} <= {200, 204}
    rows = letters.of(people[3], channel="email")
    assert {row["status"] for row in rows} == {"opened"}


# A month later


def test_a_month_later_the_log_stays_and_the_html_goes(
    world: World, letters: Letters, ada: Person
) -> None:
    letter = written(letters, ada)
    letters.send()
    batch = letters.mail(ada)["batch_id"]
    settled = "update private.mail_batches set settled_at = now() - %s::interval where id = %s"
    world.sql(settled, "29 days", batch)
    letters.run("prune-archives")
    assert letters.mail(ada)["body_html"] == "<p>Hello</p>"
    world.sql(settled, "31 days", batch)
    letters.run("prune-archives")
    row = letters.mail(ada)
    assert (row["body_html"], row["unsubscribe_url"], row["batch_id"]) == (None, None, None)
    assert (row["subject"], row["body_text"], row["recipient"]) == ("1 news", "Hello\n", ada.email)
    assert (row["status"], row["provider_id"]) == ("sent", provider_id(letter))
    assert world.count("private.mail_batches", id=batch) == 0
    letters.tell(letter, "bounced")
    assert letters.mail(ada)["status"] == "bounced", "what is heard of it later is heard"


def test_what_was_told_of_a_letter_goes_with_it_or_a_month_later(
    world: World, letters: Letters, ada: Person
) -> None:
    told = {}
    for whose in (ada, bob := world.person("Bob")):
        letters.forget(whose)
        letter = written(letters, whose)
        letters.send()
        told[whose.id] = {"external_id": f"told {letter}"}
        letters.call(
            "record_mail_event",
            external_id=f"told {letter}",
            type="email.delivered",
            payload={"data": {"email_id": provider_id(letter), "to": [whose.email]}},
            event=happened(letter, "delivered"),
        )
    ada.call("delete_account")
    assert world.count("public.webhook_events", **told[ada.id]) == 0
    letters.run("prune-archives")
    assert world.count("public.webhook_events", **told[bob.id]) == 1
    world.sql("update public.webhook_events set handled_at = now() - interval '31 days'")
    letters.run("prune-archives")
    assert world.count("public.webhook_events", **told[bob.id]) == 0


def test_a_letter_that_waits_is_kept_however_old_it_is(
    world: World, letters: Letters, ada: Person
) -> None:
    written(letters, ada)
    batch = letters.mail(ada)["batch_id"]
    world.sql("update private.mail_batches set created_at = now() - interval '90 days'")
    letters.run("prune-archives")
    assert letters.mail(ada)["batch_id"] == batch
    [mail] = letters.send()
    assert mail["html"] == "<p>Hello</p>"


def test_a_letter_that_is_held_is_pruned_another_night(
    world: World, letters: Letters, ada: Person
) -> None:
    letter = written(letters, ada)
    letters.send()
    world.sql("update private.mail_batches set settled_at = now() - interval '31 days'")
    with psycopg.connect(world.stack.env()["ADMIN_DATABASE_URL"]) as elsewhere:
        elsewhere.execute("select from public.notifications where id = %s for update", [letter])
        letters.run("prune-archives")
        assert letters.mail(ada)["body_html"] == "<p>Hello</p>"
    letters.run("prune-archives")
    assert letters.mail(ada)["body_html"] is None
