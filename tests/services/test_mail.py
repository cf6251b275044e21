"""Sending: each letter once, each outcome told apart, as fast as is granted and no faster."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.errors import AccessDenied, LearnbaseError, Unavailable
from learnbase.services import mail as service
from learnbase.services.mail import Mails
from learnbase.services.mail_answer import Refused, Sent, outcomes
from learnbase.services.mail_refusals import (
    BatchRefused,
    KeyTaken,
    Later,
    OutcomeUnknown,
    QuotaUsed,
)
from learnbase.services.retrying import Failed
from learnbase.services.window import Window
from tests.fakes.oauth import Clock
from tests.fakes.resend import API_KEY, KEY_LIVES, Resend
from tests.services.posting import a_mail, some_mails

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from learnbase.services.letters import Mail

NOON = 1_800_000_000.0
PASSING = [
    *("error", "drop", "hang", "huge", "garbage", "concurrent"),
    *("commit_then_drop", "commit_then_hang", "commit_then_error", "commit_then_cut"),
]
REFUSALS = [
    ("busy", 60, Later),
    ("daily", None, QuotaUsed),
    ("monthly", None, QuotaUsed),
    ("unauthorized", None, AccessDenied),
    ("security", None, BatchRefused),
]


@pytest.fixture
def fake() -> Iterator[Resend]:
    with Resend(clock=Clock(NOON)) as server:
        yield server
        assert server.violations == []


def asked(
    fake: Resend,
    ask: Callable[[Mails], Awaitable[Any]],
    *,
    api_key: str = API_KEY,
    url: str | None = None,
    window: Window | None = None,
) -> Any:
    rests: list[float] = []

    async def pause(seconds: float) -> None:
        rests.append(seconds)

    async def run() -> Any:
        async with service.connections(api_key, url or fake.url, patience=0.3) as http:
            return await ask(Mails(http, window or Window(5000), pause=pause, chance=lambda: 1.0))

    answer = asyncio.run(run())
    assert rests == sorted(rests), "each wait is longer than the one before"
    return answer


def sent(
    fake: Resend, mails: list[Mail], key: str = "batch/1", **other: Any
) -> list[Sent | Refused]:
    repeated = other.pop("repeated", False)
    answer: list[Sent | Refused] = asked(
        fake, lambda ours: ours.send_batch(mails, key, repeated=repeated), **other
    )
    return answer


def test_a_hundred_letters_are_one_request_and_come_back_in_their_order(fake: Resend):
    mails = some_mails(100)
    outcomes = sent(fake, mails)
    assert [one.id for one in fake.letters] == [one.id for one in outcomes if isinstance(one, Sent)]
    assert [one.notification_id for one in fake.letters] == [
        str(one.notification_id) for one in mails
    ]
    assert len(fake.requests) == 1
    assert fake.letters[6].body == mails[6].body()


def test_a_letter_that_is_not_taken_holds_up_no_other(fake: Resend):
    odd = a_mail(2).model_copy(update={"to": "nobody"})  # past our own checks, for once
    outcomes = sent(fake, [a_mail(1), odd, a_mail(3)])
    assert [type(one) for one in outcomes] == [Sent, Refused, Sent]
    assert isinstance(outcomes[1], Refused)
    assert "Invalid `to` field" in outcomes[1].reason
    assert sorted(fake.by_notification()) == [str(a_mail(n).notification_id) for n in (1, 3)]
    assert sent(fake, [a_mail(1), odd, a_mail(3)]) == outcomes


def test_no_letter_at_all_may_be_taken(fake: Resend):
    odd = a_mail(2).model_copy(update={"to": "nobody"})
    assert [type(one) for one in sent(fake, [odd, odd])] == [Refused, Refused]


@pytest.mark.parametrize("mood", PASSING)
def test_an_answer_that_is_lost_is_asked_for_again_word_for_word(fake: Resend, mood: str):
    fake.next(mood)
    outcomes = sent(fake, some_mails(3))
    assert [type(one) for one in outcomes] == [Sent] * 3
    first, second = fake.requests
    assert (first.key, first.digest) == (second.key, second.digest)
    assert fake.doubled() == []
    assert len(fake.letters) == 3


@pytest.mark.parametrize("mood", PASSING)
def test_what_stays_unknown_is_said_to_be_and_can_be_repeated_for_a_day(fake: Resend, mood: str):
    fake.next(mood, times=4)
    with pytest.raises(OutcomeUnknown):
        sent(fake, some_mails(3))
    assert len(fake.requests) == 4
    fake.calm()
    fake.clock.advance(service.KEY_LIVES)
    assert [type(one) for one in sent(fake, some_mails(3), repeated=True)] == [Sent] * 3
    assert fake.doubled() == []


def test_after_a_day_the_key_protects_nobody(fake: Resend):
    sent(fake, some_mails(2))
    fake.clock.advance(KEY_LIVES)
    sent(fake, some_mails(2))
    assert len(fake.doubled()) == 2
    assert service.KEY_LIVES < KEY_LIVES


@pytest.mark.parametrize(("mood", "detail", "error"), REFUSALS)
def test_a_refusal_means_that_nothing_was_sent(
    fake: Resend, mood: str, detail: float | None, error: type[LearnbaseError]
):
    fake.next(mood, detail=detail)
    with pytest.raises(error):
        sent(fake, some_mails(2))
    assert fake.letters == []
    assert len(fake.requests) == 1


@pytest.mark.parametrize(("mood", "detail", "error"), REFUSALS)
@pytest.mark.parametrize("lost", ["commit_then_drop", "hang"])
def test_a_refusal_after_a_lost_answer_says_nothing_of_the_letters(
    fake: Resend, lost: str, mood: str, detail: float | None, error: type[LearnbaseError]
):
    fake.next(lost)
    fake.next(mood, detail=detail)
    with pytest.raises(OutcomeUnknown) as unknown:
        sent(fake, some_mails(2))
    assert isinstance(unknown.value.__cause__, error)
    assert unknown.value.seconds == getattr(unknown.value.__cause__, "seconds", None)


@pytest.mark.parametrize(("mood", "detail", "error"), REFUSALS)
def test_nor_does_one_when_somebody_tried_before_us(
    fake: Resend, mood: str, detail: float | None, error: type[LearnbaseError]
):
    sent(fake, some_mails(2))
    fake.next(mood, detail=detail)
    with pytest.raises(OutcomeUnknown) as unknown:
        sent(fake, some_mails(2), repeated=True)
    assert isinstance(unknown.value.__cause__, error)


def test_who_is_not_there_was_not_told(fake: Resend):
    for repeated, error in ((False, Unavailable), (True, OutcomeUnknown)):
        with pytest.raises(error):
            sent(fake, some_mails(2), url="http://127.0.0.1:1", repeated=repeated)
    assert fake.requests == []


def test_other_letters_under_the_same_key_are_a_fault_that_is_not_hidden(fake: Resend):
    sent(fake, some_mails(2))
    for repeated in (False, True):
        with pytest.raises(KeyTaken):
            sent(fake, some_mails(3), repeated=repeated)
    assert len(fake.letters) == 2


def test_an_answer_without_end_is_not_read_to_its_end(fake: Resend):
    fake.next("huge", times=4)
    with pytest.raises(OutcomeUnknown, match="no end"):
        sent(fake, [a_mail()])


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [{"id": "a"}]},
        {"data": [{"id": "a"}, {"id": "b"}, {"id": "c"}]},
        {"data": [{"id": "a"}, {"id": "a"}]},
        {"data": [{"id": "a"}], "errors": [{"index": 2, "message": "no"}]},
        {"data": [{"id": "a"}], "errors": [{"index": -1, "message": "no"}]},
        {"data": [{"id": "a"}], "errors": [{"message": "no"}]},
        {"data": [], "errors": [{"index": 0, "message": "no"}, {"index": 0, "message": "no"}]},
        *({"data": "ab"}, {"data": None}, {"data": [1, 2]}, {}, [], "ab", None),
    ],
    ids=str,
)
def test_an_answer_that_does_not_add_up_tells_nothing(answer: object):
    with pytest.raises(Failed):
        outcomes(json.dumps(answer).encode(), 2)


def test_a_letter_that_was_not_taken_may_have_an_empty_place_among_the_ids_or_none():
    errors = [{"index": 0, "message": "no"}]
    for ids in ([{"id": "b"}], [{}, {"id": "b"}], [None, {"id": "b"}]):
        answer = json.dumps({"data": ids, "errors": errors}).encode()
        assert outcomes(answer, 2) == [Refused("no"), Sent("b")]


def test_a_domain_that_is_not_ours_and_a_wrong_key_name_their_settings(fake: Resend):
    with pytest.raises(AccessDenied) as refused:
        sent(fake, [a_mail(sender="hello@elsewhere.example.com")])
    assert "MAIL_FROM" in str(refused.value.remedy)
    with pytest.raises(AccessDenied) as refused:
        sent(fake, [a_mail()], "batch/2", api_key="re_other")
    assert "RESEND_API_KEY" in str(refused.value.remedy)
    assert "re_other" not in str(refused.value)


def test_the_quota_of_the_day_ends_and_the_letters_go():
    clock = Clock(NOON)
    with Resend(daily=3, clock=clock) as fake:
        sent(fake, some_mails(2))
        with pytest.raises(QuotaUsed) as used:
            sent(fake, some_mails(2), "batch/2")
        assert used.value.period == "day"
        assert used.value.seconds == 3600
        clock.advance(24 * 3600)
        sent(fake, some_mails(2), "batch/2")
    with Resend(monthly=1) as fake, pytest.raises(QuotaUsed, match="month"):
        sent(fake, some_mails(2))


def test_a_short_wait_is_waited_and_a_long_one_is_handed_on(fake: Resend):
    fake.next("busy", detail=0.2)
    began = time.monotonic()
    assert sent(fake, [a_mail()])
    assert time.monotonic() - began > 0.19
    fake.next("busy", detail=70)
    with pytest.raises(Later) as later:
        sent(fake, [a_mail(2)], "batch/2")
    assert later.value.seconds == 70


def test_who_waits_behind_a_long_limit_is_told_without_a_request(fake: Resend):
    async def both(ours: Mails) -> list[Any]:
        batches = [ours.send_batch([a_mail(n)], f"batch/{n}") for n in (1, 2, 3)]
        return await asyncio.gather(*batches, return_exceptions=True)

    fake.next("busy", detail=70)
    answers = asked(fake, both, window=Window(10))
    assert [type(one) for one in answers] == [Later] * 3
    assert len(fake.requests) == 1


def test_a_limit_without_end_is_handed_on(fake: Resend):
    fake.next("busy", times=50, detail=0)
    with pytest.raises(Later):
        sent(fake, [a_mail()])
    assert len(fake.requests) == 7


@pytest.mark.parametrize(("expected", "granted"), [(10.0, 40), (60.0, 20)])
def test_it_goes_as_fast_as_the_service_says(expected: float, granted: int):
    """Nearly all of the grant, and nothing over it once it is known."""

    async def many(ours: Mails) -> None:
        await ours.send_batch([a_mail()], "first")
        await asyncio.gather(*(ours.send_batch([a_mail(n)], f"batch/{n}") for n in range(2, 62)))

    with Resend(grant=granted, latency=0.1) as fake:
        asked(fake, many, window=Window(expected))
        assert fake.over_budget == 0
        assert fake.window.share > 0.85
        assert len(fake.letters) == 61


def test_two_that_share_a_grant_both_get_through():
    async def crowd(ours: Mails, first: int) -> None:
        one_by_one = (ours.send_batch([a_mail(n)], f"b/{n}") for n in range(first, first + 25))
        await asyncio.gather(*one_by_one)

    async def both(url: str) -> None:
        async with service.connections(API_KEY, url) as http:
            await asyncio.gather(*(crowd(Mails(http, Window(20)), first) for first in (1, 101)))

    with Resend(grant=20) as fake:
        asyncio.run(both(fake.url))
        assert len(fake.by_notification()) == 50
        assert fake.doubled() == []


def test_who_asks_for_what_was_sent_hears_its_newest(fake: Resend):
    [letter] = sent(fake, [a_mail()])
    assert isinstance(letter, Sent)
    assert asked(fake, lambda ours: ours.last_event(letter.id)) == "queued"
    fake.webhooks.event(fake.letters[0], "delivered")
    assert asked(fake, lambda ours: ours.last_event(letter.id)) == "delivered"
    assert asked(fake, lambda ours: ours.last_event("../emails")) is None
    fake.next("error", times=4)
    with pytest.raises(Unavailable):
        asked(fake, lambda ours: ours.last_event(letter.id))


@pytest.mark.parametrize(
    ("count", "key"), [(0, "k"), (101, "k"), (1, ""), (1, "k" * 257), (1, "a\r\nX: y"), (1, "ä")]
)
def test_what_is_no_batch_is_not_sent(fake: Resend, count: int, key: str):
    with pytest.raises(ValueError, match="batch"):
        sent(fake, some_mails(count), key)
    assert fake.requests == []


def test_killed_at_any_moment_and_begun_anew_each_letter_is_sent_once(fake: Resend):
    async def cut(ours: Mails, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await ours.send_batch(some_mails(20), "batch/1", repeated=True)
        except TimeoutError:
            return

    fake.latency = 0.01
    for step in range(12):
        asked(fake, lambda ours, step=step: cut(ours, step * 0.002))
    sent(fake, some_mails(20), repeated=True)
    assert len(fake.by_notification()) == len(fake.letters) == 20
