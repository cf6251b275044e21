"""What a model said, read as a stranger's: refused, cut off, empty, garbled, or of the shape."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from learnbase.generation.asks import ModelFailed
from learnbase.planning.model_roadmap import unusable
from learnbase.planning.usage import Reply, Usage

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion
    from openai.types.responses import Response

ShapeT = TypeVar("ShapeT", bound=BaseModel)
LARGEST_ANSWER = 1_000_000
"""Bytes; a plan of 104 weeks is a tenth of it."""
_MOST_COUNTED = 1_000_000_000  # tokens; who says more does not count, but talk
_OBJECT = re.compile(r'\{\s*"')


@dataclass(frozen=True)
class Said:
    """An answer before anybody has looked into its text."""

    text: str
    refused: bool = False
    truncated: bool = False
    usage: Usage = field(default_factory=Usage)
    citations: tuple[str, ...] = ()

    def reply(self, shape: type[ShapeT]) -> Reply[ShapeT]:
        """Read it as a shape.

        Raises:
            ModelFailed: it is none; `usage` says what it took all the same.
        """
        try:
            return Reply(self._value(shape), self.usage, self.citations)
        except ModelFailed as problem:
            problem.usage = self.usage
            raise

    def _value(self, shape: type[ShapeT]) -> ShapeT:
        if self.refused:
            raise refused()
        if self.truncated:
            raise ModelFailed(
                "The plan became too long for the model",
                remedy="Choose a nearer deadline, or a narrower topic",
                code="model_truncated",
            )
        if not self.text.strip():
            raise ModelFailed("The model gave no answer", remedy="Try again", code="model_empty")
        text = self.text.encode(errors="replace")  # half a surrogate pair can be sent, not stored
        if len(text) > LARGEST_ANSWER:
            raise too_long()
        try:
            return shape.model_validate_json(text)
        except ValidationError:
            return _found(text.decode(), shape)


def of_responses(answer: Response) -> Said:
    """Read an answer of the Responses API."""
    parts = [
        part
        for item in answer.output or ()
        if item.type == "message"
        for part in item.content or ()
    ]
    texts = [part for part in parts if part.type == "output_text"]
    notes = [note for part in texts for note in part.annotations or ()]
    reason = answer.incomplete_details.reason if answer.incomplete_details else None
    filtered = reason == "content_filter"
    return Said(
        text="".join(part.text for part in texts),
        refused=filtered or any(part.type == "refusal" for part in parts),
        truncated=answer.status == "incomplete" and not filtered,
        usage=_usage(answer.usage, "input_tokens", "output_tokens"),
        citations=tuple(
            dict.fromkeys(
                note.url
                for note in notes
                if note.type == "url_citation" and isinstance(note.url, str)
            )
        ),
    )


def of_chat(answer: ChatCompletion) -> Said:
    """Read an answer to chat completions."""
    usage = _usage(answer.usage, "prompt_tokens", "completion_tokens")
    if not answer.choices:
        return Said("", usage=usage)
    choice = answer.choices[0]
    return Said(
        text=_written(choice.message.content),
        refused=bool(choice.message.refusal) or choice.finish_reason == "content_filter",
        truncated=choice.finish_reason == "length",
        usage=usage,
    )


def refused() -> ModelFailed:
    """The model, or its provider, will not."""
    return ModelFailed(
        "The model declined to plan this topic",
        remedy="Say the topic in other words",
        code="model_refused",
    )


def garbled(reason: str) -> ModelFailed:
    """An answer that cannot be read; `reason` is for the next question."""
    failed = ModelFailed(
        "The model's answer is not a plan", remedy="Try again", code="model_garbled"
    )
    failed.reason = reason
    return failed


def too_long() -> ModelFailed:
    """An answer longer than any plan."""
    failed = ModelFailed(
        "The model's answer is far too long",
        remedy="Choose a nearer deadline, or a narrower topic",
        code="model_too_long",
    )
    failed.reason = "It was far too long."
    return failed


def _found(text: str, shape: type[ShapeT]) -> ShapeT:
    """Read the object in an answer without the thoughts, prose and fences around it."""
    text = text.rpartition("</think>")[2]
    begins, end = _OBJECT.search(text), text.rfind("}")
    if begins and begins.start() < end:
        text = text[begins.start() : end + 1]
    try:
        return shape.model_validate_json(text)
    except ValidationError as problem:
        raise garbled(unusable(problem).message) from problem


def _written(content: Any) -> str:
    """The text of a message; some compatible servers send it in parts."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part.get("type") == "text")
    if content is not None and not isinstance(content, str):
        raise TypeError("a message is text")
    return content or ""


def _usage(counted: Any, given: str, made: str) -> Usage:
    return Usage(*(_count(getattr(counted, name, None)) for name in (given, made)))


def _count(said: Any) -> int:
    return said if isinstance(said, int) and 0 < said <= _MOST_COUNTED else 0
