"""Servers that call themselves compatible: what each does not know is left out from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from learnbase.generation.asks import ModelFailed
from tests.services.asking import Learner

if TYPE_CHECKING:
    from tests.fakes.openai import OpenAI


def formats(openai: OpenAI) -> list[str]:
    return [body.get("response_format", {}).get("type", "none") for _, body, _ in openai.requests]


def test_a_server_without_strict_schemas_is_asked_for_json(openai: OpenAI):
    openai.accepts = {"json_object", "text"}
    assert len(Learner(openai, "chat").ask_often(2)) == 2
    assert formats(openai) == ["json_schema", "json_object", "json_object"], "it is remembered"
    assert '"weeks"' in openai.requests[-1][1]["messages"][-1]["content"], "the schema is told"


def test_a_server_that_knows_no_format_is_asked_in_words(openai: OpenAI):
    openai.accepts = {"text"}
    assert len(Learner(openai, "chat").ask_often(2)) == 2
    assert formats(openai) == ["json_schema", "json_object", "none", "none"]


def test_many_who_ask_such_a_server_at_once_all_get_their_plan(openai: OpenAI):
    openai.accepts = {"text"}
    assert len(Learner(openai, "chat").ask_often(12, together=True)) == 12


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "This model does not support response format `json_schema`. See supported models"),
        (400, "'response_format.type' : value is not one of the allowed values"),
        (400, "invalid schema for response format: minItems is not supported"),
        (400, "The model only supports response formats: [json text]."),
        (400, "Failed to initialize samplers: failed to parse grammar"),
        (500, "failed to parse grammar"),
        (422, "response_format: Extra inputs are not permitted"),
    ],
)
def test_each_servers_words_for_it_are_understood(openai: OpenAI, status: int, message: str):
    openai.next("error", (status, message))
    assert Learner(openai, "chat").ask().value.weeks
    assert formats(openai) == ["json_schema", "json_object"]


def test_one_refusal_that_had_another_reason_is_not_remembered(openai: OpenAI):
    openai.next("error", (400, "strict but no"), times=3)
    learner = Learner(openai, "chat")
    with pytest.raises(ModelFailed):
        learner.ask()
    openai.requests.clear()
    learner.ask()
    assert formats(openai) == ["json_schema"]


def test_the_limit_is_called_what_the_server_calls_it(openai: OpenAI):
    openai.unknown = {"max_tokens"}
    Learner(openai, "chat", openai_max_output_tokens=5000).ask_often(2)
    assert ["max_completion_tokens" in body for _, body, _ in openai.requests] == [
        False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize("field", ["user", "reasoning_effort"])
def test_a_field_that_a_server_does_not_know_is_left_out(openai: OpenAI, field: str):
    openai.unknown = {field}
    Learner(openai, "chat", openai_reasoning_effort="low").ask_often(2)
    assert [field in body for _, body, _ in openai.requests] == [True, False, False]


@pytest.mark.parametrize(
    "around",
    [
        "```json\n{}\n```",
        "Here is your plan:\n\n```\n{}\n```\nHave fun!",
        '<think>\nFirst {{week: 1}} or {{"week": 1}}?\n</think>\n{}',
        "I thought about it.</think>{}",
        "Of the form {{plan}}, here it is: {}",
        "\ufeff\n {} \n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("api", ["responses", "chat"])
def test_what_stands_around_an_answer_is_read_past(openai: OpenAI, api: str, around: str):
    openai.next("around", around)
    assert Learner(openai, api).ask().value.weeks


def test_a_message_in_parts_is_put_together(openai: OpenAI):
    openai.next("in parts", None)
    assert Learner(openai, "chat").ask().value.weeks


def test_json_that_the_server_itself_found_wrong_may_be_asked_for_again(openai: OpenAI):
    openai.next("error", (400, "Failed to generate JSON.", "json_validate_failed"))
    with pytest.raises(ModelFailed) as caught:
        Learner(openai, "chat").ask()
    assert caught.value.code == "model_garbled"
    assert caught.value.reason


def test_nothing_but_the_limit_that_was_set_is_sent(openai: OpenAI):
    Learner(openai, "chat").ask()
    [(_, body, _)] = openai.requests
    known: set[Any] = {"model", "messages", "user", "response_format"}
    assert set(body) == known
