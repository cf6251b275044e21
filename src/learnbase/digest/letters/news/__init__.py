"""Several messages in one letter, so that nobody gets five of them in an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID  # noqa: TC003 (pydantic reads the annotations)

from pydantic import Field

from learnbase.digest import context
from learnbase.digest.context import Count, Line, Sentence  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator


class Message(context.Part):
    """One of them: the subject and the preheader that its own letter would have had."""

    notification_id: UUID
    title: Line
    text: Sentence


class Context(context.Context):
    """What it is made of: the latest first; what there was no room for is a number."""

    messages: Annotated[tuple[Message, ...], Field(min_length=1, max_length=10)]
    more: Count

    def needs(self) -> Iterator[str]:
        """Each message leads where its own letter would have led."""
        for message in self.messages:
            yield f"notification:{message.notification_id}"
        if self.more:
            yield "home"
