"""Letters, from the clock to the mail service, by real workers: one each, whatever happens."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from learnbase.security.sealing import Keyring
from learnbase.security.signed_links import LinkKeys, read
from tests.fakes.resend import Resend
from tests.jobs.abroad import TOKEN_KEYS
from tests.jobs.post import EDGE_URL, JOBS, SENDER, SITE_URL, PostOffice, links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.postgrest_proxy import Moment, PostgrestProxy
    from tests.jobs.post import Learner
    from tests.jobs.site import Site, Worker

CALLS = [
    *(f"load_{job}" for job in JOBS),
    *(f"complete_{job}" for job in JOBS),
]
# What the service does to a batch: in doubt or not, it is one letter each in the end.
TROUBLE = [
    *("busy", "concurrent", "daily", "error", "unauthorized", "drop", "huge", "slow"),
    *("commit_then_drop", "commit_then_error", "commit_then_cut", "garbage"),
]
SEVERAL = 3
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def office(site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]) -> Iterator[PostOffice]:
    with Resend() as resend:
        office = PostOffice(site, resend, proxy.url, hire)
        office.clear()
        yield office
        office.clear()


def due(office: PostOffice, count: int = 1) -> list[Learner]:
    """Learners with a plan whose hour has come, and whom the clock has seen."""
    learners = [office.learner() for _ in range(count)]
    for learner in learners:
        office.plan(learner)
    office.is_due(*learners)
    assert office.strikes("weekly-summary") == count
    return learners


def told(office: PostOffice, count: int = SEVERAL) -> list[Learner]:
    """People for whom one letter each is written and waits in a batch."""
    learners = [office.learner() for _ in range(count)]
    for learner in learners:
        office.tell(learner)
    office.tick("letters")
    assert office.worker("write_letters", "--drain").wait() == 0
    assert [row["queue"] for row in office.waiting()] == ["send_email"]
    return learners


# A letter


def test_a_week_goes_from_the_clock_to_one_letter(office: PostOffice):
    [learner] = due(office)
    office.work()
    office.expect_one_each(learner)
    [letter], [row] = office.letters(learner), office.log(learner)
    assert letter.body is not None
    assert (letter.body["from"], letter.to) == (SENDER, learner.address)
    assert row["kind"] == "weekly_summary"
    assert "Sailing" in letter.body["text"]
    assert "Task 1" in letter.body["html"]
    [in_app] = office.log(learner, "in_app")
    assert (in_app["status"], in_app["subject"]) == ("delivered", letter.subject)
    assert in_app["body_text"]


def test_every_link_leads_somewhere_and_those_that_act_are_the_readers_own(office: PostOffice):
    [learner] = due(office)
    office.work()
    [letter] = office.letters(learner)
    leads = links(letter)
    keys, now = LinkKeys.derived(Keyring.parse(TOKEN_KEYS)), dt.datetime.now(dt.UTC)
    acts = [
        read(link.rsplit("/", 1)[1], now, keys, opens={"tick_task", "unsubscribe"})
        for link in leads
        if link.startswith(f"{EDGE_URL}/letters/")
    ]
    assert {act.person for act in acts} == {learner.id}
    assert {act.name for act in acts} == {"tick_task", "unsubscribe"}
    assert any(link.startswith(f"{SITE_URL}/plans/") for link in leads)
    assert letter.body is not None
    headers = letter.body["headers"]
    assert headers["List-Unsubscribe"].strip("<>") in leads
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_learner_with_nothing_due_gets_the_gentle_letter(office: PostOffice):
    learner = office.learner()
    office.is_due(learner)
    office.strikes("weekly-summary")
    office.work()
    office.expect_one_each(learner)
    [row] = office.log(learner)
    assert row["context"]["letter"] == "weekly_nothing_due"
    assert row["kind"] == "weekly_summary", "what people choose is one thing"


def test_a_hundred_letters_cost_three_statements(office: PostOffice, proxy: PostgrestProxy):
    learners = office.learners(100)
    office.is_due(*learners)
    assert office.strikes("weekly-summary") == len(learners)
    assert office.worker("weekly_summary", "--drain").wait() == 0
    proxy.calls.clear()
    assert office.worker("send_email", "--drain").wait() == 0
    office.expect_one_each(*learners)
    assert len(office.resend.requests) == 1
    assert [proxy.count(f"{what}_send_email") for what in ("load", "complete")] == [1, 1]


# Once


def test_a_clock_that_strikes_twice_makes_one_letter(office: PostOffice):
    [learner] = due(office)
    assert office.strikes("weekly-summary") == 0
    office.work()
    office.is_due(learner)
    office.strikes("weekly-summary")
    office.work()
    office.expect_one_each(learner)


def test_two_clocks_at_once_make_one_letter_each(office: PostOffice):
    learners = office.learners(SEVERAL)
    office.is_due(*learners)
    assert office.strikes("weekly-summary", times=2) == SEVERAL
    for learner in learners:
        office.tell(learner)
    assert office.strikes("letters", times=2) == SEVERAL
    office.work()
    for learner in learners:
        assert {row["kind"] for row in office.log(learner)} == {"weekly_summary", "welcome"}
        assert len(office.letters(learner)) == len(office.log(learner)) == 2
    office.expect_order()


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", CALLS)
def test_a_worker_killed_at_any_of_its_calls_costs_nothing_but_time(
    office: PostOffice, proxy: PostgrestProxy, call: str, moment: Moment
):
    weekly = call.endswith("weekly_summary")
    learners = due(office) if weekly else [office.learner()]
    if not weekly:
        office.tell(learners[0])
        office.tick("letters")
    held = proxy.hold(call, moment)
    doomed = office.worker("--concurrency", "3")
    held.wait()
    doomed.kill()
    held.release()
    proxy.forget_rules()
    office.later()
    office.work()
    office.expect_one_each(*learners)


@pytest.mark.parametrize("behaviour", ["hang", "commit_then_hang"])
def test_a_worker_killed_while_the_service_thinks_is_replaced(office: PostOffice, behaviour: str):
    learners = told(office)
    office.resend.next(behaviour)
    doomed = office.worker("send_email")
    office.until_asked()
    doomed.kill()
    office.later()
    office.work()
    office.expect_one_each(*learners)
    assert len({request.digest for request in office.resend.requests}) == 1, "word for word"
    assert len({request.key for request in office.resend.requests}) == 1


@pytest.mark.parametrize("call", [f"complete_{job}" for job in JOBS])
def test_an_outcome_whose_answer_got_lost_is_written_once(
    office: PostOffice, proxy: PostgrestProxy, call: str
):
    [learner] = due(office)
    other = office.learner()
    office.tell(other)
    office.tick("letters")
    proxy.lose_reply(call)
    office.work()
    office.expect_one_each(learner, other)


# Trouble


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("behaviour", TROUBLE)
def test_a_service_in_trouble_costs_time_and_nothing_else(office: PostOffice, behaviour: str):
    learners = told(office)
    for number in (1, 3):
        office.resend.at(number, behaviour)
    office.work()
    office.expect_one_each(*learners)


def test_one_bad_address_among_a_hundred_holds_nobody(office: PostOffice):
    learners = office.learners(99)
    odd = office.learner("ada@exa_mple.com")
    office.is_due(*learners, odd)
    office.tick("weekly-summary")
    assert office.worker("weekly_summary", "--drain").wait() == 0
    office.resend.next("commit_then_drop", times=4)  # and it is the same batch when repeated
    office.work()
    office.expect_one_each(*learners)
    assert len({request.digest for request in office.resend.requests}) == 1
    [row] = office.log(odd)
    assert row["status"] == "failed"
    assert row["reason"] == "to: is no address such as ada@example.com"


def test_a_batch_that_is_refused_is_halved_until_the_culprit_is_alone(office: PostOffice):
    learners = told(office, 4)
    office.resend.next("security", times=2, matching=lambda _: True)
    office.work()
    statuses = sorted(row["status"] for one in learners for row in office.log(one))
    assert statuses == ["sent"] * 4
    office.expect_order()
    office.resend.forget()

    [culprit] = told(office, 1)
    office.resend.next("security")
    office.work()
    [row] = office.log(culprit)
    assert row["status"] == "failed"
    assert row["reason"].startswith("Resend refuses the batch")
    assert office.letters(culprit) == []


def test_a_refusal_after_a_lost_answer_says_nothing_of_the_letters(office: PostOffice):
    learners = told(office)
    office.resend.next("commit_then_drop", times=4)
    assert office.worker().wait() == 0
    office.later()
    office.resend.next("security")
    assert office.worker().wait() == 0
    assert [row["status"] for one in learners for row in office.log(one)] == ["queued"] * SEVERAL
    office.later()
    office.work()
    office.expect_one_each(*learners)


def test_what_was_not_taken_waits_as_long_as_the_service_says(office: PostOffice, site: Site):
    learners = told(office)
    office.resend.next("daily", detail=1800)
    assert office.worker().wait() == 0
    [waits] = site.sql("select extract(epoch from vt - now()) as seconds from pgmq.q_send_email")
    assert 1700 < waits["seconds"] <= 1810
    [batch] = site.sql("select first_attempt_at, sender from private.mail_batches")
    assert batch == {"first_attempt_at": None, "sender": None}, "the next attempt is the first"
    office.later()
    office.work()
    office.expect_one_each(*learners)


def test_a_service_that_keeps_saying_no_is_asked_ever_less(office: PostOffice, site: Site):
    learners = told(office)
    office.resend.next("unauthorized", times=100)
    rests = []
    for _ in range(6):
        assert office.worker().wait() == 0
        [waits] = site.sql(
            "select extract(epoch from vt - now()) as seconds from pgmq.q_send_email"
        )
        rests.append(float(waits["seconds"]))
        office.later()
    assert rests == sorted(rests)
    assert rests[-1] > 100
    office.resend.calm()
    office.work()
    office.expect_one_each(*learners)


def test_who_wants_no_more_while_the_service_says_no_gets_none(office: PostOffice, site: Site):
    leaves, stays = told(office, 2)
    office.resend.next("unauthorized")
    assert office.worker().wait() == 0
    site.sql("select worker.choose_mail(%s, 'welcome')", leaves.id)
    office.later()
    office.work()
    office.expect_one_each(stays)
    [row] = office.log(leaves)
    assert (row["status"], row["reason"]) == ("suppressed", "Not wanted by mail")


def test_what_nobody_knows_of_for_a_day_is_never_sent_again(office: PostOffice):
    learners = told(office)
    office.resend.next("commit_then_drop", times=4)
    assert office.worker().wait() == 0
    assert [row["status"] for one in learners for row in office.log(one)] == ["queued"] * SEVERAL
    office.a_day_later()
    asked = len(office.resend.requests)
    office.work()
    assert len(office.resend.requests) == asked
    for learner in learners:
        [row] = office.log(learner)
        assert row["status"] == "unknown"
        assert "no answer" in row["reason"]
    office.expect_order()


@pytest.fixture
def a_week_of_another_version(site: Site) -> Iterator[Callable[[], None]]:
    """The database tells of weeks in words of its own, until it is brought to the same version."""
    [row] = site.sql("select pg_get_functiondef('private.week_of'::regproc) as body")
    assert "'quiet_weeks'" in row["body"]
    site.sql(row["body"].replace("'quiet_weeks'", "'silent_weeks'"))

    def mended() -> None:
        site.sql(row["body"])

    yield mended
    mended()


def test_a_week_that_nobody_could_read_is_not_lost(
    office: PostOffice, a_week_of_another_version: Callable[[], None]
):
    learners = due(office, 2)
    office.worker("weekly_summary", "--drain").wait()
    assert [row["queue"] for row in office.waiting()] == ["weekly_summary"]
    a_week_of_another_version()
    office.later()
    office.work()
    office.expect_one_each(*learners)


# Wishes


def test_who_unsubscribes_between_writing_and_sending_gets_no_letter(
    office: PostOffice, site: Site
):
    leaves, complains, moves, stays = told(office, 4)
    site.sql("select worker.choose_mail(%s)", leaves.id)
    site.sql(
        "insert into public.mail_suppressions (address, cause) values (%s, 'complained')",
        complains.address,
    )
    site.sql("update public.users set email = 'elsewhere@example.com' where id = %s", moves.id)
    office.work()
    office.expect_one_each(stays)
    reasons = [office.log(one, kind="welcome")[0]["reason"] for one in (leaves, complains, moves)]
    assert reasons == [
        "Not wanted by mail",
        "Mail to this address was reported as unwanted",
        "The address has changed",
    ]
    assert [one.to for one in office.resend.letters] == [stays.address]


def test_who_wants_it_in_the_app_alone_gets_no_letter(office: PostOffice, site: Site):
    learner = office.learner()
    site.sql("select worker.choose_mail(%s, 'weekly_summary')", learner.id)
    office.is_due(learner)
    office.tick("weekly-summary")
    office.work()
    assert office.log(learner) == []
    assert [row["status"] for row in office.log(learner, "in_app")] == ["delivered"]
    assert office.resend.requests == []


# The others


def test_whatever_happens_can_be_put_into_words(office: PostOffice, site: Site):
    learner = office.learner()
    office.plan(learner)
    site.sql(
        "insert into public.notification_preferences (user_id, kind, channel, enabled)"
        " values (%s, 'session_reminder', 'email', true)",
        learner.id,
    )
    office.all_happens(learner)
    office.tick("letters")
    office.work()
    kinds = {row["kind"] for row in site.sql("select kind from public.notification_kinds")}
    in_app = office.log(learner, "in_app")
    assert {row["kind"] for row in in_app} == kinds - {"weekly_summary"}
    unsaid = [(row["kind"], row["reason"]) for row in in_app if row["status"] != "delivered"]
    assert unsaid == []
    [letter] = office.letters(learner)
    assert letter.body is not None
    for row in in_app:
        assert row["subject"] in letter.body["text"]
    office.expect_order()


def test_several_messages_come_in_one_letter(office: PostOffice):
    learner = office.learner()
    office.tell(learner)
    office.tell(learner, "plan_ready", plan_id=office.plan(learner))
    office.tick("letters")
    office.work()
    [letter] = office.letters(learner)
    rows = {row["kind"]: row for row in office.log(learner)}
    assert rows.keys() == {"welcome", "plan_ready", "news"}
    assert str(rows["news"]["id"]) == letter.notification_id
    assert {row["status"] for row in rows.values()} == {"sent"}
    assert {rows[kind]["carried_by"] for kind in ("welcome", "plan_ready")} == {rows["news"]["id"]}
    told_in_app = office.log(learner, "in_app")
    assert letter.body is not None
    for row in told_in_app:
        assert (row["status"], row["due_at"]) == ("delivered", None)
        assert row["subject"] in letter.body["text"]
        assert row["body_text"] in letter.body["text"]
    for kind in ("welcome", "plan_ready"):
        assert f"{SITE_URL}/notifications/{rows[kind]['id']}" in links(letter)
    office.expect_order()


def test_a_dozen_messages_are_ten_and_a_number(office: PostOffice):
    learner = office.learner()
    plan_id = office.plan(learner)
    for _ in range(12):
        office.tell(learner, "plan_ready", plan_id=plan_id)
    office.tick("letters")
    office.work()
    [letter] = office.letters(learner)
    assert letter.body is not None
    assert "and 2 more" in letter.body["text"]
    assert {row["status"] for row in office.log(learner)} == {"sent"}


def test_what_has_nothing_to_say_any_more_is_dropped_and_the_rest_is_said(office: PostOffice):
    learner = office.learner()
    office.tell(learner)
    office.tell(learner, "connection_needs_renewing", connection_id=NOBODY)
    office.tick("letters")
    office.work()
    [letter] = office.letters(learner)
    assert letter.subject == office.log(learner, kind="welcome")[0]["subject"]
    for channel in ("email", "in_app"):
        [row] = office.log(learner, channel, "connection_needs_renewing")
        assert (row["status"], row["reason"]) == ("suppressed", "Nothing to say any more")
    office.expect_order()


@pytest.fixture
def a_kind_without_words(site: Site) -> Iterator[str]:
    site.sql("insert into public.notification_kinds (kind, description) values ('jubilee', 'None')")
    yield "jubilee"
    site.sql("delete from public.notification_kinds where kind = 'jubilee'")


def test_a_kind_without_a_template_fails_alone(office: PostOffice, a_kind_without_words: str):
    learner, other = office.learner(), office.learner()
    office.tell(learner, a_kind_without_words)
    office.tell(learner, "welcome")
    office.tell(other)
    office.tick("letters")
    office.work()
    for channel in ("email", "in_app"):
        [row] = office.log(learner, channel, a_kind_without_words)
        assert row["status"] == "failed"
        assert row["reason"].startswith("There is no letter of kind")
    assert len(office.letters(learner)) == len(office.letters(other)) == 1
    office.expect_order()


# Set up


def test_without_its_settings_mail_is_left_to_other_workers(
    office: PostOffice, hire: Callable[..., Worker]
):
    learner = office.learner()
    office.tell(learner)
    office.tick("letters")
    assert hire("--drain").wait() == 0
    assert [row["queue"] for row in office.waiting()] == ["write_letters"]
    for job, lacking in zip(JOBS, ("TOKEN_KEYS", "TOKEN_KEYS", "RESEND_API_KEY"), strict=True):
        named = hire(job, "--drain")
        assert named.wait() != 0
        assert lacking in " ".join(named.said)
    office.work()
    office.expect_one_each(learner)
