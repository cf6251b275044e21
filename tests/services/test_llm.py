"""The model: asked as its service wants it, and every answer that is no plan told apart."""

from __future__ import annotations

import datetime as dt
import json
import logging
import subprocess
import sys
import traceback
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.errors import AccessDenied, LearnbaseError, Unavailable
from learnbase.generation.asks import AnswerLost, ModelFailed
from learnbase.planning.model_roadmap import ModelOutline
from learnbase.planning.usage import Usage
from tests.fakes.openai_wire import FAULTS
from tests.services.asking import KEY, Learner

if TYPE_CHECKING:
    from tests.fakes.openai import OpenAI

APIS = ("responses", "chat")
# What there is after each fault: the code of an error, or nothing where a second try mends it.
ENDS = {
    "busy, and says until when": None,
    "busy, and does not say": None,
    "500": None,
    "502": None,
    "503": None,
    "529": None,
    "hangs up before the headers": None,
    "hangs up after the headers": None,
    "the reply is lost, and paid": None,
    "never answers": "model_unavailable",
    "drips for ever": "model_unavailable",
    "pours for ever": "model_too_long",
    "failed": {"responses": None, "chat": "model_empty"},
    "truncated": "model_truncated",
    "refusal": "model_refused",
    "content filter": "model_refused",
    "empty": "model_empty",
    "blank": "model_empty",
    "prose": "model_garbled",
    "another schema": "model_garbled",
    "an empty object": "model_garbled",
    "half of the JSON": "model_garbled",
    "nested deeply": "model_garbled",
    "a huge number": "model_garbled",
    "half a surrogate pair": "model_garbled",
    "2 MB of text": "model_too_long",
    "12 MB of text": "model_too_long",
    "packed": "model_too_long",
    "a page of HTML": "model_garbled",
    "half of the body": "model_garbled",
    "a body nested deeply": "model_garbled",
    "another body": "model_empty",
    "a wrong language": None,  # which is for the checks of a plan to find
}
PAID_TWICE = {"hangs up after the headers", "the reply is lost, and paid", "failed"}


@pytest.mark.parametrize("api", APIS)
def test_a_plan_comes_back_with_what_it_took(openai: OpenAI, api: str):
    reply = Learner(openai, api).ask()
    assert [week.week for week in reply.value.weeks] == [1]
    assert reply.usage == Usage(1200, 3400)
    assert len(openai.requests) == 1


@pytest.mark.parametrize("api", APIS)
def test_any_shape_can_be_asked_for(openai: OpenAI, api: str):
    reply = Learner(openai, api).ask(shape=ModelOutline)
    assert reply.value.weeks[0].focus == ["One", "Two", "Three"]
    assert openai.asked_for() == ["outline"]


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_mended_or_told(openai: OpenAI, api: str, fault: str):
    end = ENDS[fault]
    code = end[api] if isinstance(end, dict) else end
    endless = fault in {"never answers", "drips for ever"}
    learner = Learner(openai, api, openai_timeout_seconds=1.5 if endless else 20)
    openai.next(*FAULTS[fault])
    if code is None:
        assert learner.ask().value.weeks
        paid = sum(1 for call in openai.ledger if sum(call.tokens))
        assert paid == (2 if fault in PAID_TWICE else 1)
        return
    with pytest.raises(LearnbaseError) as caught:
        learner.ask()
    problem = caught.value
    assert problem.code == code
    assert problem.message
    assert isinstance(problem, Unavailable if code == "model_unavailable" else ModelFailed)
    assert len(openai.requests) == 1, "an answer that cannot be used is not asked for again here"
    if code == "model_garbled":
        assert isinstance(problem, ModelFailed)
        assert problem.remedy
        assert problem.reason.endswith(".")
        assert len(problem.reason) < 500


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("behaviour", ["refusal", "truncated", "filtered", "empty", "text"])
def test_an_answer_that_is_of_no_use_was_paid_all_the_same(
    openai: OpenAI, api: str, behaviour: str
):
    openai.next(behaviour, "I am sorry")
    with pytest.raises(ModelFailed) as caught:
        Learner(openai, api).ask()
    assert caught.value.usage == Usage(1200, 3400)


@pytest.mark.parametrize("counted", [None, {}, {"input_tokens": -5}, {"prompt_tokens": "many"},
                                     {"output_tokens": 10**15}])  # fmt: skip
@pytest.mark.parametrize("api", APIS)
def test_a_service_that_does_not_count_counts_as_nothing(openai: OpenAI, api: str, counted: Any):
    openai.next("counting", counted)
    assert Learner(openai, api).ask().usage == Usage(0, 0)


@pytest.mark.parametrize("api", APIS)
def test_a_reply_that_was_lost_counts_as_much_as_the_one_that_came(openai: OpenAI, api: str):
    openai.next("lost")
    usage = Learner(openai, api).ask().usage
    assert (usage.input_tokens, usage.output_tokens) == (2400, 6800)
    assert [call.tokens for call in openai.ledger] == [(1200, 3400)] * 2


@pytest.mark.parametrize("fault", [("lost", None), ("wait", None)])
def test_no_reply_to_what_was_sent_is_told_apart_from_a_refusal(
    openai: OpenAI, fault: tuple[str, Any]
):
    openai.next(*fault, times=3)
    with pytest.raises(AnswerLost):
        Learner(openai, "responses", openai_timeout_seconds=1.5).ask()
    openai.go_on.set()


def test_a_model_that_is_not_there_cost_nothing(openai: OpenAI):
    openai.next("status", 503, times=3)
    with pytest.raises(Unavailable) as caught:
        Learner(openai, "responses").ask()
    assert not isinstance(caught.value, AnswerLost)


@pytest.mark.parametrize("fault", [("busy", None), ("status", 503), ("hang up", None)])
def test_a_service_is_asked_three_times_and_no_more(openai: OpenAI, fault: tuple[str, Any]):
    openai.next(*fault, times=4)
    with pytest.raises(Unavailable) as caught:
        Learner(openai).ask()
    assert len(openai.requests) == 3
    assert caught.value.retry_after is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "600"}, 600),
        ({"Retry-After": "9", "Retry-After-Ms": "700000"}, 700),
        ({"X-RateLimit-Remaining-Tokens": "0", "X-RateLimit-Reset-Tokens": "6m0s"}, 360),
        ({"Retry-After": "1" + "0" * 400}, 86_400),
    ],
)
def test_a_wait_beyond_our_patience_is_told_at_once(
    openai: OpenAI, headers: dict[str, str], seconds: float
):
    openai.next("busy", headers)
    with pytest.raises(Unavailable) as caught:
        Learner(openai).ask()
    assert caught.value.retry_after == seconds
    assert len(openai.requests) == 1


def test_retry_after_may_be_a_date(openai: OpenAI):
    at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=10)
    openai.next("busy", format_datetime(at, usegmt=True))
    with pytest.raises(Unavailable) as caught:
        Learner(openai).ask()
    assert caught.value.retry_after == pytest.approx(600, abs=10)


@pytest.mark.parametrize("said", ["soon", "-5", "", "\xb2"])
def test_a_wait_that_is_nonsense_is_our_own(openai: OpenAI, said: str):
    openai.next("busy", said)
    assert Learner(openai).ask().value.weeks


@pytest.mark.parametrize("api", APIS)
def test_an_empty_account_is_for_an_operator_and_not_asked_again(openai: OpenAI, api: str):
    openai.next("quota")
    with pytest.raises(AccessDenied) as caught:
        Learner(openai, api).ask()
    assert caught.value.code == "model_quota"
    assert len(openai.requests) == 1


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_or_model_is_for_an_operator(openai: OpenAI, api: str, status: int):
    openai.next("status", status)
    with pytest.raises(AccessDenied) as caught:
        Learner(openai, api).ask()
    assert caught.value.code == "model_access"


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_that_is_not_accepted_is_told_apart(openai: OpenAI, status: int):
    openai.next("status", status)
    with pytest.raises(ModelFailed) as caught:
        Learner(openai).ask()
    assert caught.value.code == "model_rejected"


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("field", ["reasoning.effort", "max_output_tokens", "model"])
def test_what_an_operator_set_wrongly_is_for_an_operator(openai: OpenAI, api: str, field: str):
    openai.next("error", (400, "Unsupported value", "unsupported_value", field), times=4)
    with pytest.raises(AccessDenied) as caught:
        Learner(openai, api).ask()
    assert caught.value.code == "model_access"
    assert field in (caught.value.remedy or "")


@pytest.mark.parametrize("field", [None, "input", "input[1].content", "messages", 7])
def test_what_a_learner_wrote_is_for_the_learner(openai: OpenAI, field: Any):
    openai.next("error", (400, "Invalid prompt", "invalid_prompt", field))
    with pytest.raises(ModelFailed) as caught:
        Learner(openai).ask()
    assert caught.value.code == "model_rejected"


def test_a_response_that_failed_for_good_is_a_refusal(openai: OpenAI):
    openai.next("failed", "invalid_prompt")
    with pytest.raises(ModelFailed) as caught:
        Learner(openai).ask()
    assert caught.value.code == "model_refused"


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_key_that_the_service_echoes_is_in_no_error_and_no_log(
    openai: OpenAI, caplog: pytest.LogCaptureFixture, status: int
):
    openai.next("echo", status, times=3)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(LearnbaseError) as caught:
        Learner(openai).ask()
    told = "".join(traceback.format_exception(caught.value))
    told += str(vars(caught.value)) + caplog.text
    assert KEY not in told


def test_the_request_is_bounded_unstored_and_names_nobody(openai: OpenAI):
    Learner(openai).ask()
    [(_, body, headers)] = openai.requests
    assert body["store"] is False
    assert body["max_output_tokens"] > 0
    assert body["text"]["format"]["strict"] is True
    assert "tools" not in body
    assert "temperature" not in body
    assert "ada" not in json.dumps(body)
    assert len(body["safety_identifier"]) == 64
    assert headers["Authorization"] == f"Bearer {KEY}"


def test_the_web_is_searched_only_where_it_is_switched_on_and_asked_for(openai: OpenAI):
    Learner(openai).ask(search=True)
    Learner(openai, openai_web_search=True).ask()
    assert all("tools" not in body for _, body, _ in openai.requests)
    openai.requests.clear()
    openai.next("citing", ["https://a.example/", "https://b.example/", "https://a.example/"])
    reply = Learner(openai, openai_web_search=True).ask(search=True)
    [(_, body, _)] = openai.requests
    assert body["tools"] == [{"type": "web_search"}]
    assert reply.citations == ("https://a.example/", "https://b.example/")


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("behaviour", [("text", "x" * 12_000_000), ("flood", None)])
def test_an_answer_of_any_length_takes_little_memory(
    openai: OpenAI, api: str, behaviour: tuple[str, Any]
):
    openai.next("refusal")
    openai.next(*behaviour)
    done = subprocess.run(
        [sys.executable, "-m", "tests.services.peak_memory", openai.url, api],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    code, megabytes = done.stdout.split()
    assert code == "model_too_long"
    assert float(megabytes) < 40


def test_no_more_than_the_setting_allows_are_asked_side_by_side(openai: OpenAI):
    openai.delay = 0.05
    learner = Learner(openai, openai_concurrency=2)
    learner.ask_often(6, together=True)
    at = [call.at for call in openai.ledger]
    gaps = [later - earlier for earlier, later in zip(at, at[2:], strict=False)]
    assert min(gaps) > 0.04, "the third came before one of the first two was answered"
