"""Welcome: the address is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.digest import context

if TYPE_CHECKING:
    from collections.abc import Iterator


class Context(context.Context):
    """What it is made of."""

    def needs(self) -> Iterator[str]:
        """The way leads home."""
        yield "home"
