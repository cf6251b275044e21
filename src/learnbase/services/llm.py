"""Asking a model for something of a shape: OpenAI by Responses, others by chat completions.

Sources: https://platform.openai.com/docs/api-reference/responses,
https://platform.openai.com/docs/guides/structured-outputs.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from learnbase.errors import AccessDenied, Unavailable
from learnbase.generation.asks import AnswerLost, ModelFailed
from learnbase.planning.model_roadmap import strict_schema

if TYPE_CHECKING:
    from learnbase.planning.usage import Reply
    from learnbase.services.model_answer import Said
    from learnbase.settings import Settings

ShapeT = TypeVar("ShapeT", bound=BaseModel)
_MOST_TOKENS = 64_000  # of which a model that thinks spends the larger part on thinking
_CONNECT_SECONDS = 10.0
_TRIES = 3
_FIRST_PAUSE = 0.5  # seconds
# What servers that call themselves compatible understand, the strictest first.
_FORMATS = ("strict", "json_object", "plain")
_DISPENSABLE = ("user", "reasoning_effort")
_PASSES = {"server_error", "rate_limit_exceeded", None}  # why a response failed, for now


@dataclass(frozen=True)
class _Manner:
    """How a compatible server wants to be asked.

    Attributes:
        form: One of `_FORMATS`.
        limit: What it calls the most tokens of an answer.
        without: Fields that it does not know.
    """

    form: str = _FORMATS[0]
    limit: str = "max_tokens"
    without: frozenset[str] = frozenset()

    def plainer(self, reason: str) -> _Manner | None:
        """Return how to ask instead, after a refusal for that reason; None: not the manner's."""
        from learnbase.services.model_refusals import ABOUT_FORMAT  # noqa: PLC0415 - heavy

        if "max_completion_tokens" in reason and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        if ABOUT_FORMAT.search(reason) and self.form != _FORMATS[-1]:
            return replace(self, form=_FORMATS[_FORMATS.index(self.form) + 1])
        for field in _DISPENSABLE:
            if field not in self.without and any(f"{q}{field}{q}" in reason for q in "'\"`"):
                return replace(self, without=self.without | {field})
        return None


@dataclass(frozen=True)
class _Question:
    messages: list[dict[str, str]]
    shape: type[BaseModel]
    whom: str
    search: bool

    @property
    def name(self) -> str:
        """What the shape is called at the service: ModelOutline is an outline."""
        return self.shape.__name__.removeprefix("Model").lower()


class Model:
    """One model at one service; see `learnbase.generation.asks.Asks`.

    Attributes:
        name: As the provider has it.
        parameters: How it is asked, as a generation's row keeps it.
    """

    def __init__(self, settings: Settings) -> None:
        """Prepare the client; nothing is sent yet.

        Raises:
            AccessDenied: there is no key.
        """
        # A second's import, for who has a key.
        import httpx2  # noqa: PLC0415
        from openai import AsyncOpenAI, DefaultAsyncHttpx2Client  # noqa: PLC0415

        from learnbase.services.model_transport import BoundedTransport  # noqa: PLC0415

        if settings.openai_api_key is None:
            raise AccessDenied("There is no key for a model", remedy="Set OPENAI_API_KEY")
        self.name = settings.openai_model
        self._api = settings.model_api
        self._limit = settings.openai_max_output_tokens
        if self._limit is None and self._api == "responses":
            self._limit = _MOST_TOKENS
        self._effort = settings.openai_reasoning_effort
        self._searches = settings.openai_web_search and self._api == "responses"
        self.parameters = {
            "api": self._api,
            "max_output_tokens": self._limit,
            "reasoning_effort": self._effort,
            "web_search": self._searches,
        }
        self._manner = _Manner()
        self._seconds = settings.openai_timeout_seconds
        self._gate = asyncio.Semaphore(settings.openai_concurrency)
        self._key = settings.openai_api_key.get_secret_value()
        # We retry, and count; a client that retries underneath would hide it.
        self._client = AsyncOpenAI(
            api_key=self._key,
            base_url=settings.openai_base_url,
            timeout=httpx2.Timeout(self._seconds, connect=min(self._seconds, _CONNECT_SECONDS)),
            max_retries=0,
            default_headers={"Accept-Encoding": "identity"},
            http_client=DefaultAsyncHttpx2Client(
                transport=BoundedTransport(settings.openai_concurrency)
            ),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(
        self,
        messages: list[dict[str, str]],
        shape: type[ShapeT],
        *,
        person: str,
        search: bool = False,
    ) -> Reply[ShapeT]:
        """Ask once; what may be tried again is, until OPENAI_TIMEOUT_SECONDS are over.

        Raises:
            Unavailable: no answer, or not now; `retry_after` where the service says when.
            AccessDenied: the key or the model's name is not accepted, or the account is empty.
            ModelFailed: a refusal, a truncated, empty or overlong answer, or none of that shape.
        """
        whom = hashlib.sha256(person.encode()).hexdigest()
        question = _Question(messages, shape, whom, search and self._searches)
        async with self._gate:
            said = await self._until(asyncio.get_running_loop().time() + self._seconds, question)
        return said.reply(shape)

    async def _until(self, deadline: float, question: _Question) -> Said:
        from learnbase.services.model_refusals import (  # noqa: PLC0415 - heavy
            answer_lost,
            translated,
            whose_fault,
        )

        tries, lost, manner = 0, 0, self._manner
        while True:
            if self._api == "responses":
                asked = self._responses(question)
            else:
                asked = self._chat(question, manner)
            try:
                async with asyncio.timeout_at(deadline):
                    said = await translated(asked, key=self._key)
            except TimeoutError as slow:
                raise answer_lost() from slow
            except ModelFailed as refused:
                plainer = manner.plainer(refused.reason) if self._may_be_plainer(refused) else None
                if plainer is None:
                    raise whose_fault(refused) from None
                manner = plainer
            except Unavailable as away:
                tries += 1
                lost += isinstance(away, AnswerLost)
                pause = _pause(away, tries)
                if tries == _TRIES or asyncio.get_running_loop().time() + pause >= deadline:
                    if lost and not isinstance(away, AnswerLost):
                        raise answer_lost(away.retry_after) from away
                    raise
                await asyncio.sleep(pause)
            else:
                self._manner = manner
                # The same question each time: what was lost cost as much, as far as anybody knows.
                return replace(said, usage=said.usage * (lost + 1))

    def _may_be_plainer(self, refused: ModelFailed) -> bool:
        return self._api == "chat" and refused.code == "model_rejected"

    async def _responses(self, question: _Question) -> Said:
        from learnbase.services.model_answer import of_responses, refused  # noqa: PLC0415

        form = {"type": "json_schema", "name": question.name, "strict": True}
        request: Any = {
            "model": self.name,
            "input": question.messages,
            "text": {"format": form | {"schema": strict_schema(question.shape)}},
            "max_output_tokens": self._limit,
            "safety_identifier": question.whom,
            "store": False,
        }
        if self._effort is not None:
            request["reasoning"] = {"effort": self._effort}
        if question.search:
            request["tools"] = [{"type": "web_search"}]
        answer = await self._client.responses.create(**request)
        if answer.status == "failed":
            if answer.error is not None and answer.error.code not in _PASSES:
                raise refused()
            raise Unavailable("The model failed to answer", code="model_unavailable")
        return of_responses(answer)

    async def _chat(self, question: _Question, manner: _Manner) -> Said:
        from learnbase.services.model_answer import of_chat  # noqa: PLC0415

        schema = strict_schema(question.shape)
        request: Any = {"model": self.name, "messages": question.messages, "user": question.whom}
        if manner.form == "strict":
            form = {"name": question.name, "strict": True, "schema": schema}
            request["response_format"] = {"type": "json_schema", "json_schema": form}
        else:
            told = "Answer with one JSON object of this schema and nothing else:\n"
            told += json.dumps(schema)
            request["messages"] = [*question.messages, {"role": "system", "content": told}]
        if manner.form == "json_object":
            request["response_format"] = {"type": "json_object"}
        if self._effort is not None:
            request["reasoning_effort"] = self._effort
        if self._limit is not None:
            request[manner.limit] = self._limit
        for field in manner.without:
            request.pop(field, None)
        return of_chat(await self._client.chat.completions.create(**request))


def _pause(away: Unavailable, tries: int) -> float:
    """Seconds until the next try: what the service asks for, or longer each time."""
    if away.retry_after is not None:
        return float(away.retry_after)
    longest: float = _FIRST_PAUSE * 2**tries
    return longest * random.random()  # noqa: S311 - no secret


def model_of(settings: Settings) -> Model | None:
    """The model that the settings name; None without a key."""
    return Model(settings) if settings.openai_api_key else None
