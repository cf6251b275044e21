"""What a question to a model took, and what it brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

ShapeT = TypeVar("ShapeT", bound=BaseModel)


@dataclass(frozen=True)
class Usage:
    """Tokens, as the service counts them; 0 where it does not count."""

    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(
            self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens
        )

    def __mul__(self, times: int) -> Usage:
        """So many times as much."""
        return Usage(self.input_tokens * times, self.output_tokens * times)


@dataclass(frozen=True)
class Reply(Generic[ShapeT]):
    """An answer of the shape that was asked for.

    Attributes:
        value: What the model wrote, validated.
        usage: What it took.
        citations: Addresses that the provider's own web search stands behind.
    """

    value: ShapeT
    usage: Usage
    citations: tuple[str, ...] = ()
