"""The model: asked once, by the contract, and every answer that is no plan told apart."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.errors import AccessDenied, LearnbaseError, Unavailable
from learnbase.planning import prompt
from learnbase.planning.request import PlanRequest
from learnbase.services.llm import Answer, Model, ModelFailed
from learnbase.settings import Settings
from tests.fakes.openai import OpenAI

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "openai-responses.json"
REQUEST = PlanRequest(
    topic="Rust",
    skill_level="beginner",
    weekly_hours=5,
    learning_style="practice",
    start_date=dt.date(2026, 11, 23),
)
APIS = ("responses", "chat")


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    with OpenAI() as server:
        yield server
        server.go_on.set()


def ask(server: OpenAI, api: str = "responses", **changes: Any) -> Answer:
    values = {
        "openai_api_key": "sk-test-12345678",
        "openai_base_url": f"{server.url}/v1",
        "openai_api": api,
        "openai_model": "some-model",
        **changes,
    }

    async def asking() -> Answer:
        model = Model(Settings(**values))
        try:
            return await model.roadmap(prompt.messages(REQUEST), person="ada")
        finally:
            await model.close()

    return asyncio.run(asking())


@pytest.mark.parametrize("api", APIS)
def test_a_plan_comes_back_with_what_it_took(openai: OpenAI, api: str):
    answer = ask(openai, api)
    assert len(answer.roadmap.weeks) == 2
    assert answer.usage == {"input_tokens": 1200, "output_tokens": 3400, "cost_usd": None}
    assert len(openai.requests) == 1


def test_the_cost_is_known_where_the_prices_are(openai: OpenAI):
    prices = {"openai_cost_input_per_mtok": 2.0, "openai_cost_output_per_mtok": 8.0}
    usage = ask(openai, **prices).usage
    assert usage is not None
    assert usage["cost_usd"] == pytest.approx(0.0296)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("behaviour", "detail", "code"),
    [
        ("refusal", None, "model_refused"),
        ("filtered", None, "model_refused"),
        ("truncated", None, "model_truncated"),
        ("empty", None, "model_empty"),
        ("text", "  ", "model_empty"),
        ("text", "I am sorry", "model_garbled"),
        ("text", "{}", "model_garbled"),
        ("text", "x" * 1_000_001, "model_too_long"),
        ("not json", None, "model_garbled"),
        ("another shape", None, None),
        ("status", 400, "model_rejected"),
        ("status", 422, "model_rejected"),
    ],
)
def test_an_answer_that_is_no_plan_is_told_apart(
    openai: OpenAI, api: str, behaviour: str, detail: Any, code: str | None
):
    openai.next(behaviour, detail)
    with pytest.raises(ModelFailed) as caught:
        ask(openai, api)
    assert caught.value.code in ({code} if code else {"model_garbled", "model_empty"})
    assert caught.value.remedy
    if behaviour in {"refusal", "truncated"}:
        assert caught.value.usage is not None


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("behaviour", "detail", "retry_after"),
    [
        ("busy", 7, 7.0),
        ("busy", "soon", None),
        ("busy", -5, None),
        ("busy", None, None),
        ("status", 500, None),
        ("status", 503, None),
        ("hang up", None, None),
    ],
)
def test_a_model_that_does_not_answer_now_says_when_if_it_does(
    openai: OpenAI, api: str, behaviour: str, detail: Any, retry_after: float | None
):
    openai.next(behaviour, detail)
    with pytest.raises(Unavailable) as caught:
        ask(openai, api)
    assert caught.value.retry_after == retry_after
    assert len(openai.requests) == 1, "the runner repeats, nobody underneath"


def test_retry_after_may_be_a_date(openai: OpenAI):
    at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)
    openai.next("busy", format_datetime(at, usegmt=True))
    with pytest.raises(Unavailable) as caught:
        ask(openai)
    assert caught.value.retry_after == pytest.approx(120, abs=10)


def test_a_model_that_never_answers_is_not_waited_for_for_ever(openai: OpenAI):
    openai.next("hang")
    with pytest.raises(Unavailable):
        ask(openai, openai_timeout_seconds=0.3)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_or_model_is_for_an_operator(openai: OpenAI, status: int):
    openai.next("status", status)
    with pytest.raises(AccessDenied) as caught:
        ask(openai)
    assert isinstance(caught.value, LearnbaseError)
    assert caught.value.code == "model_access"


def test_the_request_is_bounded_unstored_and_names_nobody(openai: OpenAI):
    ask(openai)
    [(_, body, headers)] = openai.requests
    assert body["store"] is False
    assert body["max_output_tokens"] > 0
    assert body["text"]["format"]["strict"] is True
    assert "ada" not in json.dumps(body)
    assert len(body["safety_identifier"]) == 64
    assert headers["Authorization"] == "Bearer sk-test-12345678"


@pytest.mark.skipif(not CONTRACT.exists(), reason="the service's contract is not at hand")
@pytest.mark.parametrize(
    ("api", "path"), [("responses", "/responses"), ("chat", "/chat/completions")]
)
def test_the_request_keeps_to_the_services_contract(openai: OpenAI, api: str, path: str):
    ask(openai, api, openai_max_output_tokens=5000)
    [(_, body, _)] = openai.requests
    contract = json.loads(CONTRACT.read_text())
    content = contract["paths"][path]["post"]["requestBody"]["content"]
    known, required = properties(content["application/json"]["schema"], contract)
    assert set(body) <= set(known), "a field that the service does not know"
    assert required <= set(body)
    form = body["text"]["format"] if api == "responses" else body["response_format"]["json_schema"]
    name = "TextResponseFormatJsonSchema" if api == "responses" else "ResponseFormatJsonSchema"
    form_known, form_required = properties(contract["components"]["schemas"][name], contract)
    if api == "chat":
        inner = contract["components"]["schemas"][name]["properties"]["json_schema"]
        form_known, form_required = properties(inner, contract)
    assert set(form) <= set(form_known)
    assert form_required <= set(form)


def properties(schema: dict[str, Any], contract: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """All properties of a schema and those required, through `$ref` and `allOf`."""
    if "$ref" in schema:
        return properties(
            contract["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], contract
        )
    known = dict(schema.get("properties", {}))
    required = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        more, needed = properties(part, contract)
        known |= more
        required |= needed
    return known, required
