"""The other weekly letter: nothing is due, and that is said kindly, in other words each time."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from uuid import UUID  # noqa: TC003 (pydantic reads the annotations)

from learnbase.digest import context
from learnbase.digest.context import Count, Line  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Occasion = Literal["ahead", "all_done", "resting", "no_plan"]


@dataclass(frozen=True)
class Words:
    """One way to say it: the subject (and headline), a sentence or two, and the button."""

    subject: str
    body: str
    button: str


WORDS: Mapping[Occasion, tuple[Words, ...]] = MappingProxyType(
    {
        "ahead": (
            Words(
                "Nothing is due this week",
                "You are where you meant to be. If you feel like it, look at what comes next.",
                "See what comes next",
            ),
            Words(
                "A free week",
                "Your plan asks for nothing before next week. Let what you learnt settle.",
                "Open the plan",
            ),
            Words(
                "All clear for this week",
                "Nothing waits for you. Half an hour now would put you ahead; so will next week.",
                "Take a head start",
            ),
        ),
        "all_done": (
            Words(
                "You have finished all of it",
                "Every task is done. That took a while, and you stayed with it.",
                "Look back at it",
            ),
            Words(
                "Nothing left to do",
                "All of your plans are done. Something new takes a minute to ask for.",
                "Open the plan",
            ),
            Words(
                "What comes next?",
                "You finished what you set out to learn. Something that builds on it, or a rest?",
                "See what you finished",
            ),
        ),
        "resting": (
            Words(
                "Enjoy your days off",
                "This week is yours. Your plan waits, and your streak keeps.",
                "Open the plan",
            ),
            Words(
                "A week off",
                "Nothing is planned while you are away. It goes on when you are back.",
                "See what comes next",
            ),
            Words(
                "Rest is part of it",
                "You took these days off, so nothing is due. See you afterwards.",
                "Open the plan",
            ),
        ),
        "no_plan": (
            Words(
                "What would you like to learn?",
                "You have no plan at the moment. Say what, and how many hours a week you have.",
                "Make a plan",
            ),
            Words(
                "Room for something new",
                "A few hours a week are enough to begin with. Your plan takes a minute to ask for.",
                "Make a plan",
            ),
            Words(
                "Is there something you always wanted to know?",
                "Name it, and you get a plan with links that were looked at, week by week.",
                "Make a plan",
            ),
        ),
    }
)


class Context(context.Context):
    """What the letter is made of; `learnbase.digest.summary` makes it.

    Attributes:
        occasion: Why nothing is due.
        variation: Any number; the next one has other words.
        plan_id, topic: The plan to go on with, or the one that was finished; null without any.
    """

    occasion: Occasion
    variation: Count
    plan_id: UUID | None
    topic: Line | None
    finished: Count
    streak_days: Count
    streak_weeks: Count

    @property
    def words(self) -> Words:
        """How it is said this time."""
        choices = WORDS[self.occasion]
        return choices[self.variation % len(choices)]

    def needs(self) -> Iterator[str]:
        """The plan is opened, or the way leads home."""
        yield f"plan:{self.plan_id}" if self.plan_id else "home"
