"""The kinds of letters: a line here, and a folder of the same name in `letters/`."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from learnbase.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learnbase.digest.context import Context

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "weekly_summary": "once a week",
        "weekly_nothing_due": "once a week",
        "welcome": "when you join",
        "plan_ready": "when a plan is ready",
        "plan_failed": "when a plan could not be made",
        "plan_slipped": "when a plan has slipped",
        "export_finished": "when an export is done",
        "export_stopped": "when an export stops",
        "connection_needs_renewing": "when a connected account needs you",
        "limit_reached": "when you reach a limit",
        "session_reminder": "before a session",
        "news": "when several things happen at once",
    }
)
"""A kind: when Learnbase writes it, as the foot of the letter says."""


class UnknownKind(UsageError):
    """There is no letter of this kind."""

    def __init__(self, asked: str) -> None:
        """Name the kinds there are; what was asked for is shown shortened and quoted."""
        super().__init__(
            f"There is no letter of kind {asked[:40]!r}.",
            remedy=f"Choose one of {', '.join(KINDS)}.",
            field="kind",
            code="unknown_kind",
        )


@cache
def context_model(kind: str) -> type[Context]:
    """Return the model of what a letter of this kind is made of.

    Raises:
        UnknownKind: there is none such.
    """
    if kind not in KINDS:
        raise UnknownKind(kind)
    model: type[Context] = import_module(f"learnbase.digest.letters.{kind}").Context
    return model


def example(kind: str) -> dict[str, Any]:
    """Return a context of this kind with everything in it, to look at.

    Raises:
        UnknownKind: there is none such.
    """
    if kind not in KINDS:
        raise UnknownKind(kind)
    found: dict[str, Any] = json.loads(
        files("learnbase.digest.letters").joinpath(kind, "example.json").read_text("utf-8")
    )
    return found
