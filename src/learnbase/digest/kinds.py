"""The kinds of letters: a folder each in `letters/`, whose `about.txt` says when it is written."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from learnbase.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learnbase.digest.context import Context


def _kinds() -> Iterator[tuple[str, str]]:
    folders = (entry for entry in files("learnbase.digest.letters").iterdir() if entry.is_dir())
    for folder in sorted(folders, key=lambda folder: folder.name):
        about = folder.joinpath("about.txt")
        if about.is_file():
            yield folder.name, about.read_text("utf-8").strip()


KINDS: Mapping[str, str] = MappingProxyType(dict(_kinds()))
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
