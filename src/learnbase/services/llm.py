"""Asking a model for a roadmap: OpenAI by the Responses API, others by chat completions.

Sources: https://platform.openai.com/docs/api-reference/responses,
https://platform.openai.com/docs/guides/structured-outputs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from learnbase.errors import AccessDenied, LearnbaseError, Unavailable
from learnbase.planning.model_roadmap import (
    UnusableRoadmap,
    model_roadmap_schema,
    parse_model_roadmap,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from learnbase.planning.roadmap import Roadmap
    from learnbase.settings import Settings

LARGEST_ANSWER = 1_000_000  # bytes; a plan of 104 weeks is a tenth of it
_MOST_TOKENS = 64_000  # of which a model that thinks spends the larger part on thinking
_SERVER_ERROR = 500


class ModelFailed(LearnbaseError):
    """The model answered, and the answer is no plan; the learner reads why.

    Attributes:
        usage: what it took all the same, as in `Answer`.
    """

    usage: dict[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """A roadmap, and what it took.

    Attributes:
        roadmap: Within its bounds, links unchecked.
        usage: `input_tokens`, `output_tokens` as the service counts them, and `cost_usd`, null
            where the price is not known; None where the service does not count.
    """

    roadmap: Roadmap
    usage: dict[str, Any] | None


@dataclass(frozen=True)
class _Said:
    text: str
    refused: bool = False
    truncated: bool = False
    tokens: tuple[int | None, int | None] | None = None


class Model:
    """One model at one service."""

    def __init__(self, settings: Settings) -> None:
        """Prepare the client; nothing is sent yet.

        Raises:
            AccessDenied: there is no key.
        """
        from openai import AsyncOpenAI  # noqa: PLC0415 - a second's import, for who has a key

        if settings.openai_api_key is None:
            raise AccessDenied("There is no key for a model", remedy="Set OPENAI_API_KEY")
        self.name = settings.openai_model
        self._api = settings.model_api
        self._limit = settings.openai_max_output_tokens
        if self._limit is None and self._api == "responses":
            self._limit = _MOST_TOKENS
        self.parameters = {"api": self._api, "max_output_tokens": self._limit}
        self._prices = (settings.openai_cost_input_per_mtok, settings.openai_cost_output_per_mtok)
        # The runner retries, and counts; a client that retries underneath would hide it.
        self._client = AsyncOpenAI(
            api_key=settings.openai_api_key.get_secret_value(),
            base_url=settings.openai_base_url,
            timeout=settings.openai_timeout_seconds,
            max_retries=0,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def roadmap(self, messages: list[dict[str, str]], *, person: str) -> Answer:
        """Ask once.

        Args:
            messages: system and user message.
            person: whoever it is for; sent as a hash, so that the service can tell people apart.

        Raises:
            Unavailable: no answer, or not now; `retry_after` where the service says when.
            AccessDenied: the key or the model's name is not accepted.
            ModelFailed: a refusal, a truncated, empty or overlong answer, or no roadmap.
        """
        whom = hashlib.sha256(person.encode()).hexdigest()
        ask = self._responses if self._api == "responses" else self._chat
        said = await _translated(ask(messages, whom))
        usage = self._usage(said.tokens)
        try:
            return Answer(_roadmap(said), usage)
        except ModelFailed as problem:
            problem.usage = usage
            raise

    async def _responses(self, messages: list[dict[str, str]], whom: str) -> _Said:
        shape = {"type": "json_schema", "name": "roadmap", "strict": True}
        request: Any = {
            "model": self.name,
            "input": messages,
            "text": {"format": shape | {"schema": model_roadmap_schema()}},
            "max_output_tokens": self._limit,
            "safety_identifier": whom,
            "store": False,
        }
        answer = await self._client.responses.create(**request)
        if answer.status == "failed":
            raise Unavailable("The model failed to answer", code="model_unavailable")
        parts = [
            part
            for item in answer.output or ()
            if item.type == "message"
            for part in item.content or ()
        ]
        reason = answer.incomplete_details.reason if answer.incomplete_details else None
        filtered = reason == "content_filter"
        return _Said(
            text="".join(part.text for part in parts if part.type == "output_text"),
            refused=filtered or any(part.type == "refusal" for part in parts),
            truncated=answer.status == "incomplete" and not filtered,
            tokens=_tokens(answer.usage, "input_tokens", "output_tokens"),
        )

    async def _chat(self, messages: list[dict[str, str]], whom: str) -> _Said:
        shape = {"name": "roadmap", "strict": True, "schema": model_roadmap_schema()}
        request: Any = {
            "model": self.name,
            "messages": messages,
            "response_format": {"type": "json_schema", "json_schema": shape},
            "user": whom,
        }
        if self._limit is not None:
            request["max_tokens"] = self._limit  # the name that compatible servers know
        answer = await self._client.chat.completions.create(**request)
        tokens = _tokens(answer.usage, "prompt_tokens", "completion_tokens")
        if not answer.choices:
            return _Said("", tokens=tokens)
        choice = answer.choices[0]
        return _Said(
            text=choice.message.content or "",
            refused=bool(choice.message.refusal) or choice.finish_reason == "content_filter",
            truncated=choice.finish_reason == "length",
            tokens=tokens,
        )

    def _usage(self, tokens: tuple[int | None, int | None] | None) -> dict[str, Any] | None:
        if tokens is None:
            return None
        cost = None
        if None not in tokens and None not in self._prices:
            pairs = zip(tokens, self._prices, strict=True)
            cost = round(sum((count or 0) * (price or 0) for count, price in pairs) / 1e6, 6)
        return {"input_tokens": tokens[0], "output_tokens": tokens[1], "cost_usd": cost}


def model_of(settings: Settings) -> Model | None:
    """The model that the settings name; None without a key."""
    return Model(settings) if settings.openai_api_key else None


def _roadmap(said: _Said) -> Roadmap:
    if said.refused:
        raise ModelFailed(
            "The model declined to plan this topic",
            remedy="Say the topic in other words",
            code="model_refused",
        )
    if said.truncated:
        raise ModelFailed(
            "The plan became too long for the model",
            remedy="Choose a nearer deadline, or a narrower topic",
            code="model_truncated",
        )
    if not said.text.strip():
        raise ModelFailed("The model gave no answer", remedy="Try again", code="model_empty")
    if len(said.text.encode(errors="replace")) > LARGEST_ANSWER:
        raise ModelFailed(
            "The model's answer is far too long",
            remedy="Choose a nearer deadline, or a narrower topic",
            code="model_too_long",
        )
    try:
        return parse_model_roadmap(said.text)
    except UnusableRoadmap as problem:
        raise _garbled() from problem


def _garbled() -> ModelFailed:
    return ModelFailed("The model's answer is not a plan", remedy="Try again", code="model_garbled")


def _tokens(counted: Any, given: str, made: str) -> tuple[int | None, int | None] | None:
    if counted is None:
        return None
    return getattr(counted, given, None), getattr(counted, made, None)


async def _translated(asked: Awaitable[_Said]) -> _Said:
    """Turn the client's exceptions into errors of our tree."""
    import openai  # noqa: PLC0415 - as above

    try:
        return await asked
    except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as no:
        raise AccessDenied(
            "The planner is not available at the moment",
            remedy="Try again later; whoever runs this has to check the model's key and name",
            code="model_access",
        ) from no
    except openai.APIStatusError as problem:
        if problem.status_code >= _SERVER_ERROR or isinstance(problem, openai.RateLimitError):
            raise _unavailable(problem.response.headers.get("retry-after")) from problem
        raise ModelFailed(
            "The model did not accept this request",
            remedy="Say the topic in other words",
            code="model_rejected",
        ) from problem
    except openai.APIConnectionError as away:
        raise _unavailable(None) from away
    except (openai.OpenAIError, ValueError, AttributeError, TypeError) as garbled:
        # A body of another shape reaches us as whatever the client stumbled over.
        raise _garbled() from garbled


def _unavailable(wait: str | None) -> Unavailable:
    away = Unavailable("The model does not answer at the moment", code="model_unavailable")
    away.retry_after = _seconds(wait)
    return away


def _seconds(wait: str | None) -> float | None:
    """Read Retry-After: seconds or a date (RFC 9110, 10.2.3); None for anything else."""
    if not wait:
        return None
    try:
        return max(0.0, float(wait)) if wait.strip()[:1].isdigit() else _until(wait)
    except (ValueError, TypeError):
        return None


def _until(date: str) -> float:
    at = parsedate_to_datetime(date)
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - dt.datetime.now(dt.UTC)).total_seconds())
