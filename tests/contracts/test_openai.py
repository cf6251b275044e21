"""Each request to a model, held against the service's own contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from learnbase.generation.replacements import Replacements
from learnbase.planning.model_roadmap import ModelOutline, ModelRoadmap, ModelWeeks
from tests.contracts.contract import HERE, Contract
from tests.fakes.openai import OpenAI
from tests.services.asking import Learner

if TYPE_CHECKING:
    from pydantic import BaseModel

NAME = "openai-responses.json"
PATHS = {"responses": "/responses", "chat": "/chat/completions"}
FORMATS = ({"json_schema", "json_object", "text"}, {"json_object", "text"}, {"text"})
SHAPES = (ModelRoadmap, ModelOutline, ModelWeeks, Replacements)
SETTINGS: dict[str, Any] = {
    "openai_max_output_tokens": 5000,
    "openai_reasoning_effort": "low",
    "openai_web_search": True,
}
pytestmark = pytest.mark.skipif(
    not (HERE / NAME).exists(), reason="the service's contract is not at hand"
)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract(NAME)


def requests(api: str, shape: type[BaseModel], **settings: Any) -> list[dict[str, Any]]:
    with OpenAI() as server:
        for accepted in FORMATS:
            server.accepts = accepted
            for search in (False, True):
                Learner(server, api, **settings).ask(shape=shape, search=search)
        return [body for _, body, _ in server.requests]


@pytest.mark.parametrize("settings", [{}, SETTINGS], ids=["as it comes", "all of it"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("api", PATHS)
def test_every_request_keeps_to_the_contract(
    contract: Contract, api: str, shape: type[BaseModel], settings: dict[str, Any]
):
    for body in requests(api, shape, **settings):
        assert contract.wrong(PATHS[api], body) == []


@pytest.mark.parametrize("effort", ["none", "minimal", "low", "medium", "high", "xhigh"])
def test_every_effort_that_can_be_set_is_one_the_service_knows(contract: Contract, effort: str):
    body = {"model": "m", "input": "x", "reasoning": {"effort": effort}}
    assert contract.wrong("/responses", body) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_one_that_strict_output_accepts(shape: type[BaseModel]):
    [body, *_] = requests("responses", shape)
    form = body["text"]["format"]
    assert form["name"].isalnum()
    expect_strict(form["schema"], form["schema"].get("$defs", {}), level=1)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"temprature": 1}, "$: temprature is unknown"),
        ({"store": "no"}, "$.store: 'no' is no boolean"),
        ({"reasoning": {"effort": "huge"}}, "$.reasoning.effort: 'huge' is none of"),
        ({"tools": [{"type": "web_serch"}]}, "web_serch"),
        ({"text": {"format": {"type": "json_schema", "name": "x"}}}, "schema is missing"),
        ({"max_output_tokens": True}, "is no integer"),
    ],
)
def test_a_request_that_breaks_the_contract_is_found(
    contract: Contract, change: dict[str, Any], wrong: str
):
    body = {"model": "m", "input": "x"}
    assert contract.wrong("/responses", body) == []
    assert wrong in "\n".join(contract.wrong("/responses", body | change))


def expect_strict(schema: dict[str, Any], known: dict[str, Any], *, level: int) -> None:
    """Every field required, none besides, no defaults, and five levels at most."""
    if "$ref" in schema:
        expect_strict(known[schema["$ref"].rsplit("/", 1)[1]], known, level=level)
        return
    assert level <= 5
    assert "default" not in schema
    if schema.get("type") == "object":
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) == set(schema["properties"])
        for field in schema["properties"].values():
            expect_strict(field, known, level=level + 1)
    if "items" in schema:
        expect_strict(schema["items"], known, level=level)
